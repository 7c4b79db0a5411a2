import { execFile } from 'node:child_process'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, onTestFinished, type TestContext } from 'vitest'
import { hostKeysIn } from '../../src/tunnel/host-keys.ts'
import type { Limits } from '../../src/tunnel/limits.ts'
import { openTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/tunnel.ts'
import type { Bastion, TunnelEvent } from '../../src/tunnel/types.ts'
import { Postgres } from '../support/postgres.ts'
import { Sshd } from '../support/sshd.ts'

export interface Opened {
  readonly tunnel: Tunnel
  readonly events: readonly TunnelEvent[]
  readonly abort: AbortController
}

interface Wishes extends Partial<Omit<TunnelOptions, 'limits'>> {
  readonly limits?: Partial<Limits>
}

export const bastionOf = (sshd: Sshd): Bastion => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: sshd.user,
  instanceId: 'i-0a1b2c3d4e5f60718',
})

/** What a tunnel to this server is asked for, unless the test wishes otherwise. */
export function wishFor(sshd: Sshd, wishes: Wishes = {}): TunnelOptions & { readonly events: TunnelEvent[] } {
  const events: TunnelEvent[] = []
  return {
    events,
    find: async () => bastionOf(sshd),
    admit: (_bastion, key) => sshd.admission.admit(key),
    checkHostKey: hostKeysIn(`${sshd.folder}/known-hosts.json`).check,
    destination: { host: '127.0.0.1', port: 9 },
    listen: { host: '127.0.0.1', port: 0 },
    signal: new AbortController().signal,
    tell: (event) => events.push(event),
    ...wishes,
  }
}

/** A tunnel that is closed with the test. */
export async function open(sshd: Sshd, wishes: Wishes = {}): Promise<Opened> {
  const abort = new AbortController()
  const options = wishFor(sshd, { signal: abort.signal, ...wishes })
  const tunnel = await openTunnel(options)
  onTestFinished(() => tunnel.close())
  return { tunnel, events: options.events, abort }
}

/** One server for all tests of a file: started by the first one, ended after the last. */
export function shared<T extends { end(): Promise<void> }>(
  start: (test: Pick<TestContext, 'skip'>) => Promise<T>,
): (test: Pick<TestContext, 'skip'>) => Promise<T> {
  let started: Promise<T> | null = null
  afterAll(async () => {
    await (await started?.catch(() => null))?.end()
  })
  return (test) => {
    started ??= start(test)
    return started
  }
}

export const sharedSshd = () => shared((test) => Sshd.start(test))
export const sharedPostgres = () => shared((test) => Postgres.start(test))

/** What psql says to one command. */
export function psql(
  env: Readonly<Record<string, string>>,
  sql: string,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const args = ['--no-psqlrc', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', '-c', sql]
    const options = { env: { PATH: process.env.PATH, ...env }, maxBuffer: 2 ** 26 }
    execFile('psql', args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: (stdout + stderr).trim() }),
    )
  })
}

/** A server of the test's own, as the destination. Ended with the test, with whatever is still connected. */
export async function serve(meet: (socket: Socket) => void, port = 0): Promise<{ port: number; server: Server }> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket)).on('error', () => undefined)
    meet(socket)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  )
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

/** A connection to the tunnel, ended with the test. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  onTestFinished(() => {
    socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return socket
}

/** How a connection ended: in order, or by a reset. */
export function ending(socket: Socket): Promise<'end' | 'reset'> {
  return new Promise((resolve) => {
    socket.on('end', () => resolve('end')).on('error', () => resolve('reset'))
    socket.on('close', () => resolve('reset'))
  })
}

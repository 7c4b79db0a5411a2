import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { NODE } from '../support/run-cli.ts'
import type { Sshd } from '../support/sshd.ts'
import { end, freePort } from '../support/tethered.ts'
import { bastionOf, dial, serve } from './ground.ts'
import { follow, type Part, send, take } from './stream.ts'

export const MB = 2 ** 20

export type Way = 'down' | 'up'

/** One amount of data through our tunnel, and the same through OpenSSH's own. */
export interface Round {
  /** Megabytes a second. */
  readonly ours: number
  readonly theirs: number
  /** The most memory that our process has had, in megabytes. */
  readonly peak: number
}

/** Carries an amount one way, again and again over the same two connections, as long as `more` says so. */
export async function measure(
  sshd: Sshd,
  way: Way,
  { bytes, more }: { readonly bytes: number; readonly more: (rounds: readonly Round[]) => boolean },
): Promise<readonly Round[]> {
  const { port } = await peer(bytes)
  const tunnel = await ours(sshd, port)
  const [through, beside] = [await begin(tunnel.port, way), await begin(await theirs(sshd, port), way)]
  const rounds: Round[] = []
  while (more(rounds)) {
    const from = rounds.length * bytes
    // In turn, so that whatever else the machine does holds up both.
    const rate = await carry(beside, way, { from, bytes })
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, memoryOf(tunnel.child))
    }, 50)
    rounds.push({ theirs: rate, ours: await carry(through, way, { from, bytes }), peak })
    clearInterval(watch)
  }
  return rounds
}

/** A connection that goes one way. */
export async function begin(port: number, way: Way): Promise<Socket> {
  const socket = await dial(port)
  socket.write(way.slice(0, 1))
  return socket
}

/** Sends an amount for each byte that it gets; or takes all that comes, and answers each amount with a byte. */
export const peer = (bytes: number) =>
  serve((socket) => {
    socket.once('readable', () => {
      let [from, told] = [0, 0]
      if (socket.read(1)?.toString() === 'd') {
        socket.on('data', () => {
          send(socket, { from, bytes })
          from += bytes
        })
        return
      }
      follow(socket, 0, (at) => {
        if (at < (told + 1) * bytes) return
        told += 1
        socket.write('k')
      })
    })
  })

/** Megabytes a second. */
export async function carry(socket: Socket, way: Way, part: Part): Promise<number> {
  const begun = performance.now()
  if (way === 'down') {
    const taken = take(socket, part)
    socket.write('g')
    await taken
  } else {
    const [answered, cut] = [once(socket, 'data'), once(socket, 'close')]
    send(socket, part)
    const over = cut.then(() => Promise.reject(new Error('cut before all had gone')))
    over.catch(() => undefined)
    await Promise.race([answered, over])
  }
  return part.bytes / MB / ((performance.now() - begun) / 1000)
}

/** Our tunnel, in a process of its own. */
async function ours(sshd: Sshd, port: number): Promise<{ port: number; child: ChildProcess }> {
  const told = {
    bastion: bastionOf(sshd),
    destination: { host: '127.0.0.1', port },
    admitted: join(sshd.folder, 'admitted'),
  }
  const program = join(import.meta.dirname, '../support/tunnel-process.ts')
  const child = fork(program, [JSON.stringify(told)], { execPath: NODE, execArgv: [] })
  onTestFinished(() => end(child, 'SIGKILL'))
  const [message] = (await once(child, 'message')) as [{ readonly port: number }]
  return { port: message.port, child }
}

const SETTINGS = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', 'IdentitiesOnly=yes', 'LogLevel=ERROR']

/** OpenSSH's own, with the cipher that we take. */
async function theirs(sshd: Sshd, port: number): Promise<number> {
  const [key, local] = [join(sshd.folder, `key-${port}`), await freePort()]
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  await sshd.admission.admit(readFileSync(`${key}.pub`, 'utf8').trim())
  const settings = SETTINGS.flatMap((one) => ['-o', one])
  const words = ['-F', 'none', '-N', '-i', key, '-c', 'aes128-gcm@openssh.com', ...settings]
  const way = ['-L', `127.0.0.1:${local}:127.0.0.1:${port}`, '-p', String(sshd.port), `${sshd.user}@127.0.0.1`]
  const child = spawn('ssh', [...words, ...way], { stdio: ['ignore', 'ignore', 'inherit'] })
  onTestFinished(() => end(child, 'SIGTERM'))
  const listens = () =>
    dial(local).then(
      (socket) => Boolean(socket.destroy()),
      () => false,
    )
  await expect.poll(listens, { timeout: 10_000 }).toBe(true)
  return local
}

const memoryOf = (child: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024

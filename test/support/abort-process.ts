import { appendFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { openTunnel, type TunnelOptions } from '../../src/tunnel/tunnel.ts'
import type { Bastion, Destination } from '../../src/tunnel/types.ts'

/**
 * Ends a tunnel in every phase, and tells for each how it ended and what it has left in this process: nothing else
 * runs here. Ends by itself only when there is nothing left indeed.
 */
const told = JSON.parse(process.argv[2] ?? '') as {
  readonly bastion: Bastion
  readonly destination: Destination
  readonly admitted: string
  /** Takes connections and says nothing. */
  readonly silent: number
  /** Nothing listens there. */
  readonly closed: number
}

const never = () => new Promise<never>(() => undefined)
const at = (port: number) => async () => ({ ...told.bastion, port })

const PHASES: Readonly<Record<string, Partial<TunnelOptions>>> = {
  finding: { find: never },
  admitting: { admit: never },
  'waiting for SSH': { find: at(told.silent) },
  'judging the host key': { checkHostKey: never },
  pausing: { find: at(told.closed) },
  connected: {},
  'connected again': {},
}

for (const [phase, wishes] of Object.entries(PHASES)) {
  const stop = new AbortController()
  const opening = openTunnel({
    find: async () => told.bastion,
    admit: (_bastion, key) => appendFile(told.admitted, `${Date.now()} ${key}\n`),
    checkHostKey: async () => 'known',
    destination: told.destination,
    listen: { host: '127.0.0.1', port: 0 },
    signal: stop.signal,
    tell: () => undefined,
    ...wishes,
  })
  const ended = opening
    .then((tunnel) => tunnel.ended)
    .then(
      () => 'closed',
      (error: unknown) => String(error),
    )
  const tunnel = phase.startsWith('connected') ? await opening : await sleep(500)
  if (tunnel) {
    // One that talks, and one that has only just come.
    const local = connect(tunnel.port, '127.0.0.1').on('error', () => undefined)
    await new Promise((resolve) => local.once('data', resolve).write('ping'))
    connect(tunnel.port, '127.0.0.1').on('error', () => undefined)
  }
  stop.abort(`enough of ${phase}`)
  const how = await ended
  await sleep(50)
  console.log(
    JSON.stringify({ phase, how, left: process.getActiveResourcesInfo().filter((one) => !/Pipe|File/.test(one)) }),
  )
}

import { setMaxListeners } from 'node:events'
import type { Server } from 'node:net'
import { LIMITS, type Limits } from './limits.ts'
import { Link } from './link.ts'
import { type Listening, listen } from './listener.ts'
import { Locals } from './locals.ts'
import type { SshConnection } from './ssh.ts'
import type { AdmitKey, CheckHostKey, Destination, FindBastion, TunnelEvent } from './types.ts'

/** The longest time that a timer can be set for; the link itself ends a first connection that does not come about. */
const FOREVER = 2 ** 31 - 1

export interface TunnelOptions {
  /**
   * Asked before every try. What it throws ends the first connection. Once the tunnel has stood it is told and asked
   * again later, but for `Refused`: that says that waiting would change nothing.
   */
  readonly find: FindBastion
  /** Asked with a fresh key in every try, once the bastion answers; its errors are taken as those of `find`. */
  readonly admit: AdmitKey
  readonly checkHostKey: CheckHostKey
  readonly destination: Destination
  readonly listen: Listening
  /** Ends everything, in every phase. */
  readonly signal: AbortSignal
  readonly tell: (event: TunnelEvent) => void
  readonly limits?: Partial<Limits>
}

export interface Tunnel {
  /** Of the listener on 127.0.0.1. It stays the same for as long as the tunnel lives. */
  readonly port: number
  /** Fulfilled after `close`; rejected with what makes it impossible to go on, or with the signal's reason. */
  readonly ended: Promise<void>
  /** Cuts what is in flight, and leaves no listener, socket or timer. */
  close(): Promise<void>
  /** The SSH connection of now, or the next one, for a shell or a command on the bastion. */
  connection(): Promise<SshConnection>
}

/**
 * Opens the listener, then the SSH connection, and keeps that up. Fulfilled when the first connection stands; until
 * then local connections wait. Rejected with what `find` or `admit` threw, with `Refused` (port taken, host key
 * changed), with `Failed` (nobody answers, no key let in), or with the signal's reason.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { find, admit, checkHostKey, destination, signal: outer, tell } = options
  outer.throwIfAborted()
  const limits = { ...LIMITS, ...options.limits }
  const closing = new AbortController()
  const signal = AbortSignal.any([outer, closing.signal])
  setMaxListeners(0, signal)
  const link = new Link({ find, admit, checkHostKey, tell, limits, signal })
  const locals = new Locals({ link, destination, wait: limits.wait, tell })
  const { server, port } = await listen(options.listen, (local) => locals.meet(local))
  server.on('error', (error) => tell({ kind: 'note', text: `a local connection could not be taken: ${error.message}` }))
  const kept = link.keepUp().finally(() => shut(server, locals))
  // Before anybody has asked how it ended.
  kept.catch(() => undefined)
  const ended = kept.catch((error: unknown) => {
    if (!closing.signal.aborted) throw error
  })
  ended.catch(() => undefined)
  const close = async () => {
    closing.abort()
    await kept.catch(() => undefined)
  }
  await Promise.race([link.connection(FOREVER), kept])
  return { port, ended, close, connection: () => link.connection(limits.wait) }
}

/** No new connection is taken, those that are open are cut, and then the port is free. */
function shut(server: Server, locals: Locals): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  locals.cut()
  return closed
}

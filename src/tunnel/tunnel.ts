import { Failed } from '../engine/errors.ts'
import type { Limits } from './limits.ts'
import type { SshConnection } from './ssh.ts'
import type { AdmitKey, CheckHostKey, Destination, FindBastion, TunnelEvent } from './types.ts'

export interface TunnelOptions {
  /**
   * Asked before every try. What it throws ends the first connection. Once the tunnel has stood it is told and asked
   * again later, but for `Refused`: that says that waiting would change nothing.
   */
  readonly find: FindBastion
  /** Asked with a fresh key before every try; its errors are taken as those of `find`. */
  readonly admit: AdmitKey
  readonly checkHostKey: CheckHostKey
  readonly destination: Destination
  readonly listen: { readonly host: '127.0.0.1'; readonly port: number | 'first-free' }
  /** Ends everything, in every phase. */
  readonly signal: AbortSignal
  readonly tell: (event: TunnelEvent) => void
  readonly limits?: Partial<Limits>
}

export interface Tunnel {
  /** Of the listener on 127.0.0.1. It stays the same for as long as the tunnel lives. */
  readonly port: number
  /** Fulfilled after `close`; rejected with a `Problem` when the tunnel cannot go on, or with the signal's reason. */
  readonly ended: Promise<void>
  /** Cuts what is in flight, and leaves no listener, socket or timer. */
  close(): Promise<void>
  /** The SSH connection of now, or the next one, for a shell or a command on the bastion. */
  connection(): Promise<SshConnection>
}

/**
 * Opens the listener, then the SSH connection, and keeps that up. Fulfilled when the first connection stands; until
 * then local connections wait. Rejected with `Refused` (port taken, host key changed, no key let in) or `Failed`.
 */
export async function openTunnel(_options: TunnelOptions): Promise<Tunnel> {
  throw new Failed('Unfinished', 'The tunnel is being built.')
}

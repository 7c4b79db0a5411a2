import type { ClientChannel } from 'ssh2'
import type { Destination } from './types.ts'

/** One SSH connection to the bastion, from being let in to its end. */
export interface SshConnection {
  /** A connection from the bastion to there (direct-tcpip). */
  forward(destination: Destination): Promise<ClientChannel>
  /** A shell at a terminal of this kind and size. */
  shell(terminal: { readonly term: string; readonly columns: number; readonly rows: number }): Promise<ClientChannel>
  /** A command without a terminal. */
  run(command: string): Promise<ClientChannel>
  /** Fulfilled with why it ended. */
  readonly ended: Promise<Error>
  close(): void
}

import type { Readable, Writable } from 'node:stream'
import { Failed } from '../engine/errors.ts'
import type { SshConnection } from './ssh.ts'

export interface ShellStreams {
  /** Set raw while the shell runs where it is a terminal (`isTTY`), and set back whatever happens. */
  readonly stdin: Readable & Partial<Pick<NodeJS.ReadStream, 'isTTY' | 'isRaw' | 'setRawMode'>>
  /** Where it is a terminal its size is followed. */
  readonly stdout: Writable & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>
  readonly stderr: Writable
  readonly signal: AbortSignal
}

/**
 * An interactive shell on the bastion. Fulfilled with its exit code (128 + n when signal n ended it); rejected with
 * `Failed` when the connection was lost, or with the signal's reason.
 */
export async function openShell(_connection: SshConnection, _streams: ShellStreams): Promise<number> {
  throw new Failed('Unfinished', 'The shell is being built.')
}

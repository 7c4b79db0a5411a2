import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { Failed } from '../engine/errors.ts'
import { brief } from './failure.ts'
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
export async function openShell(connection: SshConnection, streams: ShellStreams): Promise<number> {
  const { stdin, stdout, stderr, signal } = streams
  signal.throwIfAborted()
  const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 }
  const channel = await connection.shell({ term: process.env.TERM ?? 'xterm-256color', ...size })
  const resize = () => channel.setWindow(stdout.rows ?? 24, stdout.columns ?? 80, 0, 0)
  // From here on what is typed is the shell's affair, Ctrl-C too.
  const restore = makeRaw(stdin)
  stdout.on('resize', resize)
  try {
    // The size may have changed while the shell was asked for.
    resize()
    channel.pipe(stdout, { end: false })
    channel.stderr.pipe(stderr, { end: false })
    stdin.pipe(channel)
    return await exitOf(channel, connection, signal)
  } catch (error) {
    // The shell has not ended its line. What is said next has one of its own.
    if (stdout.isTTY) stdout.write('\r\n')
    throw error
  } finally {
    restore()
    stdout.off('resize', resize)
    stdin.unpipe(channel)
    // Else the terminal would be read on, and keep the command from ending.
    stdin.pause()
    channel.unpipe(stdout)
    channel.close()
  }
}

/** Returns what sets it back, which the end of the process does too. */
function makeRaw(stdin: ShellStreams['stdin']): () => void {
  if (!stdin.isTTY || !stdin.setRawMode) return () => undefined
  const before = stdin.isRaw ?? false
  const restore = () => {
    process.off('exit', restore)
    stdin.setRawMode?.(before)
  }
  process.once('exit', restore)
  stdin.setRawMode(true)
  return restore
}

function exitOf(channel: ClientChannel, connection: SshConnection, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let exit: number | null = null
    channel.once('exit', (code: number | null, name?: string) => {
      exit = code ?? 128 + (numbers[name ?? ''] ?? 0)
    })
    const settle = () => {
      signal.removeEventListener('abort', stop)
      forget()
    }
    const lost = (why: string) => {
      settle()
      reject(new Failed('ShellLost', `The shell has ended with the connection to the bastion (${why}).`))
    }
    const stop = () => {
      settle()
      reject(signal.reason)
    }
    const forget = connection.whenLost(() => lost(brief(connection.why)))
    signal.addEventListener('abort', stop, { once: true })
    // Said once all that the shell has shown was read.
    channel.once('close', () => {
      if (exit === null) return lost('it did not say how')
      settle()
      resolve(exit)
    })
    if (signal.aborted) stop()
  })
}

const numbers: Readonly<Record<string, number>> = constants.signals

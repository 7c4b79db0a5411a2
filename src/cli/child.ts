import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { EXIT, Refused } from '../engine/errors.ts'

/** Keys of a terminal: it sends these to everybody who is in front of it, the child included. */
const KEYS = ['SIGINT', 'SIGQUIT'] as const
const OTHERS = ['SIGTERM', 'SIGHUP'] as const

interface ChildOptions {
  /** On top of our own. Undefined: taken out of it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Sent to it when the way to the database is gone for good. */
  readonly lost: AbortSignal
  /** Ends whatever has heard signals so far: from here on they are the command's. */
  readonly deafen: () => void
}

/** Runs a command at our place: its streams, signals and exit code are ours. What ends it is its own to decide. */
export async function runChild(command: readonly string[], { env, lost, deafen }: ChildOptions): Promise<number> {
  let child: ChildProcess | null = null
  // In this order: without a listener a signal ends this process at once, and leaves the command behind. One that comes
  // in between is heard when all of this is done.
  const release = passOn((signal) => void child?.kill(signal))
  const end = () => void child?.kill('SIGTERM')
  deafen()
  lost.addEventListener('abort', end, { once: true })
  // However this process ends, the command does not outlive the way that it was given.
  process.once('exit', end)
  // Before `bin/run.js` hears of it, which would be gone without a word to anybody.
  process.prependListener('disconnect', leave)
  try {
    child = begin(command, env)
    return await codeOf(child, command)
  } finally {
    process.off('disconnect', leave)
    process.off('exit', end)
    lost.removeEventListener('abort', end)
    release()
  }
}

/** The process in front of this one was killed. */
const leave = (): void => process.exit(EXIT.failed)

function begin([program = '', ...args]: readonly string[], env: ChildOptions['env']): ChildProcess {
  try {
    return spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  } catch (error) {
    // What is thrown here may quote what it was given, the password included: its code is all that goes on.
    const { code } = error as NodeJS.ErrnoException
    throw notRun(program, { code: code ?? 'not taken' })
  }
}

const codeOf = (child: ChildProcess, [program = '']: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      reject(notRun(program, { code: code ?? message })),
    )
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })

/** Hands signals on, but for those that the child has had from the terminal already. */
function passOn(hand: (signal: NodeJS.Signals) => void): () => void {
  const atTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  const listeners = [
    ...KEYS.map((signal) => [signal, () => atTerminal || hand(signal)] as const),
    ...OTHERS.map((signal) => [signal, () => hand(signal)] as const),
  ]
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  EACCES: 'it may not be run',
  E2BIG: 'its words are too many for this system',
}

function notRun(program: string, { code }: { readonly code: string }): Refused {
  return new Refused('CannotRun', `${program} cannot be run: ${WHY[code] ?? code}.`, {
    hint: 'Install it, or write its path. What stands after `--` is run as it is, without a shell.',
  })
}

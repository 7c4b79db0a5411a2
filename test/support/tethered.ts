import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * A server of a test that the system itself ends with us, should we be killed before we can do it.
 * `as`: the user that it runs as, where we are root.
 */
export function spawnTethered(
  command: readonly string[],
  { ending, as, ...options }: SpawnOptions & { readonly ending: 'TERM' | 'QUIT' | 'KILL'; readonly as?: string },
): ChildProcess {
  const user = as === undefined ? [] : ['--reuid', as, '--regid', as, '--clear-groups']
  return spawn('setpriv', ['--pdeathsig', ending, ...user, ...command], options)
}

/** Ends a process and waits for it. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

/** What a process has started, and what those have, as Linux tells it. */
export function descendants(pid: number): number[] {
  const children = readFileIfThere(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Waits until the server has said so on its standard error; throws all it said when it ends before. */
export function said(child: ChildProcess, words: RegExp): Promise<void> {
  let heard = ''
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      heard = (heard + text).slice(-20_000)
      if (words.test(heard)) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`it ended (${code}) before it was ready:\n${heard}`)))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function readFileIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

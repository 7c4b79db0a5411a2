import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
export const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface CliOptions {
  readonly cwd?: string
  /** On top of a clean environment; `freshAccount().env` goes here. Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Written to its standard input, which is then closed. */
  readonly input?: string
  /** After that long it is killed, and `CliResult.timedOut` is true. */
  readonly timeoutMs?: number
  /** Another program instead of `bin/run.js`. */
  readonly program?: string
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  /** The one document on standard output. */
  json<T = Record<string, unknown>>(): T
}

/** A command under way. */
export interface CliRun {
  readonly pid: number
  readonly result: Promise<CliResult>
  kill(signal: NodeJS.Signals): void
  /** Nobody reads its standard error from here on. */
  turnAway(): void
  /** Resolves when what was said so far, on both outputs, matches. */
  said(pattern: RegExp): Promise<void>
  /** What stands on its standard output so far. */
  heard(): string
}

/** Runs the real binary to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result
}

/** Runs the real binary, and lets the caller interrupt it. */
export function startCli(args: readonly string[], options: CliOptions = {}): CliRun {
  const child = spawn(NODE, [options.program ?? BIN, ...args], {
    cwd: options.cwd,
    env: environment(options),
    stdio: 'pipe',
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk
  })
  child.stdin.end(options.input ?? '')
  const result = finish(child, output, options.timeoutMs ?? 120_000)
  return {
    pid: child.pid ?? 0,
    result,
    kill: (signal) => void child.kill(signal),
    turnAway: () => void child.stderr.destroy(),
    said: (pattern) => waitUntilSaid(child, output, pattern),
    heard: () => output.stdout,
  }
}

/**
 * Nothing of the developer's own AWS or proxies reaches the command, so no test can touch a real account. Nor does npm,
 * which may run the tests, but does not stand in front of the command.
 */
export function environment(options: Pick<CliOptions, 'env'>): NodeJS.ProcessEnv {
  const foreign = /^(AWS_|ECOM_INFRA_|(HTTPS?|ALL|NO)_PROXY$|FORCE_COLOR$|NODE_OPTIONS$|VITEST|NODE_ENV$|npm_)/i
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ECOM_INFRA_PACE: '0.02',
    NO_COLOR: '1',
    CI: 'true',
    ...options.env,
  }
}

function finish(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  timeoutMs: number,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const { stdout, stderr } = output
      resolve({ code, signal, stdout, stderr, timedOut, json: <T>() => document<T>(stdout, stderr) })
    })
  })
}

function document<T>(stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout) as T
  } catch (cause) {
    throw new Error(`not one JSON document on stdout:\n${stdout}\nstderr:\n${stderr}`, { cause })
  }
}

async function waitUntilSaid(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  pattern: RegExp,
): Promise<void> {
  const said = (): boolean => pattern.test(output.stdout + output.stderr)
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (said()) resolve()
    }
    const end = (): void =>
      said() ? resolve() : reject(new Error(`it ended without saying ${pattern}:\n${output.stderr}`))
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', end)
    look()
    // A program that is gone, and read to its end, tells nobody of it again.
    if (child.stdout?.destroyed && child.stderr?.destroyed) end()
  })
}

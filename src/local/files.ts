import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failed } from '../engine/errors.ts'

/** What is remembered of the local AWS that was started: enough to find it again, and not to mistake another process for it. */
export interface Running {
  readonly pid: number
  /** When that process began, by the machine's own clock: a pid is given away again. Null where the system does not say. */
  readonly began: string | null
  readonly port: number
  readonly moto: string
  readonly extended: boolean
}

/** The user's state directory: what lies there can be deleted at any time while nothing runs. */
export function stateDirectory(): string {
  const base = process.env.XDG_STATE_HOME
  return join(base && isAbsolute(base) ? base : join(homedir(), '.local', 'state'), 'ecom-infra')
}

/** Only what writes makes the directory: asking for the status leaves no trace. */
export function makeStateDirectory(): void {
  try {
    mkdirSync(stateDirectory(), { recursive: true })
  } catch (cause) {
    if (!isCode(cause, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')) throw cause
    const hint = 'Set XDG_STATE_HOME to a directory that can be written.'
    throw new Failed('StateDirectory', `${stateDirectory()} cannot be made.`, { hint, cause })
  }
}

const runningFile = (): string => join(stateDirectory(), 'local.json')

/** The file that the server's own output goes to. Begun anew at each start. */
export const logFile = (): string => join(stateDirectory(), 'local.log')

/** Null when there is none, or one that cannot be understood: both mean that nothing known runs. */
export function readRunning(): Running | null {
  const text = readIfThere(runningFile())
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return isRunning(value) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function writeRunning(running: Running): void {
  const temporary = `${runningFile()}.${randomUUID()}`
  writeFileSync(temporary, `${JSON.stringify(running)}\n`, { mode: 0o600 })
  renameSync(temporary, runningFile())
}

export function forgetRunning(): void {
  rmSync(runningFile(), { force: true })
}

/** The text of a file, or null when there is no such file. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Whether an error of node's own carries this code. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

function isRunning(value: unknown): value is Running {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'port' in value &&
    Number.isInteger(value.port) &&
    'began' in value &&
    'moto' in value &&
    'extended' in value
  )
}

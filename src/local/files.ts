import { readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failed } from '../engine/errors.ts'
import { parseJson } from '../files/json.ts'
import { codeOf, readText } from '../files/read.ts'
import { makeFolder, writeText } from '../files/write.ts'

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

const ELSEWHERE = 'Set XDG_STATE_HOME to a directory that can be written.'

/** Only what writes makes the directory: asking for the status leaves no trace. */
export function makeStateDirectory(): void {
  try {
    makeFolder(stateDirectory())
  } catch (cause) {
    if (!isCode(cause, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')) throw cause
    throw new Failed('StateDirectory', `${stateDirectory()} cannot be made.`, { hint: ELSEWHERE, cause })
  }
}

const runningFile = (): string => join(stateDirectory(), 'local.json')

/** The file that the server's own output goes to. Begun anew at each start. */
export const logFile = (): string => join(stateDirectory(), 'local.log')

/** Null when there is none, or one that cannot be understood: both mean that nothing known runs. */
export function readRunning(): Running | null {
  try {
    const value = parseJson(readText(runningFile(), MAX_BYTES))
    return isRunning(value) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError || SPOILED.includes(codeOf(error) ?? '')) return null
    throw error
  }
}

/** It is a line. */
const MAX_BYTES = 64 * 1024
/** Not there, too large, no text, a pipe, a device. */
const SPOILED: readonly string[] = ['ENOENT', 'EFBIG', 'EILSEQ', 'ETIMEDOUT', 'ENODEV', 'ENXIO', 'EISDIR']

export function writeRunning(running: Running): void {
  writeText(runningFile(), `${JSON.stringify(running)}\n`, { secret: true, hint: ELSEWHERE })
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
    // A signal to process 0, or to a negative one, goes to many.
    isWhole(value.pid, 2 ** 31 - 1) &&
    'port' in value &&
    isWhole(value.port, 65_535) &&
    'began' in value &&
    (value.began === null || typeof value.began === 'string') &&
    'moto' in value &&
    typeof value.moto === 'string' &&
    'extended' in value
  )
}

const isWhole = (value: unknown, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isGood, type Outcome } from './trial.ts'

/** A line of a file of results. */
export interface Result {
  readonly kind: string
  readonly trial: string
  readonly outcome: Outcome
  readonly seconds: number
}

/** Each shard writes a file of its own, so that files from several machines can be laid together here. */
const FOLDER = fileURLToPath(new URL('../../.faults', import.meta.url))

export const keyOf = (kind: string, trial: string): string => `${kind}: ${trial}`

/** The last result of each trial, from all files. */
export function readResults(): ReadonlyMap<string, Result> {
  if (!existsSync(FOLDER)) return new Map()
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'))
  const lines = files.flatMap((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n'))
  // A run that was ended in the middle of a line has not finished that trial.
  const whole = lines.filter((line) => line.startsWith('{') && line.endsWith('}'))
  const results = whole.map((line) => JSON.parse(line) as Result)
  return new Map(results.map((result) => [keyOf(result.kind, result.trial), result]))
}

export const isDone = (result: Result | undefined): result is Result => result !== undefined && isGood(result.outcome)

export function keepResult(shard: string, result: Result): void {
  mkdirSync(FOLDER, { recursive: true })
  appendFileSync(join(FOLDER, `${shard.replace('/', '-of-')}.jsonl`), `${JSON.stringify(result)}\n`)
}

/** Forgets what was tried in this shard, or all of it. */
export function forgetResults(shard: string | null): void {
  rmSync(shard === null ? FOLDER : join(FOLDER, `${shard.replace('/', '-of-')}.jsonl`), {
    recursive: true,
    force: true,
  })
}

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isGood, type Outcome } from './trial.ts'

/** A line of a file of results. */
export interface Result {
  readonly kind: string
  readonly trial: string
  readonly outcome: Outcome
  readonly seconds: number
  /** When it was tried: milliseconds since the epoch. */
  readonly at: number
}

/** Each shard writes a file of its own, so that files from several machines can be laid together here. */
const FOLDER = fileURLToPath(new URL('../../.faults', import.meta.url))

export const keyOf = (kind: string, trial: string): string => `${kind}: ${trial}`

/** The latest result of each trial, from all files. */
export function readResults(): ReadonlyMap<string, Result> {
  const results = filesOf()
    .flatMap(linesOf)
    .sort((a, b) => a.at - b.at)
  return new Map(results.map((result) => [keyOf(result.kind, result.trial), result]))
}

const filesOf = (): readonly string[] =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER)
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => join(FOLDER, name))
    : []

/** A run that was ended in the middle of a line has not finished that trial. */
const linesOf = (file: string): readonly Result[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Result)

export const isDone = (result: Result | undefined): result is Result => result !== undefined && isGood(result.outcome)

export function keepResult(shard: string, result: Result): void {
  mkdirSync(FOLDER, { recursive: true })
  appendFileSync(join(FOLDER, `${shard.replace('/', '-of-')}.jsonl`), textOf(result))
}

/** Forgets what came of some trials. */
export function forgetResults(keys: ReadonlySet<string>): void {
  for (const file of filesOf()) {
    const kept = linesOf(file).filter(({ kind, trial }) => !keys.has(keyOf(kind, trial)))
    writeFileSync(file, kept.map(textOf).join(''))
  }
}

const textOf = (result: Result): string => `${JSON.stringify(result)}\n`

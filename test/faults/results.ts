import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  /** Of which sources: what came of others says nothing. */
  readonly sources: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Each shard writes a file of its own, so that files from several machines can be laid together here. */
const FOLDER = join(ROOT, '.faults')

export const keyOf = (kind: string, trial: string): string => `${kind}: ${trial}`

/** What decides what comes of a trial. */
const SOURCES = [
  ...['bin/*.js', 'src/**/*.ts', 'prices/*.json', 'emulator/**/*.py', 'package-lock.json'],
  ...['test/faults/*.ts', 'test/support/**/*.ts', 'test/e2e/support/*.ts'],
]

/** Tells these sources from all others. */
export const sources: string = (() => {
  const hash = createHash('sha256')
  for (const path of globSync(SOURCES, { cwd: ROOT }).toSorted())
    hash.update(path).update(readFileSync(join(ROOT, path)))
  return hash.digest('hex').slice(0, 16)
})()

/** The latest result of each trial of these sources, from all files. */
export const readResults = (): ReadonlyMap<string, Result> =>
  new Map(history().map((result) => [keyOf(result.kind, result.trial), result]))

/** Trials of these sources that went wrong, and then well. */
export function luckyOnes(): readonly string[] {
  const latest = readResults()
  const keys = history()
    .filter(({ outcome }) => !isGood(outcome))
    .map(({ kind, trial }) => keyOf(kind, trial))
  return [...new Set(keys)].filter((key) => isDone(latest.get(key)))
}

const history = (): readonly Result[] =>
  filesOf()
    .flatMap(linesOf)
    .filter((result) => result.sources === sources)
    .sort((a, b) => a.at - b.at)

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

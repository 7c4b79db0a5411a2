/** `npm run test:faults`: breaks the real binary in every way there is, and prints what came of it as a table. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findMoto } from '../../src/local/moto.ts'
import { buildOnce } from '../support/build-once.ts'
import { type Emulator, startEmulator } from '../support/emulator-process.ts'
import { groundAt, liveCleanly } from './ground.ts'
import { KINDS } from './kinds.ts'
import { type Options, optionsOf, USAGE } from './options.ts'
import { forgetResults, isDone, keepResult, keyOf, luckyOnes, type Result, readResults, sources } from './results.ts'
import { documentOf, tableOf } from './table.ts'
import { type Clean, isGood, type Kind, type Outcome, type Trial } from './trial.ts'

const DOCUMENT = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))
const BEGAN = Date.now()

interface Task {
  readonly kind: Kind
  readonly trial: Trial
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) return tell(USAGE)
  const options = optionsOf(args)
  const kinds = KINDS.filter(({ name }) => options.only === null || name.includes(options.only))
  if (kinds.length === 0)
    throw new Error(`No kind is called so. There are: ${KINDS.map(({ name }) => name).join('; ')}`)
  const tasks = kinds.flatMap((kind) => kind.trials.map((trial) => ({ kind, trial })))
  const mine = tasks.filter((_, index) => index % options.count === options.index - 1)
  if (!options.merge) await tryAll(todoOf(mine, options), options)
  return conclude(kinds, options.merge || options.count === 1 ? tasks : mine, options)
}

/** What an earlier run was cut short of. Where it was not, all of it is tried anew. */
function todoOf(mine: readonly Task[], { fresh }: Options): readonly Task[] {
  const results = readResults()
  const todo = mine.filter(({ kind, trial }) => !isDone(results.get(keyOf(kind.name, trial.id))))
  if (fresh || todo.length === 0) {
    forgetResults(new Set(mine.map(({ kind, trial }) => keyOf(kind.name, trial.id))))
    return mine
  }
  if (todo.length < mine.length) say(`${mine.length - todo.length} trials are done already (--fresh: again)`)
  return todo
}

async function tryAll(todo: readonly Task[], { jobs, shard }: Options): Promise<void> {
  const problem = buildOnce(say)
  if (problem !== '') throw new Error(`There is no binary to try: ${problem}`)
  inOwnFolder()
  const queue = [...todo]
  const emulators: Emulator[] = []
  let tried = 0
  let clean: Promise<Clean> | undefined
  const worker = async () => {
    const emulator = await startEmulator(say)
    emulators.push(emulator)
    clean ??= liveCleanly(emulator.url)
    const ground = groundAt(emulator.url, await clean)
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      const { kind, trial } = task
      const began = Date.now()
      const outcome = await trial.run(ground).catch(untried)
      const seconds = Math.round((Date.now() - began) / 1000)
      const result = { kind: kind.name, trial: trial.id, outcome, seconds, at: began, sources }
      keepResult(shard, result)
      tried += 1
      say(`${tried}/${todo.length} ${wordsOf(result)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, todo.length) }, worker))
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.close()))
  }
}

const untried = (error: unknown): Outcome => ({
  ...{ points: 0, converged: 0, duplicates: [], leftovers: [], calls: 0, undisturbed: null },
  problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
})

function wordsOf({ kind, trial, outcome, seconds }: Result): string {
  const { points, converged, duplicates, leftovers, problems } = outcome
  const wrong = [
    ...duplicates.map((name) => `twice: ${name}`),
    ...leftovers.map((name) => `left behind: ${name}`),
    ...problems,
  ]
  return [`${keyOf(kind, trial)}: ${converged} of ${points} points converged, ${seconds} s`, ...wrong].join('\n    ')
}

/** Prints the table; keeps it when nothing is wanting of it. 1 when something did not converge, or was not tried. */
async function conclude(kinds: readonly Kind[], tasks: readonly Task[], options: Options): Promise<number> {
  const results = readResults()
  const table = tableOf(kinds, results)
  process.stdout.write(`${table}\n`)
  const had = tasks.map(({ kind, trial }) => results.get(keyOf(kind.name, trial.id)))
  const wanting = had.filter((result) => result === undefined).length
  const bad = had.filter((result) => result !== undefined && !isGood(result.outcome)).length
  if (wanting > 0) say(`${wanting} trials have no result yet`)
  if (bad > 0) say(`${bad} trials did not converge`)
  if (wanting + bad > 0) return 1
  if (options.only === null && tasks.length === kinds.flatMap(({ trials }) => trials).length) {
    const seconds = had.reduce((total, result) => total + (result?.seconds ?? 0), 0)
    writeFileSync(DOCUMENT, documentOf(table, { moto: (await findMoto(say)).version, seconds, lucky: luckyOnes() }))
    say(`kept as ${DOCUMENT}`)
  }
  return 0
}

/** Everything temporary goes with this process, however it ends. What is done by then is kept. */
function inOwnFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-faults-'))
  process.env.TMPDIR = folder
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const stop = (code: number) => () => {
    say('stopped: the same command goes on from here')
    process.exit(code)
  }
  process.once('SIGINT', stop(130)).once('SIGTERM', stop(143))
}

function say(line: string): void {
  const seconds = Math.floor((Date.now() - BEGAN) / 1000)
  process.stderr.write(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${line}\n`)
}

function tell(text: string): 0 {
  process.stdout.write(text)
  return 0
}

process.exitCode = await main(process.argv.slice(2))

import { type Here, here as thisProcess } from './holder.ts'
import { runKeyOf, runsPrefixOf } from './keys.ts'
import { type HeldLock, lastCallOf } from './lock-document.ts'
import { ordered } from './manifest.ts'
import type { StateStore } from './store.ts'
import { holderOf } from './take-lock.ts'

export const RUN = 'ecom-infra/run/1'

export type Outcome = 'running' | 'done' | 'failed' | 'interrupted'

/** One run that changed something, or set out to. */
export interface RunRecord {
  readonly schema: typeof RUN
  readonly run: string
  readonly command: string
  /** The seal of the saved plan that it applies; null, or missing in older ones: none. */
  readonly plan?: string | null
  /** ISO, as in the lock of this run. */
  readonly started: string
  readonly ended: string | null
  readonly outcome: Outcome
  /** What was done, by kind: created, updated, … */
  readonly summary: Readonly<Record<string, number>>
  readonly apiCalls: Readonly<Record<string, number>>
  readonly failures: readonly object[]
}

export interface History {
  readonly runs: readonly RunRecord[]
  /** Objects that are there and cannot be read. */
  readonly unreadable: readonly string[]
}

/** What a run has to tell at its end. */
export type Ending = Pick<RunRecord, 'summary' | 'apiCalls' | 'failures'> & {
  readonly outcome: Exclude<Outcome, 'running'>
}

/** A record that was written, and which version of it. */
interface Begun {
  readonly record: RunRecord
  readonly etag: string
}

/** Writes the record of a run that begins. */
export async function beginRun(
  store: StateStore,
  stack: string,
  { run, command, plan = null, started }: Pick<RunRecord, 'run' | 'command' | 'plan' | 'started'>,
): Promise<Begun> {
  const record: RunRecord = {
    schema: RUN,
    run,
    command,
    plan,
    started,
    ended: null,
    outcome: 'running',
    summary: {},
    apiCalls: {},
    failures: [],
  }
  const written = await store.put(runKeyOf(stack, started), textOf(record), null)
  if (written === null) throw new Error(`An unconditional write to ${runKeyOf(stack, started)} was not done.`)
  return { record, etag: written.etag }
}

/**
 * Writes how a run has ended. A run that has outlived its lock may find its record ended by others, or erased with the
 * stack: that stays.
 */
export async function endRun(store: StateStore, stack: string, begun: Begun, ending: Ending): Promise<void> {
  const record = { ...begun.record, ...ending, ended: new Date().toISOString() }
  await store.put(runKeyOf(stack, record.started), textOf(record), { ifMatch: begun.etag })
}

/**
 * Writes that a run was killed, when its lock is taken over or broken. Nobody saw it end:
 * what is written is when it can last have done something.
 */
export async function markKilled(store: StateStore, stack: string, dead: HeldLock): Promise<void> {
  const { startedAt, run } = dead.document
  const key = runKeyOf(stack, startedAt)
  const item = await store.get(key)
  const record = item === null ? null : recordIn(item.body)
  if (item === null || record?.run !== run || record.outcome !== 'running') return
  const ended = deathOf(dead)
  // Should it write its own end at this very moment, that is the better one.
  await store.put(key, textOf({ ...record, outcome: 'interrupted', ended }), { ifMatch: item.etag })
}

/** When a killed run can last have done something, as far as is known by now. */
const deathOf = (dead: HeldLock): string => new Date(Math.min(lastCallOf(dead), dead.date)).toISOString()

/** The latest runs, newest first. Writes nothing. */
export async function listRuns(
  store: StateStore,
  stack: string,
  limit = 20,
  here: Here = thisProcess,
): Promise<History> {
  const listed = await store.list(runsPrefixOf(stack))
  const keys = listed
    .map(({ key }) => key)
    .sort()
    .reverse()
    .slice(0, limit)
  const read = await Promise.all(
    keys.map(async (key) => {
      const item = await store.get(key)
      return { key, gone: item === null, record: item === null ? null : recordIn(item.body) }
    }),
  )
  return {
    runs: await judged(
      store,
      stack,
      read.flatMap(({ record }) => record ?? []),
      here,
    ),
    unreadable: read.flatMap(({ key, gone, record }) => (gone || record ? [] : store.nameOf(key))),
  }
}

/** Until the next run comes, nobody writes that one was killed: the lock tells, of those that say that they run. */
async function judged(
  store: StateStore,
  stack: string,
  runs: readonly RunRecord[],
  here: Here,
): Promise<readonly RunRecord[]> {
  if (runs.every(({ outcome }) => outcome !== 'running')) return runs
  const holder = await holderOf(store, stack, here)
  return Promise.all(
    runs.map(async (record) => {
      const holds = holder?.document.run === record.run
      if (record.outcome !== 'running' || (holds && !holder.dead)) return record
      // It may have ended since it was read: that is written before the lock is given up.
      const item = await store.get(runKeyOf(stack, record.started))
      const now = item === null ? null : recordIn(item.body)
      if (now?.run === record.run && now.outcome !== 'running') return now
      return { ...record, outcome: 'interrupted' as const, ended: holds ? deathOf(holder) : null }
    }),
  )
}

const textOf = (record: RunRecord): string => `${JSON.stringify(ordered(record), null, 2)}\n`

const OUTCOMES: readonly unknown[] = ['running', 'done', 'failed', 'interrupted'] satisfies Outcome[]

const areCounts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((count) => typeof count === 'number')

function recordIn(body: string): RunRecord | null {
  try {
    const value = JSON.parse(body) as Partial<Record<keyof RunRecord, unknown>> | null
    const right =
      value?.schema === RUN &&
      typeof value.run === 'string' &&
      typeof value.command === 'string' &&
      typeof value.started === 'string' &&
      (value.ended === null || typeof value.ended === 'string') &&
      OUTCOMES.includes(value.outcome) &&
      areCounts(value.summary)
    return right ? (value as RunRecord) : null
  } catch {
    return null
  }
}

import { randomBytes, randomUUID } from 'node:crypto'
import { explain } from '../aws/explain.ts'
import { verdictOf } from '../aws/failure.ts'
import { entryOf } from '../engine/build.ts'
import { Interrupted } from '../engine/errors.ts'
import { execute, isDone, type Result } from '../engine/execute.ts'
import type { Graph } from '../engine/graph.ts'
import { needsOf } from '../engine/leaving.ts'
import type { Address } from '../engine/ref.ts'
import type { Plan } from '../engine/steps.ts'
import { keepArrival } from '../state/arrival.ts'
import { ensureStateBucket } from '../state/bucket.ts'
import { beginRun, type Ending, endRun, markKilled, type Outcome } from '../state/history.ts'
import { Journal } from '../state/journal.ts'
import { type Loaded, loadManifest } from '../state/load.ts'
import type { Lock } from '../state/lock.ts'
import { takeLock } from '../state/take-lock.ts'
import { finalSnapshotOf } from './farewells.ts'
import { appliedTags, toolsOf } from './observe.ts'
import { outputsAfter } from './outputs.ts'
import { appliedConfig, type Scope } from './scope.ts'
import type { Session } from './session.ts'

/** A run that holds the lock, from the answer to the last write. */
export interface Held {
  readonly lock: Lock
  /** As read after the lock was taken. */
  readonly loaded: Loaded
  readonly startedAt: string
}

/** Takes the lock; the state bucket is made on the first run of all. Throws `Locked` when another run holds it. */
export async function lockStack(session: Session, command: string, before: Loaded): Promise<Held> {
  const { identity, loaded, stack, store, emit } = session
  const place = { account: identity.account, region: loaded.config.region }
  // The clients of the state go on after an interrupt, to save: so nothing may be begun by them.
  const { signal } = session.stop
  signal.throwIfAborted()
  if (before.etag === null) {
    emit({ kind: 'phase', phase: 'lock', text: `preparing the state bucket ${store.bucket}` })
    const { partition } = identity
    await ensureStateBucket(session.clients, { ...place, partition, tls: session.tls, tags: loaded.config.tags })
    store.expectNew()
  }
  signal.throwIfAborted()
  const startedAt = new Date().toISOString()
  const fence = before.manifest.fence
  const lock = await takeLock(store, { stack, run: randomUUID(), command, startedAt, fence })
  session.guard(() => lock.confirmed())
  try {
    const { predecessor } = lock
    if (predecessor) {
      await Promise.all([keepArrival(store, stack, { lock: predecessor }), markKilled(store, stack, predecessor)])
    }
    return { lock, loaded: await loadManifest(store, stack, place), startedAt }
  } catch (error) {
    await releaseLock(session, lock)
    throw error
  }
}

/** Gives the lock up. When that cannot be said, it runs out by itself, and the run's own outcome is what counts. */
export async function releaseLock(session: Session, lock: Lock): Promise<void> {
  session.guard(null)
  await orNote(session, 'the lock could not be given up, and runs out by itself', () => lock.release())
}

/** What may fail without the run failing is told all the same. */
export async function orNote(session: Session, what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    session.emit({ kind: 'note', address: null, text: `${what}: ${explain(error, session.connection).message}` })
  }
}

export interface Work {
  readonly plan: Plan
  readonly graph: Graph
  readonly memory: Parameters<typeof execute>[0]['memory']
  readonly deleteData: boolean
  /** When it was planned: final snapshots are named by it. */
  readonly at: Date
  readonly concurrency: number
  readonly command: string
  /** The seal of the saved plan that is applied; null: none is. */
  readonly seal: string | null
  readonly scope: Scope
  /** True when the stack's state is to be removed at the end: then nothing more is written. */
  readonly erase: (result: Result) => boolean
}

/** Executes a plan under the lock and keeps its record. */
export async function perform(session: Session, held: Held, work: Work): Promise<Result> {
  const { store, stack, stop } = session
  stop.signal.throwIfAborted()
  const { run } = held.lock
  const begun = await beginRun(store, stack, { run, command: work.command, plan: work.seal, started: held.startedAt })
  const failed = (error: unknown) => stop.abort(error)
  const journal = new Journal({ store, lease: held.lock, loaded: held.loaded, failed })
  const { config } = session.loaded
  // Until all is done, tags that have been given up may still be somewhere: the next run has to know of them.
  const tags = { ...appliedTags(held.loaded), ...config.tags }
  journal.config({ ...appliedConfig(work.scope, held.loaded.manifest.config, config), tags })
  remember(journal, work)
  const end = (result: Result | null) =>
    orNote(session, 'the record of this run could not be written', () =>
      endRun(store, stack, begun, endingOf(result, session)),
    )
  let result: Result
  try {
    result = await execute({ ...work, runtime: runtimeOf(session, held, { journal, work }) })
  } catch (error) {
    // Nothing may be written any more once the lock has been given up.
    await journal.abandon()
    await end(null)
    throw error
  }
  const save = async () => {
    if (publishes(work)) journal.outputs(outputsAfter(work, result))
    if (outcomeOf(result) === 'done' && work.scope.of === 'stack') journal.config(config)
    await (work.erase(result) ? journal.abandon() : journal.close())
  }
  const trouble = await save().then(
    () => null,
    (error: unknown) => error,
  )
  // What was done is told even where it could not be saved: the next run finds it by names and tags.
  const told = trouble === null ? result : { ...result, stopped: result.stopped ?? trouble }
  await end(told)
  return told
}

/** A teardown takes all outputs with it, and a setting leaves them as they were. */
const publishes = ({ scope, graph }: Work): boolean =>
  scope.of === 'part' || (scope.of === 'stack' && graph.nodes.size > 0)

/** A manifest that knows of some things only would keep the next look from asking for the others. */
function remember(journal: Journal, { scope, memory }: Work): void {
  if (scope.of !== 'part') return
  for (const step of scope.whole.plan.steps) {
    const { address, live } = step
    if (!live?.ours || memory.resources.has(address)) continue
    journal.record(address, { ...entryOf(step, live), dependsOn: needsOf(step, scope.whole.plan) })
  }
}

function endingOf(result: Result | null, { meter }: Session): Ending {
  const failed = (result?.fates ?? []).filter((fate) => fate.outcome === 'failed')
  return {
    outcome: result ? outcomeOf(result) : 'failed',
    summary: result ? countsOf(result) : {},
    apiCalls: meter.calls,
    failures: failed.map(({ address }) => ({ address })),
  }
}

const outcomeOf = (result: Result): Exclude<Outcome, 'running'> => {
  if (result.stopped instanceof Interrupted) return 'interrupted'
  return isDone(result) ? 'done' : 'failed'
}

function runtimeOf(session: Session, held: Held, { journal, work }: { journal: Journal; work: Work }) {
  const { concurrency, deleteData, at } = work
  return {
    ...toolsOf(session, held.loaded),
    ...{ journal, concurrency, judge: verdictOf, emit: session.emit, stop: session.stop },
    // EC2 takes 64 characters; ACM takes 32 of [A-Za-z0-9_].
    token: () => randomBytes(16).toString('hex'),
    terms: (address: Address) => ({ deleteData, snapshotName: finalSnapshotOf(session.stack, address, at) }),
  }
}

/** How many were done of each deed. */
function countsOf({ fates }: Result): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { deed, outcome } of fates) {
    const key = outcome === 'done' ? deed : outcome
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

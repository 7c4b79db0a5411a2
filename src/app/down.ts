import { isHeld } from '../aws/failure.ts'
import { Refused } from '../engine/errors.ts'
import { isDone, type Result } from '../engine/execute.ts'
import type { Address } from '../engine/ref.ts'
import { NO_CONSENT, type Plan } from '../engine/steps.ts'
import { idlePatterns, narrowedDown } from '../engine/targets.ts'
import { eraseStack } from '../state/erase.ts'
import { conclude, isProved, type Proof, prove, settle, UNPROVED } from './down-proof.ts'
import { stateThatStays } from './down-state.ts'
import { type Farewells, farewellsOf, hindered, settled } from './farewells.ts'
import { eraseRest } from './left-lock.ts'
import { isFresh, nothing, type Observation, observe, planFor } from './observe.ts'
import { outsOf } from './outputs.ts'
import { lockStack, perform, releaseLock } from './run.ts'
import { partOf, STACK, type Whole } from './scope.ts'
import type { Session } from './session.ts'
import { damageOf, refuseStrange, wasProtected } from './up-plan.ts'

export interface DownOptions {
  readonly deleteData: boolean
  readonly keepState: boolean
  /** Only these, by address or pattern, and what depends on them; none: everything. */
  readonly targets: readonly string[]
  readonly dryRun: boolean
  /** Nobody is asked. */
  readonly yes: boolean
  readonly concurrency: number
  readonly shown: (plan: Plan, farewells: Farewells, seen: Observation) => Promise<void>
  /** The typed name of the stack; throws `Declined`. */
  readonly agree: (plan: Plan) => Promise<void>
}

export interface DownOutcome extends Omit<Proof, 'stopped'> {
  readonly plan: Plan
  readonly farewells: Farewells
  /** Null: there was nothing to delete, or nothing was to be deleted. */
  readonly result: Result | null
}

/** Deletes everything that is the stack's, and proves by an independent sweep that nothing is left. */
export async function down(session: Session, options: DownOptions): Promise<DownOutcome> {
  const seen = await observe(session, { teardown: true, changes: !options.dryRun })
  refuseStrange('--target', idlePatterns(options.targets, knownIn(seen)))
  const plan = planned(session, seen, options)
  const at = new Date()
  const { deleteData } = options
  const farewells = settled(await farewellsOf(session, plan), { stack: session.stack, deleteData, at })
  for (const text of damageOf(seen)) session.emit({ kind: 'note', address: null, text })
  await options.shown(plan, farewells, seen)
  const protection = protectionOf(session, seen)
  if (options.dryRun) {
    if (protection) session.emit({ kind: 'note', address: null, text: protection.message })
    const told = hindered(plan, farewells, { deleteData, protection: protection && 'protect is true' })
    return { plan: told, farewells, result: null, ...UNPROVED }
  }
  if (protection) throw protection
  refuse(farewells, deleteData)
  // Where nothing is, there is nothing to agree to.
  if (plan.steps.length > 0) await options.agree(plan)
  return tearDown(session, { seen, plan, farewells, options, at })
}

function planned(session: Session, seen: Observation, { deleteData, targets }: DownOptions): Plan {
  const plan = planFor(session, seen, nothing(), { ...NO_CONSENT, teardown: true, deleteData })
  return targets.length === 0 ? plan : narrowedDown(plan, targets)
}

/** Something that was mistyped would seem to be gone. What is gone already is not mistyped. */
const knownIn = ({ sightings, wanted, memory }: Observation): readonly Address[] => [
  ...sightings.flatMap(({ live }) => (live.ours ? live.address : [])),
  ...wanted.nodes.keys(),
  ...memory.resources.keys(),
]

/** Why nothing may be deleted at all; null: it may. */
function protectionOf(session: Session, seen: Observation): Refused | null {
  const applied = wasProtected(seen)
  if (!session.loaded.config.protect && !applied) return null
  return new Refused(
    'Protected',
    `${session.stack} is protected: protect is true${applied ? ' in what was last applied' : ''}.`,
    { hint: 'Set `protect: false` in the config, run `ecom-infra up` with the config file, then `ecom-infra down`.' },
  )
}

/** Told before the first delete: a teardown that stops half-way is the worst of both. */
function refuse(farewells: Farewells, deleteData: boolean): void {
  const told = (what: 'blockers' | 'losses') =>
    [...farewells].flatMap(([address, said]) => said[what].map((text) => ({ address, text })))
  const lines = (list: readonly { readonly address: Address; readonly text: string }[]) =>
    list.map(({ address, text }) => `  ${address}: ${text}`).join('\n')
  const [blockers, losses] = [told('blockers'), told('losses')]
  if (blockers.length > 0) {
    throw new Refused('Blocked', `Something stands in the way, so nothing was deleted:\n${lines(blockers)}`, {
      address: blockers[0]?.address,
      hint: 'Remove what stands in the way, then run the same command again.',
    })
  }
  if (losses.length > 0 && !deleteData) {
    throw new Refused('WouldLoseData', `Data would be lost, so nothing was deleted:\n${lines(losses)}`, {
      address: losses[0]?.address,
      hint: 'Save what you need, then run it again with --delete-data.',
    })
  }
}

interface Teardown {
  readonly seen: Observation
  readonly plan: Plan
  readonly farewells: Farewells
  readonly options: DownOptions
  /** When it was planned: final snapshots are named by it, and told before. */
  readonly at: Date
}

async function tearDown(session: Session, undertaking: Teardown): Promise<DownOutcome> {
  const { seen, plan, farewells, options, at } = undertaking
  const { deleteData, keepState, concurrency } = options
  const partial = options.targets.length > 0
  if (plan.steps.length === 0 && (partial || seen.loaded.etag === null)) {
    return { plan, farewells, result: null, ...(await confirmed(session, { seen, plan, options })) }
  }
  const held = await lockStack(session, 'down', seen.loaded)
  const erases = (result: Result) => !keepState && !partial && isDone(result)
  let result: Result
  let proof = UNPROVED
  let current = { seen, plan, farewells }
  try {
    if (!isFresh(seen, held.loaded)) current = await again(session, undertaking)
    const { memory } = current.seen
    const what = { plan: current.plan, graph: nothing(), memory, deleteData, at }
    const scope = partial ? partOf(wholeOf(session, current.seen)) : STACK
    const done = await perform(session, held, {
      ...{ ...what, scope, concurrency, command: 'down', seal: null, erase: erases },
    })
    const erase = async () => (erases(done) ? eraseStack(session.store, session.stack) : undefined)
    result = done
    if (isFinished(result) && !partial) proof = await conclude(session, current.plan, erase)
  } finally {
    await releaseLock(session, held.lock)
  }
  const state = await settle(session, { gone: erases(result) && isProved(proof), deleteData })
  const stopped = result.stopped ?? proof.stopped ?? state.stopped
  const told = { plan: current.plan, farewells: current.farewells }
  return { ...told, ...proof, result: { ...result, stopped }, kept: [...proof.kept, ...state.kept] }
}

/** Nothing is there to delete: what an interrupted teardown may have left of the state goes, and the proof is given anew. */
async function confirmed(session: Session, { seen, plan, options }: Pick<Teardown, 'seen' | 'plan' | 'options'>) {
  const { targets, keepState, deleteData } = options
  if (targets.length > 0) return { ...UNPROVED, kept: await stateThatStays(session, { gone: false, deleteData }) }
  const proof = await prove(session, plan)
  if (!keepState && isProved(proof)) await eraseRest(session, 'down', seen.loaded)
  const state = await stateThatStays(session, { gone: true, deleteData })
  return { ...proof, kept: [...proof.kept, ...state] }
}

/**
 * All is gone, or what stays is held by something that is not ours and came after the plan: then nothing more can be
 * done, and the sweep tells what it is. Any other failure speaks for itself.
 */
const isFinished = ({ fates, stopped }: Result): boolean =>
  stopped === null && fates.every(({ outcome, error }) => outcome !== 'failed' || isHeld(error))

/** What stays has to be remembered, and goes on publishing what it did. */
const wholeOf = (session: Session, seen: Observation): Whole => ({
  plan: planFor(session, seen, nothing(), { ...NO_CONSENT, teardown: true }),
  graph: seen.wanted,
  outs: outsOf(seen),
})

/** Planned again under the lock: what was agreed to must still be what is going to happen, and lose no more. */
async function again(session: Session, { seen: before, plan, farewells, options, at }: Teardown) {
  const seen = await observe(session, { teardown: true, before: before.memory })
  const next = planned(session, seen, options)
  const { deleteData } = options
  const told = settled(await farewellsOf(session, next), { stack: session.stack, deleteData, at })
  const agreed = new Set(plan.steps.map(({ address }) => address))
  const more = next.steps.filter(({ address }) => !agreed.has(address)).map(({ address }) => address)
  if (more.length === 0) {
    refuse(told, deleteData)
    return { seen, plan: next, farewells }
  }
  if (options.yes) throw hasGrown(more)
  await options.shown(next, told, seen)
  refuse(told, deleteData)
  await options.agree(next)
  return { seen, plan: next, farewells: told }
}

const hasGrown = (more: readonly Address[]) =>
  new Refused('PlanChanged', `The stack has grown since it was planned, so nothing was deleted: ${more.join(', ')}.`, {
    address: more[0],
    hint: 'Look at it with `ecom-infra down --dry-run`, then run the same command again.',
  })

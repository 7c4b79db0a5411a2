import { byTheGb } from '../aws/sweep/finder.ts'
import { type Leftover, SWEEP_ACTIONS, type Swept, sweep } from '../aws/sweep/index.ts'
import { Declined, Refused } from '../engine/errors.ts'
import { isDone, type Result } from '../engine/execute.ts'
import type { Address } from '../engine/ref.ts'
import { NO_CONSENT, type Plan } from '../engine/steps.ts'
import { idlePatterns, narrowedDown } from '../engine/targets.ts'
import { pricesOf } from '../prices/prices.ts'
import type { Kept } from '../report/types.ts'
import { eraseStack } from '../state/erase.ts'
import { hasStateBucket, removeStateBucket } from '../state/remove-bucket.ts'
import { storedBytes } from '../state/size.ts'
import { type Farewells, farewellsOf, hindered, settled } from './farewells.ts'
import { isFresh, nothing, type Observation, observe, planFor, toolsOf } from './observe.ts'
import { lockStack, perform, releaseLock } from './run.ts'
import type { Session } from './session.ts'

export interface DownOptions {
  readonly deleteData: boolean
  readonly keepState: boolean
  /** Only these, by address or pattern, and what depends on them; none: everything. */
  readonly targets: readonly string[]
  readonly dryRun: boolean
  readonly concurrency: number
  readonly shown: (plan: Plan, farewells: Farewells, seen: Observation) => Promise<void>
  /** The typed name of the stack; throws `Declined`. */
  readonly agree: (plan: Plan) => Promise<void>
}

export interface DownOutcome {
  readonly plan: Plan
  readonly farewells: Farewells
  /** Null: there was nothing to delete, or nothing was to be deleted. */
  readonly result: Result | null
  readonly leftovers: readonly Leftover[]
  /** What the sweep has looked through; empty when there was none. */
  readonly checked: readonly string[]
  /** What stays on purpose. */
  readonly kept: readonly Kept[]
}

/** What is asked of a thing that a listing has shown. */
const OF_ONE = /:(DescribeKey|DescribeTable|ListTags\w+|ListResourceTags|GetBucketTagging)$/

const LISTINGS = SWEEP_ACTIONS.filter((action) => !OF_ONE.test(action))

/** The listings of the sweep, by service, for the receipt. */
const CHECKED: readonly string[] = [...Map.groupBy(LISTINGS, (action) => action.split(':')[0] ?? '')].map(
  ([service, actions]) => `${service}: ${actions.map(wordsOf).join(', ')}`,
)

/** `ec2:DescribeNetworkAcls` as "network acls". */
function wordsOf(action: string): string {
  const noun = action.replace(/^.*:(Describe|List|Get)(AllMy)?/, '')
  return noun.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').toLowerCase()
}

/** Deletes everything that is the stack's, and proves by an independent sweep that nothing is left. */
export async function down(session: Session, options: DownOptions): Promise<DownOutcome> {
  const seen = await observe(session, { teardown: true })
  refuseProtected(session, seen)
  refuseUnknown(options.targets, seen)
  const plan = planned(session, seen, options)
  const at = new Date()
  const { deleteData } = options
  const farewells = settled(await farewellsOf(session, plan), { stack: session.stack, deleteData, at })
  await options.shown(plan, farewells, seen)
  if (options.dryRun) {
    const told = hindered(plan, farewells, deleteData)
    return { plan: told, farewells, result: null, leftovers: [], checked: [], kept: [] }
  }
  refuse(farewells, deleteData)
  // Where nothing is, there is nothing to agree to.
  if (plan.steps.length > 0) await options.agree(plan)
  return tearDown(session, { seen, plan, farewells, options, at })
}

function planned(session: Session, seen: Observation, { deleteData, targets }: DownOptions): Plan {
  const plan = planFor(session, seen, nothing(), { ...NO_CONSENT, teardown: true, deleteData })
  return targets.length === 0 ? plan : narrowedDown(plan, targets)
}

/** Something that was mistyped would seem to be gone. */
function refuseUnknown(targets: readonly string[], { sightings }: Observation): void {
  const there = sightings.flatMap(({ live }) => (live.ours ? live.address : []))
  const unknown = idlePatterns(targets, there)
  if (unknown.length === 0) return
  throw new Refused('UnknownAddress', `--target names what this stack does not have: ${unknown.join(', ')}.`, {
    hint: '`ecom-infra status` lists the addresses.',
  })
}

function refuseProtected(session: Session, { loaded }: Observation): void {
  const applied = (loaded.manifest.config as { protect?: boolean }).protect === true
  if (!session.loaded.config.protect && !applied) return
  throw new Refused(
    'Protected',
    `${session.stack} is protected: protect is true${applied ? ' in what was last applied' : ''}.`,
    {
      hint: 'Set `protect: false` in the config, run `ecom-infra up`, then `ecom-infra down`.',
    },
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

async function tearDown(session: Session, { seen, plan, farewells, options, at }: Teardown): Promise<DownOutcome> {
  const { deleteData, keepState, concurrency } = options
  const partial = options.targets.length > 0
  if (plan.steps.length === 0 && seen.loaded.etag === null) {
    const { leftovers, kept } = await prove(session)
    const state = await stateThatStays(session, { gone: true, deleteData })
    return { plan, farewells, result: null, leftovers, checked: CHECKED, kept: [...kept, ...state] }
  }
  const held = await lockStack(session, 'down', seen.loaded)
  const erases = (result: Result) => !keepState && !partial && isDone(result)
  let result: Result
  let swept: Swept = { leftovers: [], kept: [] }
  try {
    const current = isFresh(seen, held.loaded) ? { seen, plan } : await again(session, { seen, plan, options })
    const { memory } = current.seen
    const what = { plan: current.plan, graph: nothing(), memory, deleteData, at }
    result = await perform(session, held, { ...what, concurrency, partial, known: [], command: 'down', erase: erases })
    if (isDone(result)) swept = await prove(session)
    if (erases(result) && swept.leftovers.length === 0) await eraseStack(session.store, session.stack)
  } finally {
    await releaseLock(session, held.lock)
  }
  const { leftovers } = swept
  const gone = erases(result) && leftovers.length === 0
  const kept = [...swept.kept, ...(await stateThatStays(session, { gone, deleteData }))]
  return { plan, farewells, result, leftovers, checked: isDone(result) && !partial ? CHECKED : [], kept }
}

/** Planned again under the lock: what was agreed to must still be what is going to happen, and lose no more. */
async function again(session: Session, { seen: before, plan, options }: Pick<Teardown, 'seen' | 'plan' | 'options'>) {
  const seen = await observe(session, { teardown: true, before: before.memory })
  const next = planned(session, seen, options)
  const agreed = new Set(plan.steps.map(({ address }) => address))
  const more = next.steps.filter(({ address }) => !agreed.has(address)).map(({ address }) => address)
  if (more.length > 0)
    throw new Declined(`The stack has grown meanwhile: ${more.join(', ')}. Run the same command again.`)
  refuse(await farewellsOf(session, next), options.deleteData)
  return { seen, plan: next }
}

async function prove(session: Session): Promise<Swept> {
  session.emit({ kind: 'phase', phase: 'sweep', text: 'sweeping the account for anything that is left' })
  return sweep(toolsOf(session).ctx(null, null))
}

/** The bucket stays unless this was the last stack and all data may go (cli.md). */
async function stateThatStays(
  session: Session,
  { gone, deleteData }: { gone: boolean; deleteData: boolean },
): Promise<readonly Kept[]> {
  const { store, stack } = session
  const ctx = toolsOf(session).ctx(null, null)
  const costOf = async (prefix: string) =>
    byTheGb(pricesOf(ctx.region).unit('bucketGbMonth'), (await storedBytes(ctx, store, prefix)) ?? undefined)
  if (!gone) {
    const id = `${store.bucket}/${stack}/`
    return [{ type: 's3:object', id, why: 'the state of this stack', monthlyUsd: await costOf(`${stack}/`) }]
  }
  if (!(await hasStateBucket(ctx, store))) return []
  if (deleteData && (await removeStateBucket(ctx, store))) return []
  const why = 'the state bucket of this account and region'
  return [{ type: 's3:bucket', id: store.bucket, why, monthlyUsd: await costOf('') }]
}

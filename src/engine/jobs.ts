import type { Memory } from './look.ts'
import type { Plan, Step } from './plan.ts'
import type { Address, Edge } from './ref.ts'
import type { Live } from './resource.ts'
import type { Job } from './schedule.ts'

/** What can be done to a step; the executor gives the deeds, the jobs give the order. */
export interface Deeds {
  make(step: Step): Promise<void>
  ready(step: Step): Promise<void>
  drop(step: Step, live: Live): Promise<void>
}

export interface Jobs {
  readonly jobs: readonly Job[]
  /** The step that a job works on, by the job's key. */
  readonly steps: ReadonlyMap<string, Step>
}

const makeKey = (address: Address): string => `make ${address}`
const readyKey = (address: Address): string => `ready ${address}`
const dropKey = (address: Address, live: Live): string => `drop ${address} ${live.id}`

/** Seconds that the calls of a creation take, as opposed to AWS's work behind them. */
const CALLS = 1

/** One thing that has to go. */
interface Removal {
  readonly step: Step
  readonly live: Live
  readonly key: string
  /** True when it has to be gone before its address is made again. */
  readonly first: boolean
  /** What it needs while it lives: those go after it. */
  readonly dependsOn: readonly Address[]
}

/**
 * The jobs of a plan and their order: creations after what they mention, deletions in reverse, what is deleted first
 * before its successor, and what is replaced the other way round after everybody has moved to its successor.
 */
export function jobsOf(plan: Plan, memory: Memory, deeds: Deeds): Jobs {
  const made = plan.steps.filter(({ node, action }) => node !== null && action !== 'blocked')
  const busy = busyOf(made)
  const gone = removalsOf(plan, memory)
  const pairs = [
    ...made.filter(({ address }) => busy.has(address)).flatMap((step) => making(step, { busy, gone, deeds })),
    ...gone.map((removal): [Job, Step] => [dropping(removal, { busy, gone, made, deeds, memory }), removal.step]),
  ]
  return { jobs: pairs.map(([job]) => job), steps: new Map(pairs.map(([job, step]) => [job.key, step])) }
}

/** Steps that change, and those that mention one that does: what they mention may come out differently. */
function busyOf(made: readonly Step[]): ReadonlyMap<Address, Step> {
  const busy = new Map<Address, Step>()
  for (const step of made) {
    const moved = (step.node?.edges ?? []).some(({ address }) => busy.has(address))
    if (step.action !== 'none' || moved) busy.set(step.address, step)
  }
  return busy
}

const isBorn = ({ action }: Step): boolean => action === 'create' || action === 'replace'

/** Whether the thing has to be waited for: only what is new has a `ready`. */
const hasReady = (step: Step): boolean => isBorn(step) && step.type.ready !== undefined

interface Order {
  readonly busy: ReadonlyMap<Address, Step>
  readonly gone: readonly Removal[]
  readonly deeds: Deeds
}

function making(step: Step, { busy, gone, deeds }: Order): [Job, Step][] {
  const { address, type } = step
  const before = gone.filter((removal) => removal.first && removal.step.address === address).map(({ key }) => key)
  const after = [...(step.node?.edges ?? []).map((edge) => keyFor(edge, busy)), ...before]
  const seconds = hasReady(step) ? CALLS : isBorn(step) ? type.about.seconds.create : CALLS
  const make: Job = { key: makeKey(address), after, seconds, idle: false, run: () => deeds.make(step) }
  if (!hasReady(step)) return [[make, step]]
  const wait = type.about.seconds.create
  const ready: Job = {
    key: readyKey(address),
    after: [make.key],
    seconds: wait,
    idle: true,
    run: () => deeds.ready(step),
  }
  return [
    [make, step],
    [ready, step],
  ]
}

/** The job that an edge waits for: by its own need, else by what its target's type says. */
function keyFor({ address, need }: Edge, busy: ReadonlyMap<Address, Step>): string {
  const target = busy.get(address)
  const wanted = need ?? target?.type.about.usable ?? 'created'
  return wanted === 'ready' && target && hasReady(target) ? readyKey(address) : makeKey(address)
}

/** Everything that has to go, with what it depends on: remembered, or else whatever is of an earlier type. */
function removalsOf({ steps }: Plan, memory: Memory): readonly Removal[] {
  const leaving = steps.flatMap(leavingOf)
  return leaving.map((removal) => ({ ...removal, dependsOn: edgesOf(removal.step, leaving, memory) }))
}

type Leaving = Omit<Removal, 'dependsOn'>

function leavingOf(step: Step): readonly Leaving[] {
  const remove = (live: Live, first: boolean): Leaving => ({ step, live, key: dropKey(step.address, live), first })
  const { live, older, action } = step
  if (action === 'blocked') return []
  const first = action === 'delete' || step.mode === 'delete-first'
  const leaves = live && (action === 'delete' || action === 'replace') ? [live, ...older] : older
  return leaves.map((one) => remove(one, first))
}

function edgesOf(step: Step, leaving: readonly Leaving[], memory: Memory): readonly Address[] {
  const remembered = memory.resources.get(step.address)?.dependsOn
  if (remembered) return remembered
  if (step.node !== null || step.after.length > 0) return step.after
  // Nothing is known: it needs everything of the types that the registry names before its own.
  return leaving.filter((other) => other.step.rank < step.rank).map((other) => other.step.address)
}

interface Scope extends Order {
  readonly made: readonly Step[]
  readonly memory: Memory
}

function dropping(removal: Removal, scope: Scope): Job {
  const { step, live, key } = removal
  const others = scope.gone.filter((other) => other.key !== key && other.step.address !== step.address)
  const dependents = others.filter((other) => other.dependsOn.includes(step.address)).map((other) => other.key)
  const after = [...dependents, ...usersOf(removal, scope)]
  return { key, after, seconds: step.type.about.seconds.delete, idle: false, run: () => scope.deeds.drop(step, live) }
}

/** What points at it, and has to have moved on before it can go. */
function usersOf({ step, first }: Removal, { made, busy, memory }: Scope): readonly string[] {
  const { address } = step
  const moving = made.filter((other) => busy.has(other.address))
  const keys = (steps: readonly Step[]) => steps.map((other) => makeKey(other.address))
  if (step.node === null) {
    const knew = (other: Step) => memory.resources.get(other.address)?.dependsOn
    return keys(moving.filter((other) => knew(other)?.includes(address) ?? true))
  }
  if (first) return []
  return [
    makeKey(address),
    ...keys(moving.filter((other) => other.node?.edges.some((edge) => edge.address === address))),
  ]
}

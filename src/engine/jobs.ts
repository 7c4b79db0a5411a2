import { holds } from './held.ts'
import { type Removal, removalsOf } from './leaving.ts'
import type { Memory } from './look.ts'
import type { Address, Edge, Need } from './ref.ts'
import type { Live } from './resource.ts'
import type { Job } from './schedule.ts'
import type { Plan, Step } from './steps.ts'

/** What can be done to a step; the executor gives the deeds, the jobs give the order. */
export interface Deeds {
  /** `whole`: nothing is to be waited for afterwards. */
  make(step: Step, whole: boolean): Promise<void>
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

/** Seconds that the calls of a creation take, as opposed to AWS's work behind them. */
const CALLS = 1

/**
 * The jobs of a plan and their order: creations after what they mention, deletions in reverse, what is deleted first
 * before its successor, and what is replaced the other way round after everybody has moved to its successor.
 */
export function jobsOf(plan: Plan, memory: Memory, deeds: Deeds): Jobs {
  const made = plan.steps.filter(({ node, action }) => node !== null && action !== 'blocked')
  const busy = busyOf(made)
  const awaited = awaitedBy([...busy.values()], new Map(made.map((step) => [step.address, step])))
  const scope: Scope = { made, busy, awaited, deeds, memory, gone: removalsOf(plan, memory) }
  const pairs = [
    ...made.filter(({ address }) => busy.has(address)).map((step): [Draft, Step] => [making(step, scope), step]),
    ...[...awaited.values()].map((step): [Draft, Step] => [waiting(step, scope), step]),
    ...scope.gone.map((removal): [Draft, Step] => [dropping(removal, scope), removal.step]),
  ]
  letOthersGoFirst(new Map(pairs.map(([job]) => [job.key, job])), scope)
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

/**
 * Steps whose `ready` is awaited: everything new that has one, and of what was there already, what others need ready.
 * A run that was killed may have left it half way.
 */
function awaitedBy(busy: readonly Step[], made: ReadonlyMap<Address, Step>): ReadonlyMap<Address, Step> {
  const targets = busy
    .flatMap((step) => step.node?.edges ?? [])
    .flatMap((edge) => {
      const target = made.get(edge.address)
      return target && needOf(edge, target) === 'ready' ? [target] : []
    })
  const all = [...busy.filter(isBorn), ...targets].filter((step) => step.type.ready !== undefined)
  return new Map(all.map((step) => [step.address, step]))
}

/** What an edge waits for: by its own word, else by what its target's type says. */
const needOf = ({ need }: Edge, target: Step): Need => need ?? target.type.about.usable

/** A job whose order is still being made. */
interface Draft extends Job {
  readonly after: string[]
}

interface Scope {
  readonly made: readonly Step[]
  readonly busy: ReadonlyMap<Address, Step>
  readonly awaited: ReadonlyMap<Address, Step>
  readonly gone: readonly Removal[]
  readonly deeds: Deeds
  readonly memory: Memory
}

function making(step: Step, { awaited, gone, deeds }: Scope): Draft {
  const { address, type } = step
  const before = gone.filter((removal) => removal.first && removal.step.address === address).map(({ key }) => key)
  const waits = awaited.has(address)
  return {
    key: makeKey(address),
    after: [...(step.node?.edges ?? []).map((edge) => keyFor(edge, awaited)), ...before],
    seconds: isBorn(step) && !waits ? type.about.seconds.create : Math.max(CALLS, secondsOfChange(step)),
    idle: false,
    run: () => deeds.make(step, !waits),
  }
}

/** Typical seconds of a change: those of its slowest field; none where calls are all it takes. */
export const secondsOfChange = ({ action, changes, type }: Step): number =>
  action === 'update' ? Math.max(0, ...changes.map(({ field }) => type.about.seconds.change?.[field] ?? 0)) : 0

function waiting(step: Step, { deeds }: Scope): Draft {
  return {
    key: readyKey(step.address),
    after: [makeKey(step.address)],
    seconds: isBorn(step) ? step.type.about.seconds.create : CALLS,
    idle: true,
    run: () => deeds.ready(step),
  }
}

/** The job that an edge waits for. */
function keyFor(edge: Edge, awaited: ReadonlyMap<Address, Step>): string {
  const target = awaited.get(edge.address)
  return target && needOf(edge, target) === 'ready' ? readyKey(edge.address) : makeKey(edge.address)
}

function dropping({ step, live, key }: Removal, { gone, deeds }: Scope): Draft {
  const after = gone.filter(({ before }) => before.has(key)).map((dependent) => dependent.key)
  return { key, after, seconds: step.type.about.seconds.delete, idle: false, run: () => deeds.drop(step, live) }
}

/**
 * Lets each removal wait for those that seem to need it, and for those that point at it to move on. That is partly a
 * guess (nobody remembers who pointed where), so it is left out where it would close a circle: then AWS has the word.
 */
function letOthersGoFirst(drafts: ReadonlyMap<string, Draft>, scope: Scope): void {
  for (const removal of scope.gone) {
    const own = drafts.get(removal.key)
    const needing = scope.gone.filter(({ perhaps }) => perhaps.includes(removal.key)).map(({ key }) => key)
    for (const other of [...needing, ...usersOf(removal, scope)]) {
      if (!own?.after.includes(other) && !waitsFor(other, removal.key, drafts)) own?.after.push(other)
    }
  }
}

function waitsFor(key: string, other: string, drafts: ReadonlyMap<string, Draft>, seen = new Set<string>()): boolean {
  if (key === other) return true
  if (seen.has(key)) return false
  seen.add(key)
  return (drafts.get(key)?.after ?? []).some((before) => waitsFor(before, other, drafts, seen))
}

/** What points at it, and has to have moved on before it can go. What is replaced goes itself: a dependent. */
function usersOf({ step, live, first }: Removal, { made, busy, memory }: Scope): readonly string[] {
  const { address } = step
  const keys = (users: (other: Step) => boolean) =>
    made.filter((other) => busy.has(other.address) && users(other)).map((other) => makeKey(other.address))
  // What a dead run has changed may not be remembered; and what is not remembered at all may point anywhere.
  const knew = (other: Step) => memory.resources.get(other.address)?.dependsOn.includes(address) ?? true
  const pointsAt = (other: Step) => !isBorn(other) && holds(other, { live })
  if (step.node === null) return keys((other) => pointsAt(other) || (!isBorn(other) && knew(other)))
  if (first) return keys(pointsAt)
  const mentions = (other: Step) => other.node?.edges.some((edge) => edge.address === address) ?? false
  return [makeKey(address), ...keys((other) => pointsAt(other) || mentions(other))]
}

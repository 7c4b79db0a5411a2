import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ConfigInput } from '../config/schema.ts'
import type { Address } from '../engine/ref.ts'
import type { Live } from '../engine/resource.ts'
import type { Action, Plan, Step } from '../engine/steps.ts'

export const SAVED_PLAN = 'ecom-infra/saved-plan/1'

/** What is going to happen to one address, and what it was decided by. */
export interface SavedStep {
  readonly address: Address
  readonly action: Action
  readonly id: string | null
  /** Earlier ones, which go with it. */
  readonly older: readonly string[]
  readonly changes: readonly { readonly path: string; readonly from: unknown; readonly to: unknown }[]
}

/** What was allowed when the plan was made: nothing else is when it is applied. */
export interface SavedConsent {
  readonly adopt: readonly Address[]
  readonly replace: readonly Address[]
  readonly deleteData: boolean
  readonly refreshAmi: boolean
}

export interface Draft {
  readonly stack: string
  readonly account: string
  readonly region: string
  /** As it was written, without the defaults. */
  readonly config: ConfigInput
  readonly consent: SavedConsent
  readonly targets: readonly string[]
}

/** A plan that is agreed to now and applied later, by somebody else perhaps. No secret is in it: none is in a spec. */
export interface SavedPlan extends Draft {
  readonly schema: typeof SAVED_PLAN
  /** The version of the tool. */
  readonly version: string
  readonly madeAt: string
  /** The fingerprint of live AWS as the plan saw it: what it touches, in full, so that a difference can be named. */
  readonly steps: readonly SavedStep[]
  /** Of all the rest: tells a damaged file. It is no signature. */
  readonly seal: string
}

const sealOf = (rest: object): string => createHash('sha256').update(JSON.stringify(rest)).digest('hex')

/** The seal that it should have. */
export const sealFor = ({ seal: _, ...rest }: SavedPlan): string => sealOf(rest)

export function savedPlan(draft: Draft, plan: Plan, { version, at }: { version: string; at: Date }): SavedPlan {
  const { stack, account, region, config, consent, targets } = draft
  const rest = {
    schema: SAVED_PLAN,
    ...{ version, madeAt: at.toISOString(), stack, account, region, config, consent, targets },
    steps: touchedIn(plan),
  } as const
  // What cannot be written down must not be sealed either.
  const written = JSON.parse(JSON.stringify(rest)) as typeof rest
  return { ...written, seal: sealOf(written) }
}

/** What a plan touches. */
const touchedIn = ({ steps }: Plan): readonly SavedStep[] =>
  steps.filter(({ action }) => action !== 'none').map(savedStep)

const savedStep = ({ address, action, live, older, changes }: Step): SavedStep => ({
  ...{ address, action, id: live?.id ?? null },
  older: older.map(({ id }) => id),
  changes: changes.map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null })),
})

/** Every address where a fresh look leads to something else than was planned, and how. */
export function changedSince(saved: SavedPlan, plan: Plan): readonly string[] {
  const before = byAddress(saved.steps)
  const now = byAddress(JSON.parse(JSON.stringify(touchedIn(plan))) as readonly SavedStep[])
  const addresses = [...new Set([...before.keys(), ...now.keys()])]
  return addresses
    .filter((address) => !isDeepStrictEqual(before.get(address) ?? [], now.get(address) ?? []))
    .map((address) => `${address}: ${differenceOf(before.get(address) ?? [], now.get(address) ?? [])}`)
}

const byAddress = (steps: readonly SavedStep[]): ReadonlyMap<Address, readonly SavedStep[]> =>
  Map.groupBy(steps, ({ address }) => address)

/** Every address where more is to be done than an interrupted run of this very plan can have left to do, and how. */
export function astrayFrom(saved: SavedPlan, plan: Plan): readonly string[] {
  const [before, now] = [byAddress(saved.steps), byAddress(touchedIn(plan))]
  const astray = plan.steps.filter((step) => !isLeft(step, before.get(step.address) ?? [], plan))
  return [...new Set(astray.map(({ address }) => address))].map(
    (address) => `${address}: ${differenceOf(before.get(address) ?? [], now.get(address) ?? [])}`,
  )
}

/**
 * Whether this is what is left of what was planned for its address. Where a new one was to be made, whatever is there
 * by now was made by the plan. Where an old one was to stay, nothing but that one will do: in its place would come an
 * empty one.
 */
function isLeft(step: Step, planned: readonly SavedStep[], plan: Plan): boolean {
  const { action, live } = step
  const was = (one: Action) => planned.some((before) => before.action === one)
  const born = was('create') || was('replace')
  const stays = planned.some((before) => before.action === 'update' && before.id === live?.id)
  const agreed: Readonly<Record<Action, boolean>> = {
    ...{ none: true, blocked: false, create: born, replace: born },
    ...{ update: born || stays, delete: was('delete') },
  }
  const known = planned.flatMap(({ id, older }) => [id, ...older])
  const spoilt = isSpoilt(step, plan)
  const mayGo = ({ id, failed }: Live) => known.includes(id) || spoilt || (born && failed !== undefined)
  return agreed[action] && leaving(step).every(mayGo)
}

/** What goes with a step. */
const leaving = ({ action, live, older }: Step): readonly Live[] =>
  live && (action === 'delete' || action === 'replace') ? [live, ...older] : older

/** Whether it is made anew because it has failed, or because of something that has: a listener goes with its balancer. */
function isSpoilt({ action, live, after }: Step, plan: Plan): boolean {
  if (action !== 'replace') return false
  if (live?.failed !== undefined) return true
  return plan.steps.some((other) => after.includes(other.address) && isSpoilt(other, plan))
}

function differenceOf(before: readonly SavedStep[], now: readonly SavedStep[]): string {
  const [was, is] = [before.map(wordsOf).join(' and '), now.map(wordsOf).join(' and ')]
  if (was !== is) return `planned was ${was || 'nothing'}, now it is ${is || 'nothing'}`
  const texts = (steps: readonly SavedStep[]) => steps.flatMap(({ changes }) => changes.map(textOf))
  const gone = texts(before).filter((text) => !texts(now).includes(text))
  const more = texts(now).filter((text) => !texts(before).includes(text))
  return `planned was ${cut(gone) || 'nothing more'}, now it is ${cut(more) || 'without that'}`
}

const wordsOf = ({ action, id, older }: SavedStep): string =>
  [action, id ?? [], older.length > 0 ? `with ${older.join(', ')}` : []].flat().join(' ')

const textOf = ({ path, from, to }: SavedStep['changes'][number]): string =>
  `${path} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`

/** A policy is long. */
function cut(texts: readonly string[]): string {
  const words = texts.map((text) => (text.length > 160 ? `${text.slice(0, 157)}...` : text))
  return words.length > 3 ? `${words.slice(0, 3).join(', ')} and ${words.length - 3} more` : words.join(', ')
}

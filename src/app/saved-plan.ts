import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ConfigInput } from '../config/schema.ts'
import type { Address } from '../engine/ref.ts'
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

/**
 * What an interrupted run of this very plan has left to do is a part of it: each address that is touched was to be
 * touched, and nothing goes that was to stay.
 */
export function isRestOf(saved: SavedPlan, plan: Plan): boolean {
  const before = byAddress(saved.steps)
  const goes = ({ action }: { readonly action: Action }) => action === 'delete' || action === 'replace'
  return touchedIn(plan).every((step) => {
    const planned = before.get(step.address) ?? []
    if (step.action === 'blocked' || planned.length === 0) return false
    return !goes(step) || planned.some(goes)
  })
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

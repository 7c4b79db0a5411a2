import { isDenied, messageOf } from '../aws/failure.ts'
import type { Address } from '../engine/ref.ts'
import type { Health } from '../engine/resource.ts'
import { NO_CONSENT, type Plan } from '../engine/steps.ts'
import { type Holder, holderOf } from '../state/take-lock.ts'
import { type Observation, observe, planFor } from './observe.ts'
import { knownOutputs } from './outputs.ts'
import type { Session } from './session.ts'

export interface Standing {
  readonly plan: Plan
  readonly health: ReadonlyMap<Address, Health>
  readonly outputs: Readonly<Record<string, string>>
  readonly notes: readonly string[]
  /** The run that is under way, or was killed; null: none that there is a trace of. */
  readonly holder: Holder | null
  /** Nothing is remembered of the stack. */
  readonly unknown: boolean
}

/** Drift and health, by looking alone. */
export async function standing(session: Session): Promise<Standing> {
  const seen = await observe(session)
  const plan = planFor(session, seen, seen.wanted, NO_CONSENT)
  const { damage } = seen.loaded
  const notes = damage ? [`The manifest cannot be used: ${damage.problem.message}`] : []
  const holder = isTorn(seen, plan) ? await holderOf(session.store, session.stack) : null
  const known = { outputs: knownOutputs(seen), holder, unknown: seen.loaded.etag === null }
  return { plan, health: await healthOf(seen, plan), notes, ...known }
}

/**
 * Whether the lock is worth a call: a run that was killed leaves announcements, or has not got to make what is
 * wanted, or has forgotten what it deleted. What somebody else has deleted is still remembered.
 */
const isTorn = ({ loaded: { manifest, etag } }: Observation, { steps }: Plan): boolean =>
  Object.keys(manifest.announced).length > 0 ||
  (etag !== null && steps.some(({ address, action }) => action === 'create' && !manifest.resources[address]))

/** Asked in the look's own context, so that what its listings have shown is not read again. */
async function healthOf({ context }: Observation, { steps }: Plan): Promise<ReadonlyMap<Address, Health>> {
  const asked = steps.filter(({ live, node }) => live?.ours && node !== null)
  const answers = asked.map(async ({ address, type, live, place }) => {
    const health = live ? await type.health?.(context(place), live).catch(unreadable) : undefined
    return health ? ([[address, health]] as const) : []
  })
  return new Map((await Promise.all(answers)).flat())
}

/** Who may not ask how a thing is doing still learns how everything stands. */
function unreadable(error: unknown): Health {
  if (!isDenied(error)) throw error
  return { state: 'unknown', detail: `its health may not be read here: ${messageOf(error)}` }
}

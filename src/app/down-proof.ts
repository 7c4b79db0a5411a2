import { SWEEP_ACTIONS, type Swept, sweep, type Unseen } from '../aws/sweep/index.ts'
import type { Plan } from '../engine/steps.ts'
import type { Kept } from '../report/types.ts'
import { type StateFate, stateThatStays } from './down-state.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

/** What is asked of a thing that a listing has shown. */
const OF_ONE = /:(DescribeKey|DescribeTable|ListTags\w+|ListResourceTags|GetBucketTagging)$/

const LISTINGS = SWEEP_ACTIONS.filter((action) => !OF_ONE.test(action))

/** A listing that was denied. */
export interface Unchecked extends Unseen {
  /** What nobody could look through, in a few words. */
  readonly what: string
}

/** What a sweep has shown, and how much of it is proved. */
export interface Proof extends Omit<Swept, 'unseen'> {
  /** What was looked through; empty when the sweep did not come to its end. */
  readonly checked: readonly string[]
  readonly unchecked: readonly Unchecked[]
  /** Why there is no proof, or its consequences were not drawn; null: that went through. */
  readonly stopped: unknown
}

export const UNPROVED: Proof = { leftovers: [], kept: [], checked: [], unchecked: [], stopped: null }

/** Looked through to the end, everywhere, and nothing was there. */
export const isProved = ({ leftovers, checked, unchecked, stopped }: Proof): boolean =>
  stopped === null && checked.length > 0 && leftovers.length + unchecked.length === 0

/** Some listings by service, for the receipt. */
const listed = (actions: readonly string[]): readonly string[] =>
  [...Map.groupBy(actions, (action) => action.split(':')[0] ?? '')].map(
    ([service, those]) => `${service}: ${those.map(wordsOf).join(', ')}`,
  )

/** `ec2:DescribeNetworkAcls` as "network acls". */
function wordsOf(action: string): string {
  const noun = action.replace(/^.*:(Describe|List|Get)(AllMy)?/, '')
  return noun.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').toLowerCase()
}

/** Where a part stays, all of it would be found. */
export async function prove(session: Session, { steps }: Plan): Promise<Proof> {
  const vpcs = steps.flatMap(({ type, live }) => (type.type === 'ec2:vpc' && live ? live.id : []))
  session.emit({ kind: 'phase', phase: 'sweep', text: 'sweeping the account for anything that is left' })
  const { unseen, ...found } = await sweep(toolsOf(session).ctx(null, null), vpcs)
  const denied = new Set(unseen.map(({ action }) => action))
  const checked = listed(LISTINGS.filter((action) => !denied.has(action)))
  const unchecked = unseen.map((one) => ({ ...one, what: listed([one.action]).join() }))
  return { ...found, checked, unchecked, stopped: null }
}

/**
 * The proof of a teardown, and what follows when nothing is left. Never throws: what was deleted has to be told,
 * whatever becomes of its proof.
 */
export async function conclude(session: Session, plan: Plan, erase: () => Promise<void>): Promise<Proof> {
  let proof = UNPROVED
  try {
    proof = await prove(session, plan)
    if (!isProved(proof)) return proof
    session.stop.signal.throwIfAborted()
    await erase()
    return proof
  } catch (error) {
    return { ...proof, stopped: whyOf(session, error) }
  }
}

/** An interrupt counts before what it made of the calls. */
const whyOf = ({ stop: { signal } }: Session, error: unknown): unknown => (signal.aborted ? signal.reason : error)

/** What stays of the state after a teardown. Never throws, either. */
export async function settle(session: Session, what: StateFate): Promise<{ kept: readonly Kept[]; stopped: unknown }> {
  try {
    return { kept: await stateThatStays(session, what), stopped: null }
  } catch (error) {
    return { kept: [], stopped: whyOf(session, error) }
  }
}

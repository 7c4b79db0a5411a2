import { isDeepStrictEqual } from 'node:util'
import { Declined, Refused } from '../engine/errors.ts'
import type { Result } from '../engine/execute.ts'
import type { Memory } from '../engine/look.ts'
import { summary } from '../engine/plan.ts'
import { type Consent, NO_CONSENT, type Plan } from '../engine/steps.ts'
import { idlePatterns, narrowed } from '../engine/targets.ts'
import type { Loaded } from '../state/load.ts'
import { farewellsOf, hindered } from './farewells.ts'
import { isFresh, type Observation, observe, planFor } from './observe.ts'
import { lockStack, outputsOf, perform, releaseLock } from './run.ts'
import type { Session } from './session.ts'

export interface UpOptions {
  readonly consent: Pick<Consent, 'adopt' | 'replace' | 'deleteData'>
  /** Only these, by address or pattern, and what they depend on; none: everything. */
  readonly targets: readonly string[]
  readonly concurrency: number
  readonly dryRun: boolean
  /** Asked once, between planning and doing; false: no. */
  readonly agree: (plan: Plan) => Promise<boolean>
  /** Nobody is asked again when the plan has changed under the lock: it goes on, unless more would be lost. */
  readonly yes: boolean
  /** Take the current image for new servers, instead of the one that the living template pins. */
  readonly refreshImage: boolean
  /** Told of the plan before anything is done. */
  readonly shown: (plan: Plan, memory: Memory) => Promise<void>
}

export interface UpOutcome {
  readonly plan: Plan
  /** Null: there was nothing to do, or nothing was to be done. */
  readonly result: Result | null
  readonly outputs: Readonly<Record<string, string>>
}

/** Plans from live AWS, asks once, and makes it so. */
export async function up(session: Session, options: UpOptions): Promise<UpOutcome> {
  const consent: Consent = { ...NO_CONSENT, ...options.consent, protect: session.loaded.config.protect }
  const seen = await observe(session, options)
  refuseStrangers('--replace', [...options.consent.replace], seen)
  refuseStrangers('--adopt', [...options.consent.adopt], seen)
  refuseStrangers('--target', options.targets, seen)
  if (seen.loaded.damage) session.emit({ kind: 'note', address: null, text: damageOf(seen) })
  const plan = await planned(session, seen, { consent, targets: options.targets })
  for (const text of idleWords(options.consent, plan)) session.emit({ kind: 'note', address: null, text })
  await options.shown(plan, seen.memory)
  if (!options.dryRun) refuseBlocked(plan)
  const idle = isIdle(plan)
  if (options.dryRun || (idle && (options.targets.length > 0 || !newProtection(session, seen)))) {
    return { plan, result: null, outputs: knownOutputs(seen) }
  }
  // Where only our own record changes there is nothing to agree to.
  const { protect } = session.loaded.config
  if (idle) session.emit({ kind: 'note', address: null, text: `protect is ${protect} from now on` })
  if (!idle && !(await options.agree(plan))) throw new Declined('Nothing was changed.')
  return apply(session, { seen, plan, consent, options })
}

interface Allowed {
  readonly consent: Consent
  readonly targets: readonly string[]
}

/** The plan, and what would stand in its way: found before the first change, not half-way. */
async function planned(session: Session, seen: Observation, { consent, targets }: Allowed): Promise<Plan> {
  const whole = planFor(session, seen, seen.wanted, consent)
  const plan = targets.length === 0 ? whole : narrowed(whole, targets)
  return hindered(plan, await farewellsOf(session, plan), consent.deleteData)
}

/** `--replace` and `--adopt` permit, they do not command. */
function idleWords({ replace, adopt }: UpOptions['consent'], { steps }: Plan): readonly string[] {
  const kept = steps.filter(({ address, action }) => replace.has(address) && action !== 'replace')
  const own = steps.filter(({ address, live }) => adopt.has(address) && live?.ours !== false)
  return [
    ...kept.map(({ address }) => `--replace only permits it, and nothing calls for replacing ${address}`),
    ...own.map(({ address }) => `--adopt only permits it, and nobody else's stands in the place of ${address}`),
  ]
}

/** `protect` is not in AWS: it counts when it stands in the manifest, so that a change of it alone has to be written. */
const newProtection = ({ loaded }: Session, { loaded: { manifest, etag } }: Observation): boolean =>
  etag !== null && loaded.config.protect !== ((manifest.config as { protect?: boolean }).protect ?? false)

/** An address that was mistyped would be an allowance for nothing. */
function refuseStrangers(flag: string, patterns: readonly string[], { wanted, sightings }: Observation): void {
  const known = [...wanted.nodes.keys(), ...sightings.flatMap(({ live }) => (live.ours ? live.address : []))]
  const unknown = idlePatterns(patterns, known)
  if (unknown.length === 0) return
  throw new Refused('UnknownAddress', `${flag} names what is not in this stack: ${unknown.join(', ')}.`, {
    hint: '`ecom-infra status` lists the addresses.',
  })
}

interface Undertaking {
  readonly seen: Observation
  readonly plan: Plan
  readonly consent: Consent
  readonly options: UpOptions
}

async function apply(session: Session, undertaking: Undertaking): Promise<UpOutcome> {
  const { options, consent } = undertaking
  const held = await lockStack(session, 'up', undertaking.seen.loaded)
  try {
    const { seen, plan } = await renew(session, held.loaded, undertaking)
    const { concurrency, targets } = options
    const { deleteData } = options.consent
    const work = {
      plan,
      graph: seen.wanted,
      memory: seen.memory,
      deleteData,
      at: new Date(),
      concurrency,
      command: 'up',
      partial: targets.length > 0,
      known: targets.length > 0 ? planFor(session, seen, seen.wanted, consent).steps : [],
      erase: () => false,
    }
    const result = await perform(session, held, work)
    return { plan, result, outputs: outputsOf(seen.wanted, result) }
  } finally {
    await releaseLock(session, held.lock)
  }
}

/** What was planned without the lock may be out of date by now: then it is planned again, and asked again. */
async function renew(session: Session, loaded: Loaded, { seen, plan, consent, options }: Undertaking) {
  if (isFresh(seen, loaded)) return { seen, plan }
  const again = await observe(session, { ...options, before: seen.memory })
  const next = await planned(session, again, { consent, targets: options.targets })
  if (isDeepStrictEqual(gist(next), gist(plan))) return { seen: again, plan: next }
  await options.shown(next, again.memory)
  refuseBlocked(next)
  if (options.yes) refuseMoreLoss(plan, next)
  else if (!(await options.agree(next))) throw new Declined('Nothing was changed.')
  return { seen: again, plan: next }
}

const gist = ({ steps }: Plan) => steps.map(({ address, action, changes }) => ({ address, action, changes }))

/** A yes was given to a certain plan: it does not cover the loss of anything more. */
function refuseMoreLoss(before: Plan, now: Plan): void {
  const lost = ({ steps }: Plan) =>
    steps.filter(({ action }) => action === 'delete' || action === 'replace').map(({ address }) => address)
  const more = lost(now).filter((address) => !lost(before).includes(address))
  if (more.length === 0) return
  throw new Refused(
    'PlanChanged',
    `AWS has changed since the plan was made: it would now also delete or replace ${more.join(', ')}.`,
    {
      hint: 'Run the same command again to see the new plan.',
    },
  )
}

/** A blocked plan is not begun at all. */
function refuseBlocked(plan: Plan): void {
  const blocked = plan.steps.filter(({ action }) => action === 'blocked')
  if (blocked.length === 0) return
  const lines = blocked.map(({ address, reason }) => `  ${address}: ${reason}`)
  throw new Refused('Blocked', `The plan is blocked, so nothing was changed:\n${lines.join('\n')}`, {
    address: blocked[0]?.address,
    hint: 'Remove what stands in the way, then run the same command again.',
  })
}

/** Nothing is to be done in AWS, and so nothing is asked. */
export const isIdle = (plan: Plan): boolean =>
  plan.steps.every(({ action }) => action === 'none') && summary(plan).blocked === 0

/** Outputs that live AWS knows already. */
export function knownOutputs({ wanted, sightings }: Observation): Readonly<Record<string, string>> {
  const ours = sightings.filter(({ live }) => live.ours)
  return outputsOf(wanted, { outs: new Map(ours.map(({ live }) => [live.address, live.out])) })
}

const damageOf = ({ loaded }: Observation): string =>
  `the manifest cannot be used (${loaded.damage?.problem.message}): everything is found by names and tags instead`

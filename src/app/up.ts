import { isDeepStrictEqual } from 'node:util'
import { Declined } from '../engine/errors.ts'
import type { Result } from '../engine/execute.ts'
import type { Memory } from '../engine/look.ts'
import { summary } from '../engine/plan.ts'
import { type Consent, NO_CONSENT, type Plan } from '../engine/steps.ts'
import type { Finding } from '../report/preflight-text.ts'
import type { Loaded } from '../state/load.ts'
import { refuseChanged } from './expected.ts'
import { removeLeftLock } from './left-lock.ts'
import { isFresh, type Observation, observe, planFor } from './observe.ts'
import { knownOutputs, outputsAfter, outsOf } from './outputs.ts'
import { preflight, refuseUnfit } from './preflight.ts'
import { lockStack, perform, releaseLock } from './run.ts'
import type { SavedPlan } from './saved-plan.ts'
import { partOf, STACK } from './scope.ts'
import type { Session } from './session.ts'
import {
  type Allowed,
  damageOf,
  idleWords,
  newProtection,
  planned,
  refuseBlocked,
  refuseMistyped,
  refuseMoreLoss,
  wasProtected,
} from './up-plan.ts'

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
  /** A plan that was agreed to earlier: nothing is done when this one is another. */
  readonly saved: SavedPlan | null
  /** Nothing is asked of AWS beforehand that the plan itself does not need. */
  readonly skipPreflight: boolean
  /** Told of the plan before anything is done. */
  readonly shown: (plan: Plan, memory: Memory) => Promise<void>
}

export interface UpOutcome {
  readonly plan: Plan
  /** Null: there was nothing to do, or nothing was to be done. */
  readonly result: Result | null
  readonly outputs: Readonly<Record<string, string>>
  /** What AWS would refuse of the plan. */
  readonly unfit: readonly Finding[]
}

/** Plans from live AWS, asks once, and makes it so. */
export async function up(session: Session, options: UpOptions): Promise<UpOutcome> {
  const seen = await observe(session, { ...options, changes: !options.dryRun })
  refuseMistyped(options.consent, options.targets, seen)
  const plan = await planned(session, seen, allowed(session, seen, options))
  for (const text of [...damageOf(seen), ...idleWords(options.consent, plan)])
    session.emit({ kind: 'note', address: null, text })
  if (options.saved) await refuseChanged(session, options.saved, plan)
  const unfit = options.skipPreflight ? [] : await preflight(session, seen, plan)
  await options.shown(plan, seen.memory)
  if (!options.dryRun) refuseBlocked(plan)
  if (!options.dryRun) refuseUnfit(unfit)
  const idle = isIdle(plan)
  if (options.dryRun || (idle && (options.targets.length > 0 || !newProtection(session, seen)))) {
    if (!options.dryRun) await removeLeftLock(session, 'up', seen.loaded)
    return { plan, result: null, outputs: knownOutputs(seen), unfit }
  }
  // Where only our own record changes there is nothing to agree to.
  const { protect } = session.loaded.config
  if (idle) session.emit({ kind: 'note', address: null, text: `protect is ${protect} from now on` })
  if (!idle && !(await options.agree(plan))) throw new Declined('Nothing was changed.')
  return apply(session, { seen, plan, options })
}

/** What the stack was protected from counts until all of it has been applied without. */
function allowed({ loaded }: Session, seen: Observation, { consent, targets }: UpOptions): Allowed {
  const protect = loaded.config.protect || (targets.length > 0 && wasProtected(seen))
  return { consent: { ...NO_CONSENT, ...consent, protect }, targets }
}

interface Undertaking {
  readonly seen: Observation
  readonly plan: Plan
  readonly options: UpOptions
}

async function apply(session: Session, undertaking: Undertaking): Promise<UpOutcome> {
  const { options } = undertaking
  const held = await lockStack(session, 'up', undertaking.seen.loaded)
  try {
    const { seen, plan } = await renew(session, held.loaded, undertaking)
    const { concurrency, consent, targets } = options
    const graph = seen.wanted
    const all = () => planFor(session, seen, graph, allowed(session, seen, options).consent)
    const work = {
      ...{ plan, graph, memory: seen.memory, deleteData: consent.deleteData, at: new Date(), concurrency },
      scope: targets.length > 0 ? partOf({ plan: all(), graph, outs: outsOf(seen) }) : STACK,
      ...{ command: 'up', seal: options.saved?.seal ?? null },
      erase: () => false,
    }
    const result = await perform(session, held, work)
    return { plan, result, outputs: outputsAfter(work, result), unfit: [] }
  } finally {
    await releaseLock(session, held.lock)
  }
}

/** What was planned without the lock may be out of date by now: then it is planned again, and asked again. */
async function renew(session: Session, loaded: Loaded, { seen, plan, options }: Undertaking) {
  if (isFresh(seen, loaded)) return { seen, plan }
  const again = await observe(session, { ...options, before: seen.memory })
  const next = await planned(session, again, allowed(session, again, options))
  if (isDeepStrictEqual(gist(next), gist(plan))) return { seen: again, plan: next }
  if (options.saved) await refuseChanged(session, options.saved, next)
  await options.shown(next, again.memory)
  refuseBlocked(next)
  if (options.yes) refuseMoreLoss(plan, next)
  else if (!(await options.agree(next))) throw new Declined('Nothing was changed.')
  return { seen: again, plan: next }
}

const gist = ({ steps }: Plan) => steps.map(({ address, action, changes }) => ({ address, action, changes }))

/** Nothing is to be done in AWS, and so nothing is asked. */
export const isIdle = (plan: Plan): boolean =>
  plan.steps.every(({ action }) => action === 'none') && summary(plan).blocked === 0

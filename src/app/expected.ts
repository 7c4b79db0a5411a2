import { Refused } from '../engine/errors.ts'
import type { Plan } from '../engine/steps.ts'
import { listRuns } from '../state/history.ts'
import { changedSince, isRestOf, type SavedPlan } from './saved-plan.ts'
import type { Session } from './session.ts'

/** A plan is applied where it was made for. */
export function refuseElsewhere({ identity, loaded, stack }: Session, saved: SavedPlan): void {
  const here = { account: identity.account, region: loaded.config.region, stack }
  for (const field of ['account', 'region', 'stack'] as const) {
    if (here[field] === saved[field]) continue
    throw new Refused('PlanElsewhere', `The plan was made for ${field} ${saved[field]}, and this is ${here[field]}.`, {
      hint: 'Apply it with the credentials and the region that it was made with, or make a new one.',
    })
  }
}

/** Throws when a fresh look leads to another plan than the one that was agreed to. */
export async function refuseChanged(session: Session, saved: SavedPlan, plan: Plan): Promise<void> {
  const changed = changedSince(saved, plan)
  if (changed.length === 0 || (isRestOf(saved, plan) && (await wasBegun(session, saved, plan)))) return
  const when = saved.madeAt.replace(/\.\d+Z$/, 'Z')
  throw new Refused(
    'PlanChanged',
    [`AWS is not any more as the plan of ${when} saw it, so nothing was changed:`, ...told(changed)].join('\n'),
    {
      address: changed[0]?.split(': ')[0],
      hint: 'Make the plan again, and look at it: `ecom-infra up --dry-run --out FILE`.',
    },
  )
}

/** Nobody reads on after so many, or to the end of a line that is longer. */
const MOST = 50
const ROOM = 500

function told(changed: readonly string[]): readonly string[] {
  const rest = changed.length > MOST ? [`  … and ${changed.length - MOST} more`] : []
  const lines = changed.slice(0, MOST).map((one) => `  ${one.length > ROOM ? `${one.slice(0, ROOM - 1)}…` : one}`)
  return [...lines, ...rest]
}

/** An interrupted run of this very plan was the last one: the same command goes on. One that was done leaves nothing to do. */
async function wasBegun({ store, stack, emit }: Session, saved: SavedPlan, { steps }: Plan): Promise<boolean> {
  const [last] = (await listRuns(store, stack, 1)).runs
  if (last?.plan !== saved.seal) return false
  if (steps.every(({ action }) => action === 'none')) return true
  if (last.outcome === 'done') return false
  emit({ kind: 'note', address: null, text: `the run of ${last.started} did not finish this plan: going on with it` })
  return true
}

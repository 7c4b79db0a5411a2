import { Refused } from '../engine/errors.ts'
import type { Plan } from '../engine/steps.ts'
import { listRuns, type RunRecord } from '../state/history.ts'
import { astrayFrom, changedSince, type SavedPlan } from './saved-plan.ts'
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
  if (changed.length === 0) return
  const last = await lastOf(session, saved)
  if (last && plan.steps.every(({ action }) => action === 'none')) return
  const when = saved.madeAt.replace(/\.\d+Z$/, 'Z')
  if (!last || last.outcome === 'done') {
    throw refusal(`AWS is not any more as the plan of ${when} saw it, so nothing was changed:`, changed)
  }
  const astray = astrayFrom(saved, plan)
  if (astray.length > 0) {
    const words = `The run of ${last.started} did not finish the plan of ${when}, and more than its rest is to be done now`
    throw refusal(`${words}, so nothing was changed:`, astray)
  }
  const text = `the run of ${last.started} did not finish this plan: going on with it`
  session.emit({ kind: 'note', address: null, text })
}

const refusal = (why: string, changed: readonly string[]): Refused =>
  new Refused('PlanChanged', [why, ...told(changed)].join('\n'), {
    address: changed[0]?.split(': ')[0],
    hint: 'Make the plan again, and look at it: `ecom-infra up --dry-run --out FILE`.',
  })

/** Nobody reads on after so many, or to the end of a line that is longer. */
const MOST = 50
const ROOM = 500

function told(changed: readonly string[]): readonly string[] {
  const rest = changed.length > MOST ? [`  … and ${changed.length - MOST} more`] : []
  const lines = changed.slice(0, MOST).map((one) => `  ${one.length > ROOM ? `${one.slice(0, ROOM - 1)}…` : one}`)
  return [...lines, ...rest]
}

/** The last run of the stack, if it was one of this very plan: the same command goes on, unless it was done. */
async function lastOf({ store, stack }: Session, saved: SavedPlan): Promise<RunRecord | null> {
  const [last] = (await listRuns(store, stack, 1)).runs
  return last?.plan === saved.seal ? last : null
}

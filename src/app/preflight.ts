import { Budget } from '../aws/preflight-asker.ts'
import { Refused } from '../engine/errors.ts'
import type { Plan } from '../engine/steps.ts'
import { type Finding, findingLine } from '../report/preflight-text.ts'
import type { Observation } from './observe.ts'
import { needOf } from './preflight/need.ts'
import { checkOffers } from './preflight/offers.ts'
import { checkQuotas } from './preflight/quotas.ts'
import { checkRights } from './preflight/rights.ts'
import { CLEAR, doubtText, together, type Verdict } from './preflight/verdict.ts'
import type { Session } from './session.ts'

/** Everything that preflight found, at once. Nothing has been changed yet. */
class PreflightRefused extends Refused {
  readonly problems: readonly Finding[]

  constructor(problems: readonly Finding[]) {
    const lines = problems.map((finding) => `  ${findingLine(finding)}`)
    super('Preflight', ['AWS would refuse a part of this plan, so nothing was changed:', ...lines].join('\n'), {
      hint: 'Correct it, then run the same command again. --skip-preflight tries it all the same.',
    })
    this.problems = problems
  }
}

/**
 * Asks AWS, before the first change, what would make the plan fail half-way. A plan that changes nothing asks nothing,
 * nor does one that is blocked. What cannot be told is said once, and stands in nobody's way.
 */
export async function preflight(session: Session, seen: Observation, plan: Plan): Promise<readonly Finding[]> {
  const { findings, doubts, notes } = await verdictOf(session, seen, plan)
  const tell = (text: string) => session.emit({ kind: 'note', address: null, text })
  for (const text of notes) tell(text)
  if (doubts.length > 0) tell(`not checked beforehand: ${doubtText(doubts)}`)
  return findings
}

async function verdictOf({ identity, loaded }: Session, seen: Observation, plan: Plan): Promise<Verdict> {
  const acts = plan.steps.map(({ action }) => action)
  if (acts.includes('blocked') || acts.every((action) => action === 'none')) return CLEAR
  const need = needOf(plan, seen.wanted)
  const ctx = seen.context(null)
  const budget = new Budget()
  const rights = { arn: identity.arn, config: loaded.config, plan }
  // Claimed in the order in which they count, should there be more to ask than may be asked.
  const [permissions, offers, quotas] = await Promise.all([
    checkRights(ctx, budget, rights),
    checkOffers(ctx, budget, need),
    checkQuotas(ctx, budget, need),
  ])
  return together([quotas, offers, permissions])
}

/** What would fail is not begun. */
export function refuseUnfit(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new PreflightRefused(findings)
}

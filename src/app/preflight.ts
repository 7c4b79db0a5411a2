import { Asker } from '../aws/preflight-asker.ts'
import { Refused } from '../engine/errors.ts'
import type { Plan } from '../engine/steps.ts'
import { type Finding, findingLine } from '../report/preflight-text.ts'
import type { Observation } from './observe.ts'
import { isEmpty, needOf } from './preflight/need.ts'
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
 * Asks AWS, before the first change, what would make the plan fail half-way. A plan that makes nothing asks nothing,
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
  const made = plan.steps.some(({ action }) => action === 'create' || action === 'replace')
  const need = needOf(plan, seen.wanted)
  if (plan.steps.some(({ action }) => action === 'blocked') || (!made && isEmpty(need))) return CLEAR
  const ctx = seen.context(null)
  const asker = new Asker()
  const rights = { arn: identity.arn, config: loaded.config, plan }
  return together(
    await Promise.all([
      checkQuotas(ctx, asker, need),
      checkOffers(ctx, asker, need),
      made ? checkRights(ctx, asker, rights) : CLEAR,
    ]),
  )
}

/** What would fail is not begun. */
export function refuseUnfit(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new PreflightRefused(findings)
}

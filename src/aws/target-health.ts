import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Health } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'

/** What AWS calls a target that is leaving: it still answers what it has begun. */
const LEAVING = new Set(['draining', 'unhealthy.draining'])

/** How the targets of a group do (aws-behaviours.md 3.2). One call: AWS answers for one group at a time. */
export async function targetHealth(ctx: Ctx, TargetGroupArn: string): Promise<Health> {
  const answer = await unlessGone(ctx.elbv2.describeTargetHealth({ TargetGroupArn }))
  if (!answer) return { state: 'unknown', detail: 'not found' }
  const targets = answer.TargetHealthDescriptions ?? []
  const leaving = targets.filter((target) => LEAVING.has(stateOf(target)))
  const serving = targets.filter((target) => !leaving.includes(target))
  return { state: verdictOf(serving), detail: detailOf(serving, leaving.length) }
}

const stateOf = ({ TargetHealth }: TargetHealthDescription): string => TargetHealth?.State ?? 'unknown'

/** One that is looked at for the first time is on its way: until the first is there, nothing is known. */
function verdictOf(serving: readonly TargetHealthDescription[]): Health['state'] {
  const states = serving.map(stateOf)
  if (states.includes('unhealthy')) return 'unhealthy'
  if (states.includes('healthy')) return 'healthy'
  return states.includes('initial') ? 'unknown' : 'unhealthy'
}

function detailOf(serving: readonly TargetHealthDescription[], leaving: number): string {
  const healthy = serving.filter((target) => stateOf(target) === 'healthy').length
  const total = serving.length === 0 ? 'no targets' : `${healthy} of ${serving.length} targets healthy`
  const others = serving.filter((target) => stateOf(target) !== 'healthy').map(told)
  return [total, ...others, ...(leaving > 0 ? [`${leaving} leaving, and finishing what was begun`] : [])].join('; ')
}

/** What AWS's words for it mean. */
const MEANING: Readonly<Record<string, string>> = {
  initial: 'is looked at for the first time',
  unused: 'gets no requests',
  unavailable: 'is not checked',
}

function told(target: TargetHealthDescription): string {
  const { Reason, Description } = target.TargetHealth ?? {}
  const state = stateOf(target)
  const why = Description ?? Reason
  return `${target.Target?.Id ?? 'a target'} ${MEANING[state] ?? `is ${state}`}${why ? `: ${why}` : ''}`
}

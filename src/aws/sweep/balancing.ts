import { pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { isGone, unlessGone } from '../failure.ts'
import { toRecord } from '../ownership.ts'
import { type Finder, ifAllowed, isOurs, listing, orUnseen, type Sighting, type SweepCtx, tagged } from './finder.ts'

interface Thing {
  readonly type: string
  readonly arn: string
  readonly monthlyUsd: number | null
}

const thing =
  (type: string, monthlyUsd: number | null) =>
  (arn: string | undefined): Thing[] =>
    arn === undefined ? [] : [{ type, arn, monthlyUsd }]

/** Load balancing has no filter by tag: everything is listed, and asked for its tags (aws-behaviours.md 0.8). */
const balancers: Finder = async (ctx, { arns }) => {
  const [lbs, groups, children] = await Promise.all([
    listing(ctx, ctx.elbv2.paginateDescribeLoadBalancers({}), (page) => page.LoadBalancers),
    listing(ctx, ctx.elbv2.paginateDescribeTargetGroups({}), (page) => page.TargetGroups),
    Promise.all(arns.map((arn) => child(ctx, arn))),
  ])
  const each = pricesOf(ctx.region).balancerMonthly()
  const things = [
    ...lbs.flatMap((item) => thing('elbv2:load-balancer', each)(item.LoadBalancerArn)),
    ...groups.flatMap((item) => thing('elbv2:target-group', 0)(item.TargetGroupArn)),
    ...children.flat(),
  ]
  const ours = await oursAmong(
    ctx,
    things.map(({ arn }) => arn),
  )
  return things
    .filter(({ arn }) => ours.has(arn))
    .map(({ type, arn, monthlyUsd }): Sighting => ({ type, id: arn, why: tagged(ctx), monthlyUsd, fate: 'there' }))
}

/** A listener or rule that is hinted at, when it still lives: both are known for their ghosts (aws-behaviours.md 0.7). */
async function child(ctx: SweepCtx, arn: string): Promise<Thing[]> {
  if (arn.includes(':listener/')) {
    const asked = unlessGone(ctx.elbv2.describeListeners({ ListenerArns: [arn] }))
    const answer = await orUnseen(ctx, asked, undefined)
    return (answer?.Listeners ?? []).flatMap((item) => thing('elbv2:listener', 0)(item.ListenerArn))
  }
  if (!arn.includes(':listener-rule/')) return []
  const asked = unlessGone(ctx.elbv2.describeRules({ RuleArns: [arn] }))
  const answer = await orUnseen(ctx, asked, undefined)
  return (answer?.Rules ?? []).flatMap((item) => thing('elbv2:rule', 0)(item.RuleArn))
}

/** At most 20 ARNs a call. */
async function oursAmong(ctx: SweepCtx, arns: readonly string[]): Promise<ReadonlySet<string>> {
  const parts = Array.from({ length: Math.ceil(arns.length / 20) }, (_, part) => arns.slice(part * 20, part * 20 + 20))
  return new Set((await Promise.all(parts.map((part) => ifAllowed(ctx, oursIn(ctx, part))))).flat())
}

/** One that has gone fails the call for all of them: then each is asked alone. */
async function oursIn(ctx: Ctx, ResourceArns: string[]): Promise<readonly string[]> {
  try {
    const { TagDescriptions = [] } = await ctx.elbv2.describeTags({ ResourceArns })
    const ours = TagDescriptions.filter(({ Tags }) => isOurs(ctx, toRecord(Tags)))
    return ours.flatMap(({ ResourceArn }) => ResourceArn ?? [])
  } catch (error) {
    if (!isGone(error)) throw error
    if (ResourceArns.length === 1) return []
    return (await Promise.all(ResourceArns.map((arn) => oursIn(ctx, [arn])))).flat()
  }
}

export const BALANCING: readonly Finder[] = [balancers]

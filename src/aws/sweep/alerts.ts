import type { AlarmType, CompositeAlarm, DescribeAlarmsInput, MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { isDenied, unlessGone } from '../failure.ts'
import { toRecord } from '../ownership.ts'
import { type Candidate, confirmed } from './confirm.ts'
import { type Finder, isOurs, listing, orUnseen, type Sighting, type SweepCtx, tagged } from './finder.ts'
import { dashboardOf, webGroupOf } from './known.ts'

/** Subscriptions go with their topic. */
const topics: Finder = async (ctx, hints) => {
  const found = await listing(ctx, ctx.sns.paginateListTopics({}), (page) => page.Topics)
  const candidates = found.map(({ TopicArn: arn = '' }) => ({
    ...{ type: 'sns:topic', id: arn, arn, name: arn.slice(arn.lastIndexOf(':') + 1), monthlyUsd: 0 },
  }))
  return confirmed(ctx, hints, candidates, async ({ arn }) =>
    toRecord((await ctx.sns.listTagsForResource({ ResourceArn: arn })).Tags),
  )
}

/** Ours, whatever their names. */
const alarms: Finder = async (ctx, hints) => {
  const AlarmNamePrefix = `${ctx.stack}-`
  const hinted = hints.arns.flatMap((arn) => /:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(arn)?.[1] ?? [])
  const strange = hinted.filter((name) => !name.startsWith(AlarmNamePrefix))
  const [metric, composite] = await everyOf(ctx, [
    { AlarmNamePrefix },
    ...strange.map((name) => ({ AlarmNames: [name] })),
  ])
  const alarmMonth = pricesOf(ctx.region).alarmMonthly()
  const candidates = [
    ...metric.map((alarm) => candidateOf(alarm, alarmMonth)),
    // The tables have no price of these.
    ...composite.map((alarm) => candidateOf(alarm, null)),
  ]
  const byArn = new Map(candidates.map((one) => [one.arn, one]))
  return confirmed(ctx, hints, [...byArn.values()], async ({ arn }) =>
    toRecord((await ctx.cloudwatch.listTagsForResource({ ResourceARN: arn })).Tags),
  )
}

type Which = Pick<DescribeAlarmsInput, 'AlarmNamePrefix' | 'AlarmNames'>

/**
 * AWS shows composite alarms only when they are asked for, and only to who may describe every alarm: so they are asked
 * for apart.
 */
async function everyOf(
  ctx: SweepCtx,
  filters: readonly Which[],
): Promise<readonly [readonly MetricAlarm[], readonly CompositeAlarm[]]> {
  const pages = (AlarmTypes: AlarmType[]) =>
    filters.map((filter) => ctx.cloudwatch.paginateDescribeAlarms({ ...filter, AlarmTypes }))
  const together = async <T>(lists: readonly Promise<readonly T[]>[]) => (await Promise.all(lists)).flat()
  return Promise.all([
    together(pages(['MetricAlarm']).map((some) => listing(ctx, some, (page) => page.MetricAlarms))),
    together(pages(['CompositeAlarm']).map((some) => listing(ctx, some, (page) => page.CompositeAlarms))),
  ])
}

const candidateOf = (
  { AlarmArn: arn = '', AlarmName: name = '' }: Pick<MetricAlarm, 'AlarmArn' | 'AlarmName'>,
  monthlyUsd: number | null,
): Candidate => ({ type: 'cloudwatch:alarm', id: name, name, arn, monthlyUsd })

/** By which a scaling policy follows its target: AWS makes them, without tags, and takes them away with the policy. */
const followers: Finder = async (ctx): Promise<readonly Sighting[]> => {
  const AlarmNamePrefix = `TargetTracking-${webGroupOf(ctx)}-Alarm`
  const found = await listing(
    ctx,
    ctx.cloudwatch.paginateDescribeAlarms({ AlarmNamePrefix }),
    (page) => page.MetricAlarms,
  )
  return found.map(({ AlarmName: id = '' }) => ({
    ...{ type: 'cloudwatch:alarm', id, why: `AWS made it for our group ${webGroupOf(ctx)}`, fate: 'going' },
    monthlyUsd: pricesOf(ctx.region).alarmMonthly(),
  }))
}

/** By its exact name, and by what says that it is ours: our tag, or where there are no tags the words on its last widget. */
const dashboards: Finder = async (ctx) => {
  const id = dashboardOf(ctx)
  const asked = unlessGone(ctx.cloudwatch.getDashboard({ DashboardName: id }))
  const body = (await orUnseen(ctx, asked, undefined))?.DashboardBody
  if (body === undefined) return []
  const signed = body.includes(`Kept by ecom-infra for the stack **${ctx.stack}** in ${ctx.region}.`)
  if (!signed && !(await hasOurTag(ctx, id))) return []
  const why = signed ? `it says on it that it is of ${ctx.stack}` : tagged(ctx)
  return [{ type: 'cloudwatch:dashboard', id, why, monthlyUsd: pricesOf(ctx.region).dashboardMonthly(), fate: 'there' }]
}

async function hasOurTag(ctx: Ctx, name: string): Promise<boolean> {
  const ResourceARN = `arn:${ctx.partition}:cloudwatch::${ctx.account}:dashboard/${name}`
  try {
    const answer = await unlessGone(ctx.cloudwatch.listTagsForResource({ ResourceARN }))
    return isOurs(ctx, toRecord(answer?.Tags))
  } catch (error) {
    if (!isDenied(error)) throw error
    return false
  }
}

export const ALERTS: readonly Finder[] = [topics, alarms, followers, dashboards]

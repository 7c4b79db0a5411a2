import type { MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { alarmsNamed, metricFrom, statisticTo } from '../../aws/alarms.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { taken } from '../../aws/elb.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { ADDRESS, toPairs, toRecord } from '../../aws/ownership.ts'
import { asWanted, taggedOurs } from '../../aws/tagged.ts'
import { until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Address } from '../../engine/ref.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface AlarmSpec {
  readonly name: string
  readonly description: string
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  /** `Average`, `Sum`, `Minimum`, `Maximum`, or a percentile as `p99`. */
  readonly statistic: string
  readonly periodSeconds: number
  readonly evaluationPeriods: number
  readonly datapointsToAlarm: number
  readonly comparison: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold'
  readonly threshold: number
  readonly missingData: 'missing' | 'notBreaching' | 'breaching' | 'ignore'
  readonly enabled: boolean
  /** ARNs: told when it goes off. */
  readonly alarmActions: readonly string[]
  /** ARNs: told when it is over. */
  readonly okActions: readonly string[]
}

export interface AlarmOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 4.3. Its id is its name. */
export const alarm: ResourceType<AlarmSpec, AlarmOut, Ctx> = {
  type: 'cloudwatch:alarm',
  fields: {
    name: 'immutable',
    description: 'mutable',
    namespace: 'mutable',
    metric: 'mutable',
    dimensions: 'mutable',
    statistic: 'mutable',
    periodSeconds: 'mutable',
    evaluationPeriods: 'mutable',
    datapointsToAlarm: 'mutable',
    comparison: 'mutable',
    threshold: 'mutable',
    missingData: 'mutable',
    enabled: 'mutable',
    alarmActions: 'mutable',
    okActions: 'mutable',
  },
  same: { alarmActions: asSet, okActions: asSet },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 1, delete: 1 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['tag:GetResources', 'cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource'],
      create: ['cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
      sync: ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource', 'cloudwatch:UntagResource'],
      destroy: ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'],
    },
  },

  /** Two calls for all of them, and one more for each whose tags the tagging API does not show as they should be. */
  async read(ctx, asked) {
    const hints = await taggedOurs(ctx)
    const hinted = [...hints.keys()].flatMap((arn) => arn.split(':alarm:')[1] ?? [])
    const names = [...new Set([...namesAsked(asked), ...hinted])]
    const items = await ctx.memo(LISTING, () => alarmsNamed(ctx, names))
    const found = await Promise.all(items.map((item) => look(ctx, item, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, spec) {
    // The call replaces whatever has the name: it is asked first.
    if ((await alarmsNamed(ctx, [spec.name])).length > 0) throw taken('AlarmAlreadyExists', `An alarm ${spec.name}`)
    await ctx.cloudwatch.putMetricAlarm({ ...settings(spec), Tags: toPairs(ctx.tags(address)) })
    return spec.name
  },

  async sync(ctx, spec, live, changed) {
    // One call with all settings: what it does not say is set back.
    if ([...changed].some((field) => field !== 'tags')) await ctx.cloudwatch.putMetricAlarm(settings(spec))
    if (!changed.has('tags')) return
    const ResourceARN = live.out.arn
    if (ctx.retired.length > 0) await ctx.cloudwatch.untagResource({ ResourceARN, TagKeys: [...ctx.retired] })
    await ctx.cloudwatch.tagResource({ ResourceARN, Tags: toPairs(ctx.tags(live.address)) })
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.cloudwatch.deleteAlarms({ AlarmNames: [live.id] }))
    await until(ctx, { what: 'the alarm to be gone', every: 2, timeout: alarm.about.timeout }, async () =>
      (await alarmsNamed(ctx, [live.id])).length === 0 ? true : undefined,
    )
  },

  /** From the look's listing. One without data yet is no news: a new stack has a dozen of them. */
  async health(ctx, live): Promise<Health> {
    const listing = await ctx.memo(LISTING, () => alarmsNamed(ctx, [live.id]))
    const now = listing.find((item) => item.AlarmName === live.id)
    if (now?.StateValue === 'ALARM') return { state: 'unhealthy', detail: `it has gone off: ${now.StateReason ?? ''}` }
    if (now?.StateValue === 'OK') return { state: 'healthy', detail: 'quiet' }
    return now ? { state: 'healthy', detail: 'no data yet' } : { state: 'unknown', detail: 'not found' }
  },
}

const LISTING = 'cloudwatch:alarms'

const settings = (spec: AlarmSpec) => ({
  AlarmName: spec.name,
  AlarmDescription: spec.description,
  Namespace: spec.namespace,
  MetricName: spec.metric,
  Dimensions: Object.entries(spec.dimensions).map(([Name, Value]) => ({ Name, Value })),
  ...statisticTo(spec.statistic),
  Period: spec.periodSeconds,
  EvaluationPeriods: spec.evaluationPeriods,
  DatapointsToAlarm: spec.datapointsToAlarm,
  ComparisonOperator: spec.comparison,
  Threshold: spec.threshold,
  TreatMissingData: spec.missingData,
  ActionsEnabled: spec.enabled,
  AlarmActions: [...spec.alarmActions],
  OKActions: [...spec.okActions],
})

/** Null when it is neither ours nor asked for, or went in the meantime. */
async function look(ctx: Ctx, item: MetricAlarm, asked: readonly Asked[]): Promise<Found<AlarmSpec, AlarmOut> | null> {
  const [id, arn] = [item.AlarmName ?? '', item.AlarmArn ?? '']
  const asker = askerOf({ id, name: id, tags: {} }, asked)
  const tags = await tagsOf(ctx, arn, asker?.address)
  if (!tags) return null
  const claimed = claimNamed(ctx, { id, name: id, tags }, asked)
  if (!claimed.ours && !asker) return null
  return { ...claimed, id, spec: specFrom(item), tags, out: { name: id, arn } }
}

/** What the tagging API says where it says what is wanted, else what the alarm says itself. */
async function tagsOf(ctx: Ctx, arn: string, wantedAt: Address | undefined) {
  const hint = (await taggedOurs(ctx)).get(arn)
  const address = wantedAt ?? (hint?.[ADDRESS] as Address | undefined)
  if (hint && address && asWanted(ctx, address, hint)) return hint
  const answer = await unlessGone(ctx.cloudwatch.listTagsForResource({ ResourceARN: arn }))
  return answer ? toRecord(answer.Tags) : null
}

/** A stranger's comparison or way with gaps may be none of ours: it differs then, as it should. */
const specFrom = (item: MetricAlarm): AlarmSpec => ({
  name: item.AlarmName ?? '',
  description: item.AlarmDescription ?? '',
  namespace: item.Namespace ?? '',
  metric: metricFrom(item),
  dimensions: Object.fromEntries((item.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
  statistic: item.ExtendedStatistic ?? item.Statistic ?? '',
  periodSeconds: item.Period ?? 0,
  evaluationPeriods: item.EvaluationPeriods ?? 0,
  datapointsToAlarm: item.DatapointsToAlarm ?? item.EvaluationPeriods ?? 0,
  comparison: (item.ComparisonOperator ?? '') as AlarmSpec['comparison'],
  threshold: item.Threshold ?? 0,
  missingData: (item.TreatMissingData ?? 'missing') as AlarmSpec['missingData'],
  enabled: item.ActionsEnabled ?? true,
  alarmActions: item.AlarmActions ?? [],
  okActions: item.OKActions ?? [],
})

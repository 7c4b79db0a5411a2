import type { MetricAlarm } from '@aws-sdk/client-cloudwatch'
import type { Ctx } from './ctx.ts'
import { all } from './ownership.ts'

/** AWS takes at most so many names a call, and so many a page (aws-behaviours.md 4.3). */
const NAMES = 100

/** The metric alarms of exactly these names. */
export async function alarmsNamed(ctx: Ctx, names: readonly string[]): Promise<readonly MetricAlarm[]> {
  const calls = Array.from({ length: Math.ceil(names.length / NAMES) }, (_, call) => {
    const AlarmNames = names.slice(call * NAMES, (call + 1) * NAMES)
    const pages = ctx.cloudwatch.paginateDescribeAlarms({ AlarmNames, AlarmTypes: ['MetricAlarm'], MaxRecords: NAMES })
    return all(pages, (page) => page.MetricAlarms)
  })
  return (await Promise.all(calls)).flat()
}

const STATISTICS: ReadonlySet<string> = new Set(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])

/** A percentile goes where AWS wants what it calls extended. */
export const statisticTo = (statistic: string) =>
  STATISTICS.has(statistic)
    ? { Statistic: statistic as NonNullable<MetricAlarm['Statistic']> }
    : { ExtendedStatistic: statistic }

/**
 * What it looks at, in one line: the metric's name, and whatever else decides that our spec has no word for (an
 * expression, an anomaly band, a unit that no data come in). So an alarm that a stranger has turned into something
 * else differs from ours, and one call puts it right.
 */
export function metricFrom(item: MetricAlarm): string {
  const { MetricName, Metrics, ThresholdMetricId, Unit, InsufficientDataActions, EvaluateLowSampleCountPercentile } =
    item
  const strange = {
    ...(Metrics?.length ? { metrics: Metrics } : {}),
    ...(ThresholdMetricId ? { threshold: ThresholdMetricId } : {}),
    ...(Unit ? { unit: Unit } : {}),
    ...(InsufficientDataActions?.length ? { insufficientDataActions: InsufficientDataActions } : {}),
    ...(EvaluateLowSampleCountPercentile === 'ignore' ? { fewSamples: 'ignore' } : {}),
  }
  const parts = [MetricName ?? 'no metric', ...(Object.keys(strange).length > 0 ? [JSON.stringify(strange)] : [])]
  return parts.join(' with ')
}

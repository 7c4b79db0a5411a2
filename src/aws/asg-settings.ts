import type { AutoScalingGroup, MetricType, ScalingPolicy } from '@aws-sdk/client-auto-scaling'
import type { Address } from '../engine/ref.ts'
import { asgPatiently, asgTags } from './asg.ts'
import type { Ctx } from './ctx.ts'
import { isGone, unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { all } from './ownership.ts'

/** What a listing of groups tells of one, in our words. */
export const settingsIn = (group: AutoScalingGroup) => ({
  minSize: group.MinSize ?? 0,
  maxSize: group.MaxSize ?? 0,
  desiredCapacity: group.DesiredCapacity ?? 0,
  subnetIds: (group.VPCZoneIdentifier ?? '').split(',').filter(Boolean).sort(),
  targetGroupArns: [...(group.TargetGroupARNs ?? [])].sort(),
  healthCheckType: group.HealthCheckType as 'EC2' | 'ELB',
  healthCheckGraceSeconds: group.HealthCheckGracePeriod ?? 0,
  metrics: (group.EnabledMetrics ?? []).flatMap(({ Metric }) => Metric ?? []).sort(),
})

/** What a group is to be moved from and to. */
interface Move {
  readonly want: readonly string[]
  readonly have: readonly string[]
}

const without = (list: readonly string[], others: readonly string[]): readonly string[] =>
  list.filter((item) => !others.includes(item))

/**
 * At most ten target groups a call (aws-behaviours.md 2.4). New ones come first, so that no server is ever without;
 * but where one that is attached was deleted, moto takes no other before that is detached.
 */
export async function attach(ctx: Ctx, AutoScalingGroupName: string, { want, have }: Move): Promise<void> {
  const [gained, lost] = [tens(without(want, have)), tens(without(have, want))]
  const join = async () => {
    for (const TargetGroupARNs of gained) {
      const input = { AutoScalingGroupName, TargetGroupARNs }
      await asgPatiently(ctx, () => ctx.autoscaling.attachLoadBalancerTargetGroups(input))
    }
  }
  const leave = async () => {
    for (const TargetGroupARNs of lost) {
      await unlessGone(ctx.autoscaling.detachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs }))
    }
  }
  try {
    await join()
  } catch (error) {
    if (lost.length === 0 || !isGone(error)) throw error
    await leave()
    return join()
  }
  await leave()
}

const tens = (list: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(list.length / 10) }, (_, part) => list.slice(part * 10, part * 10 + 10))

/** AWS adds what is enabled to what was; stock moto puts it in its place, and cannot disable. Both end in what is wanted. */
export async function collect(ctx: Ctx, AutoScalingGroupName: string, { want, have }: Move): Promise<void> {
  const unwanted = without(have, want)
  if (unwanted.length > 0) {
    try {
      await ctx.autoscaling.disableMetricsCollection({ AutoScalingGroupName, Metrics: [...unwanted] })
    } catch (error) {
      if (!isLacking(error)) throw error
      ctx.note('this emulator cannot switch group metrics off')
    }
  }
  if (want.length === 0) return
  const Metrics = [...want]
  await ctx.autoscaling.enableMetricsCollection({ AutoScalingGroupName, Granularity: '1Minute', Metrics })
}

type Name = Pick<AutoScalingGroup, 'AutoScalingGroupName'>

/** Target tracking of these groups, in one call: of the one group, or of the region. */
export async function policiesOf(ctx: Ctx, groups: readonly Name[]): Promise<readonly ScalingPolicy[]> {
  const [one, ...more] = groups
  if (!one) return []
  const of = more.length === 0 ? { AutoScalingGroupName: one.AutoScalingGroupName } : {}
  const pages = ctx.autoscaling.paginateDescribePolicies({ ...of, PolicyTypes: ['TargetTrackingScaling'] })
  return (await unlessGone(all(pages, (page) => page.ScalingPolicies))) ?? []
}

interface Tracking {
  readonly name: string
  readonly metric: MetricType
  readonly target: number
}

/** One policy is wanted. Where there are more, one that is not wanted is shown, so that the difference is seen. */
export function trackingIn(
  policies: readonly ScalingPolicy[],
  group: string,
  wanted: string | undefined,
): Tracking | null {
  const mine = policies.filter((policy) => policy.AutoScalingGroupName === group)
  const policy = mine.find(({ PolicyName }) => PolicyName !== wanted) ?? mine[0]
  if (!policy) return null
  const { PredefinedMetricSpecification, TargetValue } = policy.TargetTrackingConfiguration ?? {}
  // A metric of the stranger's own has no name that a spec could want.
  const metric = PredefinedMetricSpecification?.PredefinedMetricType ?? ('customized' as MetricType)
  return { name: policy.PolicyName ?? '', metric, target: TargetValue ?? 0 }
}

/** One policy or none. Its alarms are AWS's own and go with it (aws-behaviours.md 2.5). */
export async function track(ctx: Ctx, AutoScalingGroupName: string, want: Tracking | null): Promise<void> {
  if (want) {
    const TargetTrackingConfiguration = {
      PredefinedMetricSpecification: { PredefinedMetricType: want.metric },
      TargetValue: want.target,
    }
    const policy = { PolicyName: want.name, PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration }
    await asgPatiently(ctx, () => ctx.autoscaling.putScalingPolicy({ AutoScalingGroupName, ...policy }))
  }
  for (const { PolicyName } of await policiesOf(ctx, [{ AutoScalingGroupName }])) {
    if (PolicyName === want?.name) continue
    await unlessGone(ctx.autoscaling.deletePolicy({ AutoScalingGroupName, PolicyName }))
  }
}

/** Puts our tags on a group, and takes off those given up; others stay. */
export async function tagAsg(ctx: Ctx, address: Address, name: string): Promise<void> {
  const old = ctx.retired.map((Key) => ({ Key, ResourceId: name, ResourceType: 'auto-scaling-group' }))
  if (old.length > 0) await asgPatiently(ctx, () => ctx.autoscaling.deleteTags({ Tags: old }))
  await asgPatiently(ctx, () => ctx.autoscaling.createOrUpdateTags({ Tags: asgTags(ctx, address, name) }))
}

import type { AutoScalingGroup, ScalingPolicy } from '@aws-sdk/client-auto-scaling'
import { asgPatiently, asgTags, groupNamed, groupsFor, isLeaving, nameFree, ourGroups, serving } from '../../aws/asg.ts'
import { editionOf, standingVersion } from '../../aws/asg-editions.ts'
import { allServing, dissolve } from '../../aws/asg-instances.ts'
import { rollOut, updateGroup } from '../../aws/asg-refresh.ts'
import { attach, collect, policiesOf, settingsIn, tagAsg, track, trackingIn } from '../../aws/asg-settings.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { toRecord } from '../../aws/ownership.ts'
import { until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface TargetTracking {
  readonly name: string
  readonly metric: 'ASGAverageCPUUtilization'
  readonly target: number
}

export interface AutoScalingGroupSpec {
  readonly name: string
  readonly launchTemplateId: string
  /** A change of it replaces the servers, one after the other. */
  readonly templateVersion: string
  readonly minSize: number
  readonly maxSize: number
  /** Initial: scaling moves it. */
  readonly desiredCapacity: number
  readonly subnetIds: readonly string[]
  readonly targetGroupArns: readonly string[]
  readonly healthCheckType: 'EC2' | 'ELB'
  readonly healthCheckGraceSeconds: number
  /** Names of the group metrics that are collected each minute. */
  readonly metrics: readonly string[]
  readonly targetTracking: TargetTracking | null
}

export interface AutoScalingGroupOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 2.4, 2.5. */
export const autoScalingGroup: ResourceType<AutoScalingGroupSpec, AutoScalingGroupOut, Ctx> = {
  type: 'autoscaling:group',
  fields: {
    name: 'immutable',
    launchTemplateId: 'mutable',
    templateVersion: 'mutable',
    minSize: 'mutable',
    maxSize: 'mutable',
    desiredCapacity: 'initial',
    subnetIds: 'mutable',
    targetGroupArns: 'mutable',
    healthCheckType: 'mutable',
    healthCheckGraceSeconds: 'mutable',
    metrics: 'mutable',
    targetTracking: 'mutable',
  },
  same: { subnetIds: asSet, targetGroupArns: asSet, metrics: asSet },
  holds: ['subnetIds'],
  about: {
    identity: 'name',
    usable: 'created',
    // A server at a time: the new one has to serve before the old one goes.
    seconds: { create: 60, delete: 180, change: { templateVersion: 600, launchTemplateId: 600 } },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        ...calls('DescribeAutoScalingGroups', 'DescribePolicies', 'DescribeScalingActivities'),
        ...['autoscaling:DescribeInstanceRefreshes', 'ec2:DescribeLaunchTemplateVersions'],
      ],
      create: [
        ...calls('CreateAutoScalingGroup', 'CreateOrUpdateTags'),
        // The launch template is tried with the caller's own rights.
        ...['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole', 'iam:CreateServiceLinkedRole'],
      ],
      sync: [
        ...calls('UpdateAutoScalingGroup', 'CreateOrUpdateTags', 'DeleteTags', 'PutScalingPolicy', 'DeletePolicy'),
        ...calls('AttachLoadBalancerTargetGroups', 'DetachLoadBalancerTargetGroups'),
        ...calls('EnableMetricsCollection', 'DisableMetricsCollection'),
        ...calls('StartInstanceRefresh', 'CancelInstanceRefresh'),
        // A new template is tried like the first.
        ...['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
      ],
      destroy: [
        ...calls('UpdateAutoScalingGroup', 'ResumeProcesses', 'SetInstanceProtection', 'DeleteWarmPool'),
        ...calls('DeleteAutoScalingGroup', 'DescribeAutoScalingGroups', 'CancelInstanceRefresh'),
      ],
    },
  },

  async read(ctx, asked) {
    const groups = (await groupsFor(ctx, asked)).filter((group) => !isLeaving(group))
    const policies = await policiesOf(ctx, groups)
    return Promise.all(groups.map((group) => describe(ctx, group, policies, asked)))
  },

  async create(ctx, address, spec) {
    const input = {
      AutoScalingGroupName: spec.name,
      LaunchTemplate: templateOf(spec),
      MinSize: spec.minSize,
      MaxSize: spec.maxSize,
      DesiredCapacity: spec.desiredCapacity,
      VPCZoneIdentifier: spec.subnetIds.join(','),
      ...(spec.targetGroupArns.length > 0 ? { TargetGroupARNs: [...spec.targetGroupArns] } : {}),
      HealthCheckType: spec.healthCheckType,
      HealthCheckGracePeriod: spec.healthCheckGraceSeconds,
      Tags: asgTags(ctx, address, spec.name),
    }
    await asgPatiently(ctx, async () => {
      await nameFree(ctx, spec.name)
      await ctx.autoscaling.createAutoScalingGroup(input)
    })
    return spec.name
  },

  ready: (ctx, id) => allServing(ctx, id, autoScalingGroup.about.timeout),

  async sync(ctx, spec, live, changed) {
    const update = updateOf(spec, changed)
    const edition = { templateId: spec.launchTemplateId, version: spec.templateVersion }
    if (Object.keys(update).length > 0) {
      await updateGroup(ctx, { AutoScalingGroupName: live.id, ...update }, edition)
    }
    if (changed.has('targetGroupArns'))
      await attach(ctx, live.id, { want: spec.targetGroupArns, have: live.spec.targetGroupArns })
    if (changed.has('metrics')) await collect(ctx, live.id, { want: spec.metrics, have: live.spec.metrics })
    if (changed.has('targetTracking')) await track(ctx, live.id, spec.targetTracking)
    if (changed.has('tags')) await tagAsg(ctx, live.address, live.id)
    if (isMoved(changed)) await rollOut(ctx, live.id, edition, spec.healthCheckGraceSeconds)
  },

  async farewell(ctx, live) {
    const group = await groupNamed(ctx, live.id)
    const blocker = `The Auto Scaling group ${live.id} has deletion protection: switch it off.`
    return { blockers: group?.DeletionProtection === 'prevent-all-deletion' ? [blocker] : [], losses: [] }
  },

  async destroy(ctx, live) {
    const group = await groupNamed(ctx, live.id)
    if (group && !isLeaving(group)) await dissolve(ctx, group)
    await until(ctx, { what: 'the Auto Scaling group to be gone', every: 10, timeout: 1_200 }, async () =>
      (await groupNamed(ctx, live.id)) === undefined ? true : undefined,
    )
  },

  async health(ctx, live) {
    const group = (await ourGroups(ctx)).find((one) => one.AutoScalingGroupName === live.id)
    if (!group) return { state: 'unknown', detail: 'not found' }
    const [have, want] = [serving(group), group.DesiredCapacity ?? 0]
    return { state: have >= want ? 'healthy' : 'unhealthy', detail: `${have} of ${want} instances in service` }
  },
}

function calls(...operations: readonly string[]): readonly string[] {
  return operations.map((operation) => `autoscaling:${operation}`)
}

async function describe(
  ctx: Ctx,
  group: AutoScalingGroup,
  policies: readonly ScalingPolicy[],
  asked: readonly Asked[],
): Promise<Found<AutoScalingGroupSpec, AutoScalingGroupOut>> {
  const name = group.AutoScalingGroupName ?? ''
  const tags = toRecord(group.Tags)
  const thing = { id: name, name, tags }
  const wanted = (askerOf(thing, asked)?.spec as Partial<AutoScalingGroupSpec> | undefined)?.targetTracking
  const spec: AutoScalingGroupSpec = {
    name,
    launchTemplateId: editionOf(group).templateId,
    templateVersion: await standingVersion(ctx, group),
    ...settingsIn(group),
    targetTracking: trackingIn(policies, name, wanted?.name) as TargetTracking | null,
  }
  return { ...claimNamed(ctx, thing, asked), id: name, spec, tags, out: { name, arn: group.AutoScalingGroupARN ?? '' } }
}

const templateOf = ({ launchTemplateId, templateVersion }: AutoScalingGroupSpec) => ({
  LaunchTemplateId: launchTemplateId,
  Version: templateVersion,
})

const isMoved = (changed: ReadonlySet<string>) => changed.has('launchTemplateId') || changed.has('templateVersion')

/** The changed settings that one call takes. */
const updateOf = (spec: AutoScalingGroupSpec, changed: ReadonlySet<string>) => ({
  ...(isMoved(changed) && { LaunchTemplate: templateOf(spec) }),
  ...(changed.has('minSize') && { MinSize: spec.minSize }),
  ...(changed.has('maxSize') && { MaxSize: spec.maxSize }),
  ...(changed.has('subnetIds') && { VPCZoneIdentifier: spec.subnetIds.join(',') }),
  ...(changed.has('healthCheckType') && { HealthCheckType: spec.healthCheckType }),
  ...(changed.has('healthCheckGraceSeconds') && { HealthCheckGracePeriod: spec.healthCheckGraceSeconds }),
})

import type { Raw } from './raw.ts'
import { type Thing, thing } from './thing.ts'

export async function servers({ ec2, autoscaling }: Raw): Promise<Thing[]> {
  const [templates, instances, volumes, groups, policies] = await Promise.all([
    ec2.describeLaunchTemplates({}),
    ec2.describeInstances({}),
    ec2.describeVolumes({}),
    autoscaling.describeAutoScalingGroups({}),
    autoscaling.describePolicies({}),
  ])
  const inGroup = ({ AutoScalingGroupName: name }: { AutoScalingGroupName?: string | undefined }) =>
    groups.AutoScalingGroups?.some((group) => group.AutoScalingGroupName === name)
  return [
    ...(templates.LaunchTemplates ?? []).map((it) =>
      thing('template', it.LaunchTemplateId, it.Tags, it.LaunchTemplateName),
    ),
    // A terminated instance is listed for about an hour.
    ...(instances.Reservations ?? [])
      .flatMap((it) => it.Instances ?? [])
      .filter(({ State }) => State?.Name !== 'terminated')
      .map((it) => thing('instance', it.InstanceId, it.Tags, it.InstanceType)),
    ...(volumes.Volumes ?? []).map((it) => thing('volume', it.VolumeId, it.Tags, it.VolumeType)),
    ...(groups.AutoScalingGroups ?? []).map((it) =>
      thing('asg', it.AutoScalingGroupName, it.Tags, [it.MinSize, it.MaxSize, it.TargetGroupARNs?.length].join(' ')),
    ),
    ...(policies.ScalingPolicies ?? []).filter(inGroup).map((it) => thing('policy', it.PolicyName, [], it.PolicyType)),
  ]
}

export async function balancers({ elbv2 }: Raw): Promise<Thing[]> {
  const [{ LoadBalancers = [] }, { TargetGroups = [] }] = await Promise.all([
    elbv2.describeLoadBalancers({}),
    elbv2.describeTargetGroups({}),
  ])
  const listeners = await Promise.all(
    LoadBalancers.map(({ LoadBalancerArn }) => elbv2.describeListeners({ LoadBalancerArn })),
  )
  const things = [
    ...LoadBalancers.map((it) => ({ kind: 'balancer', id: it.LoadBalancerArn, gist: it.LoadBalancerName })),
    ...TargetGroups.map((it) => ({ kind: 'targets', id: it.TargetGroupArn, gist: `${it.Protocol} ${it.Port}` })),
    ...listeners
      .flatMap(({ Listeners = [] }) => Listeners)
      .map((it) => ({ kind: 'listener', id: it.ListenerArn, gist: `${it.Protocol} ${it.Port}` })),
  ]
  if (things.length === 0) return []
  const { TagDescriptions = [] } = await elbv2.describeTags({ ResourceArns: things.map(({ id = '' }) => id) })
  const tags = (arn: string | undefined) => TagDescriptions.find(({ ResourceArn }) => ResourceArn === arn)?.Tags
  return things.map(({ kind, id, gist }) => thing(kind, id, tags(id), gist))
}

export async function identities({ iam }: Raw): Promise<Thing[]> {
  const [{ Roles = [] }, { InstanceProfiles = [] }, { Policies = [] }] = await Promise.all([
    iam.listRoles({}),
    iam.listInstanceProfiles({}),
    iam.listPolicies({ Scope: 'Local' }),
  ])
  // A listing does not tell the tags.
  const roles = await Promise.all(Roles.map(({ RoleName }) => iam.listRoleTags({ RoleName })))
  const profiles = await Promise.all(
    InstanceProfiles.map(({ InstanceProfileName }) => iam.getInstanceProfile({ InstanceProfileName })),
  )
  return [
    ...Roles.map((it, index) => thing('role', it.RoleName, roles[index]?.Tags, it.Path)),
    ...InstanceProfiles.map((it, index) =>
      thing('profile', it.InstanceProfileName, profiles[index]?.InstanceProfile?.Tags, `${it.Roles?.[0]?.RoleName}`),
    ),
    ...Policies.map((it) => thing('managed policy', it.PolicyName, [])),
  ]
}

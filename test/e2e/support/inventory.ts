import type { IpPermission } from '@aws-sdk/client-ec2'
import { type Raw, tagsIn } from './raw.ts'

/** Something that stands in an account. */
export interface Thing {
  readonly kind: string
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  /** What it is made of, without any id: two runs of one config give the same. */
  readonly gist: string
}

type Tags = Parameters<typeof tagsIn>[0]

const thing = (kind: string, id: string | undefined, tags: Tags, gist = ''): Thing => ({
  ...{ kind, id: id ?? '', tags: tagsIn(tags), gist },
})

/** Everything that stands in an account, in all services that a stack uses. */
export async function inventory(raw: Raw): Promise<readonly Thing[]> {
  const parts = [network, doors, servers, balancers, identities, stores].map((list) => list(raw))
  return (await Promise.all(parts)).flat()
}

/** Without what another run would call otherwise: for comparing two accounts. */
export const shapeOf = (things: readonly Thing[]): readonly string[] =>
  things.map(({ kind, tags, gist }) => [kind, tags['ecom-infra:address'] ?? tags.Name ?? '', gist].join(' ')).sort()

/** For comparing one account with itself. */
export const idsOf = (things: readonly Thing[]): readonly string[] =>
  things.map(({ kind, id }) => `${kind} ${id}`).sort()

async function network({ ec2 }: Raw): Promise<Thing[]> {
  const [vpcs, subnets, gateways, nats, addresses, tables, endpoints] = await Promise.all([
    ec2.describeVpcs({}),
    ec2.describeSubnets({}),
    ec2.describeInternetGateways({}),
    ec2.describeNatGateways({}),
    ec2.describeAddresses({}),
    ec2.describeRouteTables({}),
    ec2.describeVpcEndpoints({}),
  ])
  return [
    ...(vpcs.Vpcs ?? []).map((it) => thing('vpc', it.VpcId, it.Tags, it.CidrBlock)),
    ...(subnets.Subnets ?? []).map((it) =>
      thing('subnet', it.SubnetId, it.Tags, `${it.CidrBlock} ${it.AvailabilityZone}`),
    ),
    ...(gateways.InternetGateways ?? []).map((it) =>
      thing('igw', it.InternetGatewayId, it.Tags, `${it.Attachments?.length}`),
    ),
    // A deleted NAT gateway is listed for about an hour.
    ...(nats.NatGateways ?? [])
      .filter(({ State }) => State !== 'deleted')
      .map((it) => thing('nat', it.NatGatewayId, it.Tags, it.State)),
    ...(addresses.Addresses ?? []).map((it) =>
      thing('address', it.AllocationId, it.Tags, `${it.AssociationId !== undefined}`),
    ),
    ...(tables.RouteTables ?? []).map((it) =>
      thing('table', it.RouteTableId, it.Tags, `${it.Routes?.length} routes, ${it.Associations?.length} associations`),
    ),
    ...(endpoints.VpcEndpoints ?? [])
      .filter(({ State }) => State?.toLowerCase() !== 'deleted')
      .map((it) =>
        thing('endpoint', it.VpcEndpointId, it.Tags, `${it.ServiceName} ${it.RouteTableIds?.length} tables`),
      ),
  ]
}

async function doors({ ec2 }: Raw): Promise<Thing[]> {
  const [acls, groups, interfaces, vpcs, subnets] = await Promise.all([
    ec2.describeNetworkAcls({}),
    ec2.describeSecurityGroups({}),
    ec2.describeNetworkInterfaces({}),
    ec2.describeVpcs({}),
    ec2.describeSubnets({}),
  ])
  // moto keeps what AWS takes away with its VPC, its subnet or (below) its Auto Scaling group.
  const inVpc = ({ VpcId }: { VpcId?: string | undefined }) => vpcs.Vpcs?.some((vpc) => vpc.VpcId === VpcId)
  const inSubnet = ({ SubnetId }: { SubnetId?: string | undefined }) =>
    subnets.Subnets?.some((subnet) => subnet.SubnetId === SubnetId)
  const rules = (lists: readonly (readonly IpPermission[] | undefined)[]) =>
    lists.map((list = []) => list.flatMap((one) => [...(one.IpRanges ?? []), ...(one.UserIdGroupPairs ?? [])]).length)
  return [
    ...(acls.NetworkAcls ?? [])
      .filter(inVpc)
      .map((it) =>
        thing(
          'acl',
          it.NetworkAclId,
          it.Tags,
          `${it.Entries?.length} entries, ${it.Associations?.length} associations`,
        ),
      ),
    ...(groups.SecurityGroups ?? []).map((it) =>
      thing('group', it.GroupId, it.Tags, rules([it.IpPermissions, it.IpPermissionsEgress]).join(' in, ')),
    ),
    ...(interfaces.NetworkInterfaces ?? [])
      .filter(inSubnet)
      .map((it) => thing('interface', it.NetworkInterfaceId, it.TagSet, it.InterfaceType)),
  ]
}

async function servers({ ec2, autoscaling }: Raw): Promise<Thing[]> {
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

async function balancers({ elbv2 }: Raw): Promise<Thing[]> {
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

async function identities({ iam }: Raw): Promise<Thing[]> {
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

async function stores({ s3, logs }: Raw): Promise<Thing[]> {
  const [{ Buckets = [] }, { logGroups = [] }] = await Promise.all([s3.listBuckets({}), logs.describeLogGroups({})])
  const buckets = await Promise.all(
    Buckets.map(async ({ Name }) => {
      const { TagSet } = await s3.getBucketTagging({ Bucket: Name }).catch(() => ({ TagSet: [] }))
      return thing('bucket', Name, TagSet)
    }),
  )
  const groups = await Promise.all(
    logGroups.map(async ({ logGroupName, logGroupArn, retentionInDays }) => {
      const { tags } = await logs.listTagsForResource({ resourceArn: logGroupArn })
      return { ...thing('log group', logGroupName, [], `${retentionInDays}`), tags: tags ?? {} }
    }),
  )
  return [...buckets, ...groups]
}

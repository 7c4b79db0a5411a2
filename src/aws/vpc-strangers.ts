import type { Filter, NatGateway, NetworkInterface } from '@aws-sdk/client-ec2'
import type { Ctx } from './ctx.ts'
import { efsActions, mountTargets, ownFileSystems } from './efs.ts'
import { all, STACK, toRecord } from './ownership.ts'
import { PEERING_ACTIONS, peeringsOf, vpnGatewaysOf } from './peerings.ts'
import { aclsIn, groupsIn } from './vpc-children.ts'

/** IAM actions of `strangersIn`. */
export const STRANGERS_ACTIONS = [
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeRouteTables',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeNatGateways',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeInstances',
  ...PEERING_ACTIONS,
  ...efsActions('DescribeFileSystems', 'DescribeMountTargets'),
] as const

interface Thing {
  readonly what: string
  readonly id: string | undefined
  readonly ours: boolean
}

/** Whatever lives in our VPC without being ours, in words: AWS will not delete the VPC around it (aws-behaviours.md 1.1). */
export async function strangersIn(ctx: Ctx, vpcId: string): Promise<readonly string[]> {
  const filters: Filter[] = [{ Name: 'vpc-id', Values: [vpcId] }]
  const [things, links, gateways] = await Promise.all([
    plainThings(ctx, vpcId, filters),
    linksOf(ctx, vpcId),
    natGateways(ctx, filters),
  ])
  const alive = gateways.filter(({ State }) => State !== 'deleted' && State !== 'failed')
  const nats = alive.map((item): Thing => ({ what: 'NAT gateway', id: item.NatGatewayId, ours: isOurs(ctx, item) }))
  const interfaces = await foreignInterfaces(ctx, { vpcId, filters, gateways })
  const foreign = [...things, ...links, ...nats].filter(({ ours }) => !ours).map(({ what, id }) => `${what} ${id}`)
  return [...foreign, ...interfaces].map((text) => `${text} in ${vpcId} does not belong to this stack`)
}

const isOurs = (ctx: Ctx, { Tags }: { readonly Tags?: Parameters<typeof toRecord>[0] }): boolean =>
  toRecord(Tags)[STACK] === ctx.stack

/** All kinds that can be told by their tags. The VPC's own default group, default ACL and main table go with it. */
async function plainThings(ctx: Ctx, vpcId: string, Filters: Filter[]): Promise<readonly Thing[]> {
  const { ec2 } = ctx
  const [subnets, groups, acls, tables, endpoints] = await Promise.all([
    all(ec2.paginateDescribeSubnets({ Filters }), (page) => page.Subnets),
    groupsIn(ctx, [vpcId]),
    aclsIn(ctx, [vpcId]),
    all(ec2.paginateDescribeRouteTables({ Filters }), (page) => page.RouteTables),
    all(ec2.paginateDescribeVpcEndpoints({ Filters }), (page) => page.VpcEndpoints),
  ])
  const own = groups.filter(({ GroupName }) => GroupName !== 'default')
  const custom = tables.filter(({ Associations }) => !Associations?.some(({ Main }) => Main))
  const open = endpoints.filter(({ State }) => State?.toLowerCase() !== 'deleted')
  return [
    ...subnets.map((item) => ({ what: 'subnet', id: item.SubnetId, ours: isOurs(ctx, item) })),
    ...own.map((item) => ({ what: 'security group', id: item.GroupId, ours: isOurs(ctx, item) })),
    ...acls
      .filter(({ IsDefault }) => !IsDefault)
      .map((item) => ({ what: 'network ACL', id: item.NetworkAclId, ours: isOurs(ctx, item) })),
    ...custom.map((item) => ({ what: 'route table', id: item.RouteTableId, ours: isOurs(ctx, item) })),
    ...open.map((item) => ({ what: 'VPC endpoint', id: item.VpcEndpointId, ours: isOurs(ctx, item) })),
  ]
}

/** What joins it to other networks. */
async function linksOf(ctx: Ctx, vpcId: string): Promise<readonly Thing[]> {
  const [peerings, gateways] = await Promise.all([peeringsOf(ctx, vpcId), vpnGatewaysOf(ctx, vpcId)])
  return [
    ...peerings.map((item) => ({
      what: 'peering connection',
      id: item.VpcPeeringConnectionId,
      ours: isOurs(ctx, item),
    })),
    ...gateways.map((item) => ({ what: 'VPN gateway', id: item.VpnGatewayId, ours: isOurs(ctx, item) })),
  ]
}

const natGateways = (ctx: Ctx, Filter: Filter[]): Promise<readonly NatGateway[]> =>
  all(ctx.ec2.paginateDescribeNatGateways({ Filter }), (page) => page.NatGateways)

interface Surroundings {
  readonly vpcId: string
  readonly filters: Filter[]
  readonly gateways: readonly NatGateway[]
}

/**
 * Interfaces carry no tags of ours. Those of NAT gateways are known by them, those of instances by the instances' tags,
 * and those that a service keeps (a load balancer) by their groups: what we make uses groups of ours, and only those.
 */
async function foreignInterfaces(ctx: Ctx, { vpcId, filters, gateways }: Surroundings): Promise<readonly string[]> {
  const pages = ctx.ec2.paginateDescribeNetworkInterfaces({ Filters: filters })
  const [interfaces, groups] = await Promise.all([all(pages, (page) => page.NetworkInterfaces), groupsIn(ctx, [vpcId])])
  const translating = new Set(
    gateways.flatMap(({ NatGatewayAddresses }) => NatGatewayAddresses?.map((item) => item.NetworkInterfaceId) ?? []),
  )
  const rest = interfaces.filter((item) => !translating.has(item.NetworkInterfaceId))
  const ourGroups = new Set(groups.filter((item) => isOurs(ctx, item)).map(({ GroupId }) => GroupId))
  const instances = rest.some(({ Attachment }) => Attachment?.InstanceId)
    ? await ourInstances(ctx, filters)
    : new Set<string | undefined>()
  const strange = rest.filter((item) => !madeByUs(item, ourGroups, instances))
  const mounts = strange.some(({ Attachment }) => !Attachment?.InstanceId) ? await ourMounts(ctx) : new Set()
  return strange.filter((item) => !mounts.has(item.NetworkInterfaceId)).map(interfaceText)
}

/** Interfaces of our file systems' mount targets: AWS says that it keeps them itself, stock moto does not. */
async function ourMounts(ctx: Ctx): Promise<ReadonlySet<string | undefined>> {
  const systems = await ownFileSystems(ctx)
  const targets = await Promise.all(systems.map(({ FileSystemId = '' }) => mountTargets(ctx, FileSystemId)))
  return new Set(targets.flat().map(({ NetworkInterfaceId }) => NetworkInterfaceId))
}

async function ourInstances(ctx: Ctx, Filters: Filter[]): Promise<ReadonlySet<string | undefined>> {
  const reservations = await all(ctx.ec2.paginateDescribeInstances({ Filters }), (page) => page.Reservations)
  const instances = reservations.flatMap(({ Instances }) => Instances ?? [])
  return new Set(instances.filter((item) => isOurs(ctx, item)).map(({ InstanceId }) => InstanceId))
}

/** What services keep for what we make. A function, say, is never ours, though it may use a group of ours. */
const OUR_KINDS: ReadonlySet<string> = new Set(['interface', 'load_balancer', 'efs', 'vpc_endpoint', 'nat_gateway'])

function madeByUs(
  { Attachment, RequesterManaged, InterfaceType = 'interface', Groups = [] }: NetworkInterface,
  groups: ReadonlySet<string | undefined>,
  instances: ReadonlySet<string | undefined>,
): boolean {
  if (Attachment?.InstanceId) return instances.has(Attachment.InstanceId)
  if (!OUR_KINDS.has(InterfaceType)) return false
  return RequesterManaged === true && Groups.length > 0 && Groups.every(({ GroupId }) => groups.has(GroupId))
}

/** With what it belongs to, as far as AWS tells. */
const interfaceText = (item: NetworkInterface): string => {
  const { NetworkInterfaceId, Description, Attachment, InterfaceType = 'interface', RequesterId } = item
  const kind = InterfaceType === 'interface' ? undefined : InterfaceType.replaceAll('_', ' ')
  const user = [Attachment?.InstanceId, Description, kind, RequesterId, item.Attachment ? 'in use' : 'not attached']
  return `network interface ${NetworkInterfaceId} (${user.find(Boolean)})`
}

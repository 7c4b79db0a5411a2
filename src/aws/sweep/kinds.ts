import type {
  Address,
  Filter,
  FlowLog,
  InternetGateway,
  NatGateway,
  NetworkAcl,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Tag,
  Vpc,
  VpcEndpoint,
} from '@aws-sdk/client-ec2'
import type { Ctx } from '../ctx.ts'
import { unlessGone } from '../failure.ts'
import { all } from '../ownership.ts'
import type { Kind } from './finder.ts'

export const vpcs: Kind<Vpc> = {
  type: 'ec2:vpc',
  prefix: 'vpc',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeVpcs({ Filters }), (page) => page.Vpcs),
  id: (item) => item.VpcId,
  look: 'vpc-id',
}

export const subnets: Kind<Subnet> = {
  type: 'ec2:subnet',
  prefix: 'subnet',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeSubnets({ Filters }), (page) => page.Subnets),
  id: (item) => item.SubnetId,
  look: 'subnet-id',
}

export const gateways: Kind<InternetGateway> = {
  type: 'ec2:internet-gateway',
  prefix: 'igw',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeInternetGateways({ Filters }), (page) => page.InternetGateways),
  id: (item) => item.InternetGatewayId,
  look: 'internet-gateway-id',
}

/** A failed one costs nothing and is taken away by AWS itself (aws-behaviours.md 1.4). */
export const nats: Kind<NatGateway> = {
  type: 'ec2:nat-gateway',
  prefix: 'nat',
  list: (ctx, Filter) => all(ctx.ec2.paginateDescribeNatGateways({ Filter }), (page) => page.NatGateways),
  id: (item) => item.NatGatewayId,
  look: 'nat-gateway-id',
  fate: ({ State }) => (State === 'deleted' || State === 'failed' ? 'gone' : State === 'deleting' ? 'going' : 'there'),
  usd: (_, prices) => prices.natGatewayMonthly(),
}

export const addresses: Kind<Address> = {
  type: 'ec2:elastic-ip',
  prefix: 'eipalloc',
  list: async (ctx, Filters) => (await ctx.ec2.describeAddresses({ Filters })).Addresses ?? [],
  id: (item) => item.AllocationId,
  look: 'allocation-id',
  usd: (_, prices) => prices.addressMonthly(),
}

export const routeTables: Kind<RouteTable> = {
  type: 'ec2:route-table',
  prefix: 'rtb',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeRouteTables({ Filters }), (page) => page.RouteTables),
  id: (item) => item.RouteTableId,
  look: 'route-table-id',
  inborn: ({ Associations }) => Associations?.some(({ Main }) => Main) ?? false,
}

export const acls: Kind<NetworkAcl> = {
  type: 'ec2:network-acl',
  prefix: 'acl',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeNetworkAcls({ Filters }), (page) => page.NetworkAcls),
  id: (item) => item.NetworkAclId,
  // The filter by id is missing in moto, and a missing id fails the call.
  look: async (ctx, id) => (await unlessGone(ctx.ec2.describeNetworkAcls({ NetworkAclIds: [id] })))?.NetworkAcls ?? [],
  inborn: ({ IsDefault }) => IsDefault ?? false,
}

export const groups: Kind<SecurityGroup> = {
  type: 'ec2:security-group',
  prefix: 'sg',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeSecurityGroups({ Filters }), (page) => page.SecurityGroups),
  id: (item) => item.GroupId,
  look: 'group-id',
  inborn: ({ GroupName }) => GroupName === 'default',
}

/** States come in lower camel case, whatever the SDK's types say (aws-behaviours.md 1.9). */
export const endpoints: Kind<VpcEndpoint> = {
  type: 'ec2:vpc-endpoint',
  prefix: 'vpce',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeVpcEndpoints({ Filters }), (page) => page.VpcEndpoints),
  id: (item) => item.VpcEndpointId,
  // The filter by id is missing in moto, and a missing id fails the call.
  look: async (ctx, id) =>
    (await unlessGone(ctx.ec2.describeVpcEndpoints({ VpcEndpointIds: [id] })))?.VpcEndpoints ?? [],
  fate: ({ State }) => {
    const state = State?.toLowerCase()
    return state === 'deleted' ? 'gone' : state === 'deleting' ? 'going' : 'there'
  },
  usd: ({ VpcEndpointType, SubnetIds = [] }, prices) =>
    VpcEndpointType === 'Interface' ? prices.endpointMonthly(SubnetIds.length) : 0,
}

export const flowLogs: Kind<FlowLog> = {
  type: 'ec2:flow-log',
  prefix: 'fl',
  list: (ctx, Filter) => all(ctx.ec2.paginateDescribeFlowLogs({ Filter }), (page) => page.FlowLogs),
  id: (item) => item.FlowLogId,
  look: 'flow-log-id',
}

/** Their tags go by another name than those of all the rest. */
export interface Interface extends NetworkInterface {
  readonly Tags?: Tag[]
}

async function interfacesOf(ctx: Ctx, Filters: Filter[]): Promise<readonly Interface[]> {
  const found = await all(ctx.ec2.paginateDescribeNetworkInterfaces({ Filters }), (page) => page.NetworkInterfaces)
  return found.map((item) => ({ ...item, Tags: item.TagSet ?? [] }))
}

/** A service takes its own interfaces away when their owner has gone. */
const fateOf = ({ RequesterManaged }: NetworkInterface) => (RequesterManaged ? 'going' : 'there')

export const interfaces: Kind<Interface> = {
  type: 'ec2:network-interface',
  prefix: 'eni',
  list: interfacesOf,
  id: (item) => item.NetworkInterfaceId,
  look: 'network-interface-id',
  fate: fateOf,
}

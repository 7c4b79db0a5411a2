import type { Filter, NetworkInterface, Tag } from '@aws-sdk/client-ec2'
import type { Ctx } from '../ctx.ts'
import { unlessGone } from '../failure.ts'
import { all, oursFilter } from '../ownership.ts'
import { type Finder, finderOf, type Sighting } from './finder.ts'

const vpcs = finderOf({
  type: 'ec2:vpc',
  prefix: 'vpc',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeVpcs({ Filters }), (page) => page.Vpcs),
  id: (item) => item.VpcId,
  look: 'vpc-id',
})

const subnets = finderOf({
  type: 'ec2:subnet',
  prefix: 'subnet',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeSubnets({ Filters }), (page) => page.Subnets),
  id: (item) => item.SubnetId,
  look: 'subnet-id',
})

const gateways = finderOf({
  type: 'ec2:internet-gateway',
  prefix: 'igw',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeInternetGateways({ Filters }), (page) => page.InternetGateways),
  id: (item) => item.InternetGatewayId,
  look: 'internet-gateway-id',
})

/** A failed one costs nothing and is taken away by AWS itself (aws-behaviours.md 1.4). */
const nats = finderOf({
  type: 'ec2:nat-gateway',
  prefix: 'nat',
  list: (ctx, Filter) => all(ctx.ec2.paginateDescribeNatGateways({ Filter }), (page) => page.NatGateways),
  id: (item) => item.NatGatewayId,
  look: 'nat-gateway-id',
  fate: ({ State }) => (State === 'deleted' || State === 'failed' ? 'gone' : State === 'deleting' ? 'going' : 'there'),
  usd: (_, prices) => prices.natGatewayMonthly(),
})

const addresses = finderOf({
  type: 'ec2:elastic-ip',
  prefix: 'eipalloc',
  list: async (ctx, Filters) => (await ctx.ec2.describeAddresses({ Filters })).Addresses ?? [],
  id: (item) => item.AllocationId,
  look: 'allocation-id',
  usd: (_, prices) => prices.addressMonthly(),
})

const routeTables = finderOf({
  type: 'ec2:route-table',
  prefix: 'rtb',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeRouteTables({ Filters }), (page) => page.RouteTables),
  id: (item) => item.RouteTableId,
  look: 'route-table-id',
})

const acls = finderOf({
  type: 'ec2:network-acl',
  prefix: 'acl',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeNetworkAcls({ Filters }), (page) => page.NetworkAcls),
  id: (item) => item.NetworkAclId,
  // The filter by id is missing in moto, and a missing id fails the call.
  look: async (ctx, id) => (await unlessGone(ctx.ec2.describeNetworkAcls({ NetworkAclIds: [id] })))?.NetworkAcls ?? [],
})

const groups = finderOf({
  type: 'ec2:security-group',
  prefix: 'sg',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeSecurityGroups({ Filters }), (page) => page.SecurityGroups),
  id: (item) => item.GroupId,
  look: 'group-id',
})

/** States come in lower camel case, whatever the SDK's types say (aws-behaviours.md 1.9). */
const endpoints = finderOf({
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
})

const flowLogs = finderOf({
  type: 'ec2:flow-log',
  prefix: 'fl',
  list: (ctx, Filter) => all(ctx.ec2.paginateDescribeFlowLogs({ Filter }), (page) => page.FlowLogs),
  id: (item) => item.FlowLogId,
  look: 'flow-log-id',
})

/** Their tags go by another name than those of all the rest. */
async function interfacesOf(ctx: Ctx, Filters: Filter[]): Promise<readonly (NetworkInterface & { Tags?: Tag[] })[]> {
  const found = await all(ctx.ec2.paginateDescribeNetworkInterfaces({ Filters }), (page) => page.NetworkInterfaces)
  return found.map((item) => ({ ...item, Tags: item.TagSet ?? [] }))
}

/** A service takes its own interfaces away when their owner has gone. */
const fateOf = ({ RequesterManaged }: NetworkInterface) => (RequesterManaged ? 'going' : 'there')

const interfaces = finderOf({
  type: 'ec2:network-interface',
  prefix: 'eni',
  list: interfacesOf,
  id: (item) => item.NetworkInterfaceId,
  look: 'network-interface-id',
  fate: fateOf,
})

/** Whatever else has an address in a network of ours: it is why the network cannot go. */
const strangers: Finder = async (ctx): Promise<readonly Sighting[]> => {
  const ours = await all(ctx.ec2.paginateDescribeVpcs({ Filters: oursFilter(ctx) }), (page) => page.Vpcs)
  const ids = ours.flatMap(({ VpcId }) => VpcId ?? [])
  if (ids.length === 0) return []
  const found = await interfacesOf(ctx, [{ Name: 'vpc-id', Values: ids }])
  return found.map((item) => ({
    type: 'ec2:network-interface',
    id: item.NetworkInterfaceId ?? '',
    why: `it is in our VPC ${item.VpcId}${item.Description ? `: ${item.Description}` : ''}`,
    monthlyUsd: 0,
    fate: fateOf(item),
  }))
}

export const NETWORK: readonly Finder[] = [
  ...[vpcs, subnets, gateways, nats, addresses, routeTables, acls, groups, endpoints, flowLogs, interfaces, strangers],
]

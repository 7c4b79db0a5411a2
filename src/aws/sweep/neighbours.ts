import type { Tag } from '@aws-sdk/client-ec2'
import { oursFilter, toRecord } from '../ownership.ts'
import { instances } from './compute.ts'
import {
  type Finder,
  ifAllowed,
  isOurs,
  type Kind,
  listing,
  type Sighting,
  type SweepCtx,
  sightingsOf,
} from './finder.ts'
import { acls, endpoints, groups, interfaces, nats, routeTables, subnets } from './kinds.ts'

type Look = (ctx: SweepCtx, vpcIds: readonly string[]) => Promise<readonly Sighting[]>

/** What of a kind stands in these networks and is not ours by its tags: those that are have been found by them. */
const inside =
  <Item extends { readonly VpcId?: string | undefined; readonly Tags?: Tag[] | undefined }>(kind: Kind<Item>): Look =>
  async (ctx, vpcIds) => {
    const found = await ifAllowed(ctx, kind.list(ctx, [{ Name: 'vpc-id', Values: [...vpcIds] }]))
    // Some emulators ignore a filter.
    const here = found.filter(({ VpcId = '' }) => vpcIds.includes(VpcId))
    const foreign = here.filter((item) => !isOurs(ctx, toRecord(item.Tags)) && !kind.inborn?.(item))
    return foreign.flatMap((item) => {
      const about = 'Description' in item && item.Description ? `: ${item.Description}` : ''
      return sightingsOf(ctx, kind, { item, why: `it is in our VPC ${item.VpcId}${about}` })
    })
  }

/** Ends of a connection: AWS still shows it, and it holds nothing. */
const ENDED = /^(deleted|deleting|expired|failed|rejected)$/

const peerings: Look = async (ctx, vpcIds) => {
  const found = await listing(
    ctx,
    ctx.ec2.paginateDescribeVpcPeeringConnections({}),
    (page) => page.VpcPeeringConnections,
  )
  return found.flatMap(({ VpcPeeringConnectionId: id = '', Status, RequesterVpcInfo, AccepterVpcInfo }) => {
    const ends = [RequesterVpcInfo?.VpcId ?? '', AccepterVpcInfo?.VpcId ?? '']
    const own = ends.find((end) => vpcIds.includes(end))
    if (own === undefined || ENDED.test(Status?.Code ?? '')) return []
    const why = `it joins our VPC ${own} to another network`
    return [{ type: 'ec2:vpc-peering-connection', id, why, monthlyUsd: 0, fate: 'there' }]
  })
}

const vpnGateways: Look = async (ctx, vpcIds) => {
  const Filters = [{ Name: 'attachment.vpc-id', Values: [...vpcIds] }]
  const gateways = async () => (await ctx.ec2.describeVpnGateways({ Filters })).VpnGateways ?? []
  const found = await ifAllowed(ctx, gateways())
  return found.flatMap(({ VpnGatewayId: id = '', VpcAttachments = [] }) => {
    const at = VpcAttachments.find(({ VpcId = '', State }) => vpcIds.includes(VpcId) && State !== 'detached')
    const why = `it is attached to our VPC ${at?.VpcId}`
    return at ? [{ type: 'ec2:vpn-gateway', id, why, monthlyUsd: null, fate: 'there' as const }] : []
  })
}

const groupsInside = inside(groups)

const REST: readonly Look[] = [
  ...[
    inside(interfaces),
    inside(instances),
    inside(nats),
    inside(endpoints),
    inside(subnets),
    inside(routeTables),
    inside(acls),
  ],
  ...[peerings, vpnGateways],
]

/**
 * Whatever else stands in a network of ours: it is why the network cannot go. AWS lets none go before it is empty, so
 * one that has gone is only searched for groups, which need nothing but the network and may have come at the very last.
 */
const neighbours: Finder = async (ctx, { vpcs }) => {
  const ours = await listing(ctx, ctx.ec2.paginateDescribeVpcs({ Filters: oursFilter(ctx) }), (page) => page.Vpcs)
  const standing = ours.filter(({ Tags }) => isOurs(ctx, toRecord(Tags))).flatMap(({ VpcId }) => VpcId ?? [])
  const searched = [...new Set([...standing, ...vpcs])]
  const looks = [
    ...(searched.length > 0 ? [groupsInside(ctx, searched)] : []),
    ...(standing.length > 0 ? REST.map((look) => look(ctx, standing)) : []),
  ]
  return (await Promise.all(looks)).flat()
}

export const NEIGHBOURS: readonly Finder[] = [neighbours]

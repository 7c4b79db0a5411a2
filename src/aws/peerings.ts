import type { SecurityGroup, VpcPeeringConnection, VpnGateway } from '@aws-sdk/client-ec2'
import type { Ctx } from './ctx.ts'
import { isDenied } from './failure.ts'
import { isLacking } from './lacking.ts'
import { all } from './ownership.ts'
import { groupsIn } from './vpc-children.ts'

/** IAM actions of this file. */
export const PEERING_ACTIONS = [
  'ec2:DescribeVpcPeeringConnections',
  'ec2:DescribeVpnGateways',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSecurityGroupReferences',
] as const

/** The other states are ends: AWS shows such a connection for a while, and it holds nothing any more. */
const LIVING = ['initiating-request', 'pending-acceptance', 'provisioning', 'active']

/** What only hinders in rare networks is not insisted on: who may not ask is told so, and AWS's own refusal remains. */
async function whereAllowed<T>(ctx: Ctx, what: string, ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask()
  } catch (error) {
    if (!isDenied(error) && !isLacking(error)) throw error
    ctx.note(`${what} may not be read here, so nobody knows whether they stand in the way`)
    return []
  }
}

const sidesOf = ({ RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection) =>
  [RequesterVpcInfo, AccepterVpcInfo].flatMap((side) => side ?? [])

/** Living connections of a VPC, to either side. One listing for the length of a look. */
export async function peeringsOf(ctx: Ctx, vpcId: string): Promise<readonly VpcPeeringConnection[]> {
  const Filters = [{ Name: 'status-code', Values: LIVING }]
  const found = await ctx.memo('ec2:peerings', () =>
    whereAllowed(ctx, 'peering connections', () =>
      all(ctx.ec2.paginateDescribeVpcPeeringConnections({ Filters }), (page) => page.VpcPeeringConnections),
    ),
  )
  const living = found.filter(({ Status }) => LIVING.includes(Status?.Code ?? ''))
  return living.filter((item) => sidesOf(item).some(({ VpcId }) => VpcId === vpcId))
}

/** Gateways of VPNs that somebody has attached to it. */
export async function vpnGatewaysOf(ctx: Ctx, vpcId: string): Promise<readonly VpnGateway[]> {
  const Filters = [{ Name: 'attachment.vpc-id', Values: [vpcId] }]
  const found = await whereAllowed(
    ctx,
    'VPN gateways',
    async () => (await ctx.ec2.describeVpnGateways({ Filters })).VpnGateways ?? [],
  )
  const holds = (one: VpnGateway) => one.VpcAttachments?.some((at) => at.VpcId === vpcId && at.State !== 'detached')
  return found.filter(holds)
}

/** Security groups on the other side of its peerings whose rules may name groups of this one (aws-behaviours.md 1.8). */
export async function groupsBeyond(ctx: Ctx, vpcId: string): Promise<readonly SecurityGroup[]> {
  const others = (await beyond(ctx, vpcId)).filter(({ OwnerId = ctx.account }) => OwnerId === ctx.account)
  const near = others.filter(({ Region = ctx.region }) => Region === ctx.region)
  return groupsIn(
    ctx,
    near.flatMap(({ VpcId }) => VpcId ?? []),
  )
}

/** The same where the other side is another account's: AWS tells which of its VPCs has such a rule, and no more. */
export async function vpcsNaming(ctx: Ctx, vpcId: string, groupId: string): Promise<readonly string[]> {
  const foreign = (await beyond(ctx, vpcId)).some(({ OwnerId = ctx.account }) => OwnerId !== ctx.account)
  if (!foreign) return []
  const found = await whereAllowed(
    ctx,
    'references to security groups',
    async () => (await ctx.ec2.describeSecurityGroupReferences({ GroupId: [groupId] })).SecurityGroupReferenceSet ?? [],
  )
  const naming = found.filter(({ GroupId }) => GroupId === groupId)
  return [...new Set(naming.flatMap(({ ReferencingVpcId }) => ReferencingVpcId ?? []))]
}

const beyond = async (ctx: Ctx, vpcId: string) =>
  (await peeringsOf(ctx, vpcId)).flatMap(sidesOf).filter(({ VpcId }) => VpcId !== vpcId)

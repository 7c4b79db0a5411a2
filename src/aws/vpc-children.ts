import type { Filter, NetworkAcl, SecurityGroup, Vpc } from '@aws-sdk/client-ec2'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { all, oursAndAsked, oursFilter } from './ownership.ts'

const listVpcs = (ctx: Ctx, Filters: Filter[]): Promise<readonly Vpc[]> =>
  ctx.memo(`ec2:vpcs ${JSON.stringify(Filters)}`, () =>
    all(ctx.ec2.paginateDescribeVpcs({ Filters }), (page) => page.Vpcs),
  )

/** The stack's VPCs, and those that are asked for by id. One listing for the length of a look. */
export const vpcsOf = (ctx: Ctx, asked: readonly Asked[]): Promise<readonly Vpc[]> =>
  oursAndAsked(ctx, asked, { list: (filters) => listVpcs(ctx, filters), idFilter: 'vpc-id', id: (item) => item.VpcId })

/**
 * Ids of the VPCs in which a child can be. Where every spec names its VPC already, nothing needs to be listed;
 * in the look at a whole stack the listing is shared with the VPC's own.
 */
export async function vpcIdsFor(ctx: Ctx, asked: readonly Asked[]): Promise<readonly string[]> {
  const named = asked.map(({ spec }) => (spec as { readonly vpcId?: unknown } | null)?.vpcId).filter(isVpcId)
  if (asked.length > 0 && named.length === asked.length) return distinct(named)
  const ours = await listVpcs(ctx, oursFilter(ctx))
  return distinct([...ours.map(({ VpcId }) => VpcId).filter(isVpcId), ...named])
}

const isVpcId = (value: unknown): value is string => typeof value === 'string' && value.startsWith('vpc-')

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort()

/**
 * Every security group of these VPCs: the type's own, and the default ones, which have no tags to be found by.
 * No VPC, no call.
 */
export const groupsIn = (ctx: Ctx, vpcIds: readonly string[]): Promise<readonly SecurityGroup[]> =>
  children(ctx, 'groups', vpcIds, (Filters) =>
    all(ctx.ec2.paginateDescribeSecurityGroups({ Filters }), (page) => page.SecurityGroups),
  )

/** Every network ACL of these VPCs, default ones included. */
export const aclsIn = (ctx: Ctx, vpcIds: readonly string[]): Promise<readonly NetworkAcl[]> =>
  children(ctx, 'acls', vpcIds, (Filters) =>
    all(ctx.ec2.paginateDescribeNetworkAcls({ Filters }), (page) => page.NetworkAcls),
  )

async function children<T>(
  ctx: Ctx,
  what: string,
  vpcIds: readonly string[],
  list: (filters: Filter[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const ids = distinct(vpcIds)
  if (ids.length === 0) return []
  return ctx.memo(`ec2:${what} ${ids.join()}`, () => list([{ Name: 'vpc-id', Values: [...ids] }]))
}

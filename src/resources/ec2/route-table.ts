import type { RouteTable } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursAndAsked, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { type Route, routeOf, sameRoutes, syncRoutes } from '../../aws/routes.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export type { Route }

export interface RouteTableSpec {
  readonly vpcId: string
  /** Without the local route and what gateway endpoints put there. */
  readonly routes: readonly Route[]
  readonly subnetIds: readonly string[]
}

export interface RouteTableOut {
  readonly id: string
}

/** aws-behaviours.md 1.6. */
export const routeTable: ResourceType<RouteTableSpec, RouteTableOut, Ctx> = {
  type: 'ec2:route-table',
  fields: { vpcId: 'immutable', routes: 'mutable', subnetIds: 'mutable' },
  same: { routes: sameRoutes, subnetIds: asSet },
  about: {
    identity: 'token',
    usable: 'created',
    seconds: { create: 3, delete: 3 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeRouteTables'],
      create: ['ec2:CreateRouteTable', 'ec2:CreateTags'],
      sync: [
        'ec2:CreateRoute',
        'ec2:ReplaceRoute',
        'ec2:DeleteRoute',
        'ec2:DescribeRouteTables',
        'ec2:AssociateRouteTable',
        'ec2:ReplaceRouteTableAssociation',
        'ec2:DisassociateRouteTable',
        'ec2:CreateTags',
        'ec2:DeleteTags',
      ],
      destroy: ['ec2:DescribeRouteTables', 'ec2:DisassociateRouteTable', 'ec2:DeleteRouteTable'],
    },
  },

  async read(ctx, asked) {
    const list = await oursAndAsked(ctx, asked, {
      list: (Filters) => all(ctx.ec2.paginateDescribeRouteTables({ Filters }), (page) => page.RouteTables),
      idFilter: 'route-table-id',
      id: (item) => item.RouteTableId,
    })
    return list.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { vpcId }, token) {
    const input = { VpcId: vpcId, ClientToken: token, TagSpecifications: born(ctx, 'route-table', address) }
    const { RouteTable: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createRouteTable(input))
    return required(made?.RouteTableId, 'CreateRouteTable', 'RouteTableId')
  },

  async ready(ctx, id) {
    await until(ctx, { what: 'the subnets to take the route table', every: 2, timeout: 300 }, async () => {
      const associations = (await tablesBy(ctx, 'route-table-id', id)).at(0)?.Associations
      const states = associations?.map(({ AssociationState }) => AssociationState)
      const failed = states?.find((item) => item?.State === 'failed')
      if (failed)
        throw new Failed('RouteTableFailed', `A subnet refuses ${id}: ${failed.StatusMessage ?? 'no reason given'}`)
      return states?.every((item) => item?.State !== 'associating') || undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('routes')) await syncRoutes(ctx, live.id, spec.routes, live.spec.routes)
    if (changed.has('subnetIds')) {
      for (const subnetId of spec.subnetIds.filter((id) => !live.spec.subnetIds.includes(id))) {
        await patiently(ctx, [FRESH_EC2, TAKEN], () => associate(ctx, live.id, subnetId))
      }
      await disassociate(ctx, live.id, (subnetId) => !spec.subnetIds.includes(subnetId))
    }
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await disassociate(ctx, live.id, () => true)
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteRouteTable({ RouteTableId: live.id })))
    await until(ctx, { what: 'the route table to be gone', every: 2, timeout: 300 }, async () =>
      (await tablesBy(ctx, 'route-table-id', live.id)).length === 0 ? true : undefined,
    )
  },
}

async function tablesBy(ctx: Ctx, filter: string, id: string): Promise<readonly RouteTable[]> {
  return (await ctx.ec2.describeRouteTables({ Filters: [{ Name: filter, Values: [id] }] })).RouteTables ?? []
}

/** The subnet had a table which a listing did not show yet. */
const TAKEN: Passing = {
  codes: ['Resource.AlreadyAssociated'],
  seconds: 60,
  what: 'the subnet to show its route table',
}

/** A subnet has one table at most: from another's, it is moved over. */
async function associate(ctx: Ctx, RouteTableId: string, SubnetId: string): Promise<void> {
  const tables = await tablesBy(ctx, 'association.subnet-id', SubnetId)
  const current = tables.flatMap(({ Associations }) => Associations ?? []).find((item) => item.SubnetId === SubnetId)
  if (current?.RouteTableId === RouteTableId) return
  const AssociationId = current?.RouteTableAssociationId
  await (AssociationId === undefined
    ? ctx.ec2.associateRouteTable({ RouteTableId, SubnetId })
    : ctx.ec2.replaceRouteTableAssociation({ AssociationId, RouteTableId }))
}

async function disassociate(ctx: Ctx, id: string, which: (subnetId: string) => boolean): Promise<void> {
  const associations = (await tablesBy(ctx, 'route-table-id', id)).flatMap(({ Associations }) => Associations ?? [])
  for (const { SubnetId, RouteTableAssociationId: AssociationId, Main } of associations) {
    if (Main || SubnetId === undefined || AssociationId === undefined || !which(SubnetId)) continue
    await unlessGone(ctx.ec2.disassociateRouteTable({ AssociationId }))
  }
}

function describe(ctx: Ctx, item: RouteTable, asked: readonly Asked[]): Found<RouteTableSpec, RouteTableOut> {
  const id = required(item.RouteTableId, 'DescribeRouteTables', 'RouteTableId')
  const tags = toRecord(item.Tags)
  const standing = (item.Associations ?? []).filter(
    ({ AssociationState: state }) => !/^(disassociat|failed)/.test(state?.State ?? ''),
  )
  const spec = {
    vpcId: item.VpcId ?? '',
    routes: (item.Routes ?? []).flatMap(routeOf),
    subnetIds: standing.flatMap(({ SubnetId }) => SubnetId ?? []),
  }
  return { ...claim(ctx, id, tags, asked), id, spec, tags, out: { id } }
}

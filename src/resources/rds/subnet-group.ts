import type { DBSubnetGroup } from '@aws-sdk/client-rds'
import type { Ctx } from '../../aws/ctx.ts'
import { foreignUsers } from '../../aws/db-instance.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { all, toPairs } from '../../aws/ownership.ts'
import { lowered, rdsArn, rdsPatiently, tagRds, tagsAt } from '../../aws/rds.ts'
import { required } from '../../aws/required.ts'
import { tagsShown } from '../../aws/tagged.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface DbSubnetGroupSpec {
  /** Stored in lower case by AWS. */
  readonly name: string
  readonly description: string
  readonly subnetIds: readonly string[]
}

export interface DbSubnetGroupOut {
  readonly name: string
}

/** aws-behaviours.md 5.1. Its id is its name. */
export const dbSubnetGroup: ResourceType<DbSubnetGroupSpec, DbSubnetGroupOut, Ctx> = {
  type: 'rds:subnet-group',
  fields: { name: 'immutable', description: 'mutable', subnetIds: 'mutable' },
  same: { name: (want, have) => want.toLowerCase() === have, subnetIds: asSet },
  holds: ['subnetIds'],
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 2, delete: 3 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['rds:DescribeDBSubnetGroups', 'rds:ListTagsForResource', 'tag:GetResources'],
      create: ['rds:CreateDBSubnetGroup', 'rds:AddTagsToResource', 'iam:CreateServiceLinkedRole'],
      sync: ['rds:ModifyDBSubnetGroup', 'rds:AddTagsToResource', 'rds:RemoveTagsFromResource'],
      destroy: ['rds:DeleteDBSubnetGroup', 'rds:DescribeDBSubnetGroups', 'rds:DescribeDBInstances'],
    },
  },

  async read(ctx, asked) {
    const groups = await all(ctx.rds.paginateDescribeDBSubnetGroups({}), (page) => page.DBSubnetGroups)
    const spelt = lowered(asked)
    const names = namesAsked(spelt)
    // The name only says whose tags are worth a call each; whose it is, the tags say.
    const ours = ({ DBSubnetGroupName: name = '' }: DBSubnetGroup) =>
      name.startsWith(`${ctx.stack}-`) || names.includes(name)
    const found = await Promise.all(groups.filter(ours).map((group) => describe(ctx, group, spelt)))
    return found.flat()
  },

  async create(ctx, address, { name, description, subnetIds }) {
    const input = {
      DBSubnetGroupName: name.toLowerCase(),
      DBSubnetGroupDescription: description,
      SubnetIds: [...subnetIds],
      Tags: toPairs(ctx.tags(address)),
    }
    const { DBSubnetGroup: made } = await rdsPatiently(ctx, () => ctx.rds.createDBSubnetGroup(input))
    return required(made?.DBSubnetGroupName, 'CreateDBSubnetGroup', 'DBSubnetGroupName').toLowerCase()
  },

  async sync(ctx, { description, subnetIds }, live, changed) {
    if (changed.has('description') || changed.has('subnetIds')) {
      // The subnets have to be said, whatever changes.
      const SubnetIds = [...subnetIds]
      const input = { DBSubnetGroupName: live.id, DBSubnetGroupDescription: description, SubnetIds }
      await rdsPatiently(ctx, () => ctx.rds.modifyDBSubnetGroup(input))
    }
    if (changed.has('tags')) await tagRds(ctx, rdsArn(ctx, 'subgrp', live.id), ctx.tags(live.address))
  },

  farewell: (ctx, live) => foreignUsers(ctx, ({ DBSubnetGroup }) => DBSubnetGroup?.DBSubnetGroupName === live.id),

  async destroy(ctx, live) {
    const DBSubnetGroupName = live.id
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.rds.deleteDBSubnetGroup({ DBSubnetGroupName })))
    await until(ctx, { what: 'the subnet group to be gone', every: 2, timeout: 180 }, async () => {
      const rest = await unlessGone(ctx.rds.describeDBSubnetGroups({ DBSubnetGroupName }))
      return (rest?.DBSubnetGroups ?? []).length === 0 ? true : undefined
    })
  },
}

/** A database uses it until it is gone for good. */
const IN_USE: Passing = {
  codes: ['InvalidDBSubnetGroupState'],
  seconds: 300,
  what: 'the database to let go of the subnet group',
}

/** Where the tagging API does not tell its tags, one call does. Nothing when it has gone in the meantime, or is nobody's business of ours. */
async function describe(
  ctx: Ctx,
  group: DBSubnetGroup,
  asked: readonly Asked[],
): Promise<Found<DbSubnetGroupSpec, DbSubnetGroupOut>[]> {
  const id = group.DBSubnetGroupName ?? ''
  const arn = group.DBSubnetGroupArn ?? rdsArn(ctx, 'subgrp', id)
  const asker = askerOf({ id, name: id, tags: {} }, asked)
  const tags = await tagsShown(ctx, { arn, asker, ask: () => tagsAt(ctx, arn) })
  if (!tags) return []
  const claimed = claimNamed(ctx, { id, name: id, tags }, asked)
  if (!claimed.ours && !askerOf({ id, name: id, tags }, asked)) return []
  const subnetIds = (group.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? [])
  const spec = { name: id, description: group.DBSubnetGroupDescription ?? '', subnetIds }
  return [{ ...claimed, id, spec, tags, out: { name: id } }]
}

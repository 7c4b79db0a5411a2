import type { NetworkAcl } from '@aws-sdk/client-ec2'
import { type AclEntry, entriesOf, sameEntries, syncEntries } from '../../aws/acl-entries.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, STACK, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { aclsIn, vpcIdsFor } from '../../aws/vpc-children.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export type { AclEntry }

export interface NetworkAclSpec {
  readonly vpcId: string
  /** Without the undeletable denies at the end. */
  readonly entries: readonly AclEntry[]
  readonly subnetIds: readonly string[]
}

export interface NetworkAclOut {
  readonly id: string
}

/** aws-behaviours.md 1.7. */
export const networkAcl: ResourceType<NetworkAclSpec, NetworkAclOut, Ctx> = {
  type: 'ec2:network-acl',
  fields: { vpcId: 'immutable', entries: 'mutable', subnetIds: 'mutable' },
  same: { entries: sameEntries, subnetIds: asSet },
  about: {
    identity: 'token',
    usable: 'created',
    seconds: { create: 3, delete: 3 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeVpcs', 'ec2:DescribeNetworkAcls'],
      create: ['ec2:CreateNetworkAcl', 'ec2:CreateTags'],
      sync: [
        'ec2:CreateNetworkAclEntry',
        'ec2:ReplaceNetworkAclEntry',
        'ec2:DeleteNetworkAclEntry',
        'ec2:DescribeNetworkAcls',
        'ec2:ReplaceNetworkAclAssociation',
        'ec2:CreateTags',
        'ec2:DeleteTags',
      ],
      destroy: ['ec2:DescribeNetworkAcls', 'ec2:ReplaceNetworkAclAssociation', 'ec2:DeleteNetworkAcl'],
    },
  },

  async read(ctx, asked) {
    const listed = await aclsIn(ctx, await vpcIdsFor(ctx, asked))
    const ours = listed.filter(
      ({ NetworkAclId, Tags }) =>
        toRecord(Tags)[STACK] === ctx.stack || asked.some(({ id }) => id !== null && id === NetworkAclId),
    )
    const list = [...ours, ...(await elsewhere(ctx, asked, ours))]
    return list.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { vpcId }, token) {
    const input = { VpcId: vpcId, ClientToken: token, TagSpecifications: born(ctx, 'network-acl', address) }
    const { NetworkAcl: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createNetworkAcl(input))
    return required(made?.NetworkAclId, 'CreateNetworkAcl', 'NetworkAclId')
  },

  async sync(ctx, spec, live, changed) {
    // Entries first: an ACL without any lets nothing through.
    if (changed.has('entries')) await syncEntries(ctx, live.id, spec.entries, live.spec.entries)
    if (changed.has('subnetIds')) {
      for (const subnetId of spec.subnetIds.filter((id) => !live.spec.subnetIds.includes(id))) {
        await patiently(ctx, [FRESH_EC2], () => take(ctx, live, subnetId))
      }
      await giveBack(ctx, live, (subnetId) => !spec.subnetIds.includes(subnetId))
    }
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await giveBack(ctx, live, () => true)
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteNetworkAcl({ NetworkAclId: live.id })))
    await until(ctx, { what: 'the network ACL to be gone', every: 2, timeout: 300 }, async () =>
      (await named(ctx, live.id)) ? undefined : true,
    )
  },
}

/** By id in the id list, one by one: a missing one fails the call, and moto has no filter for it. */
const named = async (ctx: Ctx, id: string): Promise<NetworkAcl | undefined> =>
  (await unlessGone(ctx.ec2.describeNetworkAcls({ NetworkAclIds: [id] })))?.NetworkAcls?.find(
    (item) => item.NetworkAclId === id,
  )

/** What is remembered and not in a VPC of ours: normally nothing, and no call. */
async function elsewhere(ctx: Ctx, asked: readonly Asked[], seen: readonly NetworkAcl[]): Promise<NetworkAcl[]> {
  const missing = asked.flatMap(({ id }) => (id === null || seen.some((item) => item.NetworkAclId === id) ? [] : [id]))
  const found = await Promise.all(missing.map((id) => named(ctx, id)))
  return found.filter((item) => item !== undefined)
}

type Live = Found<NetworkAclSpec, NetworkAclOut>

/** All ACLs of the VPC as they are now: an association's id changes with every move. */
async function siblings(ctx: Ctx, vpcId: string): Promise<readonly NetworkAcl[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  return all(ctx.ec2.paginateDescribeNetworkAcls({ Filters }), (page) => page.NetworkAcls)
}

const associationsOf = (acls: readonly NetworkAcl[]) => acls.flatMap(({ Associations }) => Associations ?? [])

/** A subnet always has exactly one ACL, so it is moved over from the one that it has. */
async function take(ctx: Ctx, live: Live, subnetId: string): Promise<void> {
  const current = await until(ctx, { what: 'the subnet to show its network ACL', every: 2, timeout: 300 }, async () =>
    associationsOf(await siblings(ctx, live.spec.vpcId)).find((item) => item.SubnetId === subnetId),
  )
  await move(ctx, current, live.id)
}

/** "Taking away" is moving to the VPC's default ACL. */
async function giveBack(ctx: Ctx, live: Live, which: (subnetId: string) => boolean): Promise<void> {
  const round = async () => {
    const acls = await siblings(ctx, live.spec.vpcId)
    const leaving = associationsOf(acls.filter((item) => item.NetworkAclId === live.id))
    const fallback = acls.find(({ IsDefault }) => IsDefault)?.NetworkAclId
    for (const item of leaving.filter(({ SubnetId }) => which(SubnetId ?? ''))) {
      await move(ctx, item, required(fallback, 'DescribeNetworkAcls', 'a default ACL'))
    }
  }
  await patiently(ctx, [FRESH_EC2], round)
}

async function move(
  ctx: Ctx,
  { NetworkAclAssociationId, NetworkAclId }: NonNullable<NetworkAcl['Associations']>[number],
  target: string,
): Promise<void> {
  if (NetworkAclId === target) return
  const AssociationId = required(NetworkAclAssociationId, 'DescribeNetworkAcls', 'NetworkAclAssociationId')
  await ctx.ec2.replaceNetworkAclAssociation({ AssociationId, NetworkAclId: target })
}

function describe(ctx: Ctx, item: NetworkAcl, asked: readonly Asked[]): Live {
  const id = required(item.NetworkAclId, 'DescribeNetworkAcls', 'NetworkAclId')
  const tags = toRecord(item.Tags)
  const subnetIds = associationsOf([item]).flatMap(({ SubnetId }) => SubnetId ?? [])
  const spec = { vpcId: item.VpcId ?? '', entries: entriesOf(item), subnetIds }
  return { ...claim(ctx, id, tags, asked), id, spec, tags, out: { id } }
}

import type { SecurityGroup } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { type GroupRule, rulesOf, sameRules, syncRules } from '../../aws/group-rules.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { born, STACK, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { groupsBeyond, PEERING_ACTIONS, vpcsNaming } from '../../aws/peerings.ts'
import { required } from '../../aws/required.ts'
import { groupsIn, vpcIdsFor } from '../../aws/vpc-children.ts'
import { patiently, until } from '../../aws/wait.ts'
import { GENERATION, generationOf } from '../../engine/generation.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export type { GroupRule }

export interface SecurityGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  readonly vpcId: string
  readonly description: string
  readonly ingress: readonly GroupRule[]
  readonly egress: readonly GroupRule[]
}

export interface SecurityGroupOut {
  readonly id: string
}

/** aws-behaviours.md 1.8. Rules that nobody asked for are revoked, AWS's own "everything may go out" among them. */
export const securityGroup: ResourceType<SecurityGroupSpec, SecurityGroupOut, Ctx> = {
  type: 'ec2:security-group',
  fields: { name: 'immutable', vpcId: 'immutable', description: 'immutable', ingress: 'mutable', egress: 'mutable' },
  same: { ingress: sameRules, egress: sameRules },
  about: {
    // A second one of the name in the VPC is refused: InvalidGroup.Duplicate.
    identity: 'name',
    // A balancer or an instance that meets a group which is not known everywhere fails long after the call.
    usable: 'ready',
    seconds: { create: 5, delete: 5 },
    timeout: 600,
    holdsData: false,
    // Others point at it, and can only be pointed elsewhere when its successor is there.
    replaceBy: 'create-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeVpcs', 'ec2:DescribeSecurityGroups'],
      create: ['ec2:CreateSecurityGroup', 'ec2:CreateTags'],
      sync: [
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupEgress',
        'ec2:UpdateSecurityGroupRuleDescriptionsIngress',
        'ec2:UpdateSecurityGroupRuleDescriptionsEgress',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:CreateTags',
        'ec2:DeleteTags',
      ],
      destroy: ['ec2:DeleteSecurityGroup', ...PEERING_ACTIONS],
    },
  },

  async read(ctx, asked) {
    const listed = await groupsIn(ctx, await vpcIdsFor(ctx, asked))
    const mine = listed.filter((item) => toRecord(item.Tags)[STACK] === ctx.stack || askerOf(identify(item), asked))
    const missing = asked.flatMap(({ id }) => (id === null || mine.some(({ GroupId }) => GroupId === id) ? [] : [id]))
    const elsewhere = missing.length === 0 ? [] : await named(ctx, missing)
    return [...mine, ...elsewhere].map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, spec) {
    const generation = generationOf(securityGroup, spec)
    if (generation === null) throw new Error(`${address} is to be created before its VPC is known.`)
    const input = {
      GroupName: `${spec.name}-${generation}`,
      Description: spec.description,
      VpcId: spec.vpcId,
      TagSpecifications: born(ctx, 'security-group', address, generation),
    }
    const { GroupId } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createSecurityGroup(input))
    return required(GroupId, 'CreateSecurityGroup', 'GroupId')
  },

  async ready(ctx, id) {
    const patience = {
      what: 'the security group to be known everywhere',
      every: 1,
      timeout: securityGroup.about.timeout,
    }
    // One good look proves little: another part of AWS may answer the next one.
    let inARow = 0
    await until(ctx, patience, async () => {
      inARow = (await named(ctx, [id])).length > 0 ? inARow + 1 : 0
      return inARow >= 3 || undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    for (const direction of ['ingress', 'egress'] as const) {
      if (!changed.has(direction)) continue
      await syncRules(ctx, { id: live.id, direction }, spec[direction], live.spec[direction])
    }
    if (changed.has('tags')) {
      await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address, live.tags?.[GENERATION]))
    }
  },

  async farewell(ctx, live) {
    const { vpcId } = live.spec
    const around = [groupsIn(ctx, [vpcId]), groupsBeyond(ctx, vpcId)]
    const [groups, elsewhere] = await Promise.all([Promise.all(around), vpcsNaming(ctx, vpcId, live.id)])
    const others = groups.flat().filter(({ GroupId }) => GroupId !== live.id)
    const strangers = others.filter(({ Tags }) => toRecord(Tags)[STACK] !== ctx.stack)
    const pointing = strangers.filter((group) => mentions(ctx, group, live.id))
    const whose = [...pointing.map(({ GroupId, VpcId }) => whereIs(GroupId, VpcId, vpcId)), ...elsewhere]
    return {
      blockers: whose.map((where) => `a rule of ${where}, which does not belong to this stack, names ${live.id}`),
      losses: [],
    }
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteSecurityGroup({ GroupId: live.id })))
    await until(ctx, { what: 'the security group to be gone', every: 2, timeout: 300 }, async () =>
      (await named(ctx, [live.id])).length === 0 ? true : undefined,
    )
  },
}

const named = async (ctx: Ctx, ids: string[]): Promise<readonly SecurityGroup[]> =>
  (await ctx.ec2.describeSecurityGroups({ Filters: [{ Name: 'group-id', Values: ids }] })).SecurityGroups ?? []

const whereIs = (groupId = '', vpcId = '', ours = ''): string =>
  vpcId === ours || vpcId === '' ? groupId : `${groupId} in the peered ${vpcId}`

const mentions = (ctx: Ctx, group: SecurityGroup, id: string): boolean =>
  [...rulesOf(ctx, group, 'ingress'), ...rulesOf(ctx, group, 'egress')].some(({ groupId }) => groupId === id)

/**
 * A group of ours ends its name in its generation. The name cannot be changed by a stranger and the tag can,
 * so the generation is the name's.
 */
function identify(item: SecurityGroup) {
  const id = required(item.GroupId, 'DescribeSecurityGroups', 'GroupId')
  const live = toRecord(item.Tags)
  const match = /^(.+)-([0-9a-f]{6})$/.exec(item.GroupName ?? '')
  if (!match) return { id, name: '', tags: live }
  const [, name = '', generation = ''] = match
  return { id, name, tags: { ...live, [GENERATION]: generation } }
}

function describe(ctx: Ctx, item: SecurityGroup, asked: readonly Asked[]): Found<SecurityGroupSpec, SecurityGroupOut> {
  const { id, name, tags } = identify(item)
  const spec = {
    name: name === '' ? (item.GroupName ?? '') : name,
    vpcId: item.VpcId ?? '',
    description: item.Description ?? '',
    ingress: rulesOf(ctx, item, 'ingress'),
    egress: rulesOf(ctx, item, 'egress'),
  }
  return { ...claimNamed(ctx, { id, name, tags }, asked), id, spec, tags, out: { id } }
}

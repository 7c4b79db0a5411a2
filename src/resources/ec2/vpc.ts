import type { NetworkAcl, SecurityGroup, Vpc } from '@aws-sdk/client-ec2'
import { entriesOf, entryText, syncEntries } from '../../aws/acl-entries.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { type Direction, rulesOf, ruleText, syncRules } from '../../aws/group-rules.ts'
import { born, claim, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { aclsIn, groupsIn, vpcsOf } from '../../aws/vpc-children.ts'
import { STRANGERS_ACTIONS, strangersIn } from '../../aws/vpc-strangers.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface VpcSpec {
  readonly cidrBlock: string
  readonly dnsSupport: boolean
  readonly dnsHostnames: boolean
  /** Rules of the default security group, each as text; ours is empty, so that nothing works by accident. */
  readonly defaultSecurityGroupRules: readonly string[]
  /** Entries of the default network ACL besides the undeletable denies, each as text; ours is empty. */
  readonly defaultNetworkAclEntries: readonly string[]
}

export interface VpcOut {
  readonly id: string
  readonly cidrBlock: string
}

/** aws-behaviours.md 1.1. Its default group and ACL cannot be deleted, so they are fields: emptied, never filled. */
export const vpc: ResourceType<VpcSpec, VpcOut, Ctx> = {
  type: 'ec2:vpc',
  fields: {
    cidrBlock: 'immutable',
    dnsSupport: 'mutable',
    dnsHostnames: 'mutable',
    defaultSecurityGroupRules: 'mutable',
    defaultNetworkAclEntries: 'mutable',
  },
  same: { defaultSecurityGroupRules: asSet, defaultNetworkAclEntries: asSet },
  about: {
    // No token, no natural key: AWS makes as many of one range as are asked for.
    identity: 'tags',
    usable: 'created',
    seconds: { create: 4, delete: 4 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:DescribeSecurityGroups', 'ec2:DescribeNetworkAcls'],
      create: ['ec2:CreateVpc', 'ec2:CreateTags'],
      sync: [
        'ec2:ModifyVpcAttribute',
        'ec2:DescribeSecurityGroups',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:DescribeNetworkAcls',
        'ec2:DeleteNetworkAclEntry',
        'ec2:CreateTags',
        'ec2:DeleteTags',
      ],
      destroy: ['ec2:DeleteVpc', 'ec2:DescribeVpcs', ...STRANGERS_ACTIONS],
    },
  },

  async read(ctx, asked) {
    const list = await vpcsOf(ctx, asked)
    const ids = list.flatMap(({ VpcId }) => VpcId ?? [])
    const children = Promise.all([groupsIn(ctx, ids), aclsIn(ctx, ids)])
    const found = await Promise.all(list.map((item) => describe(ctx, item, { asked, children })))
    return found.filter((item) => item !== undefined)
  },

  async create(ctx, address, { cidrBlock }) {
    const { Vpc: made } = await ctx.ec2.createVpc({
      CidrBlock: cidrBlock,
      TagSpecifications: born(ctx, 'vpc', address),
    })
    return required(made?.VpcId, 'CreateVpc', 'VpcId')
  },

  async ready(ctx, id) {
    await until(ctx, { what: 'the VPC to become available', every: 2, timeout: vpc.about.timeout }, async () => {
      const list = await named(ctx, id)
      return list.find((item) => item.VpcId === id && item.State === 'available')
    })
  },

  async sync(ctx, spec, live, changed) {
    const switches = [
      ...(changed.has('dnsSupport') ? [{ EnableDnsSupport: { Value: spec.dnsSupport } }] : []),
      ...(changed.has('dnsHostnames') ? [{ EnableDnsHostnames: { Value: spec.dnsHostnames } }] : []),
    ]
    // One attribute a call; names need DNS to be on, so DNS is the first to come and the last to go.
    for (const one of spec.dnsSupport ? switches : switches.reverse()) {
      await patiently(ctx, [FRESH_EC2], () => ctx.ec2.modifyVpcAttribute({ VpcId: live.id, ...one }))
    }
    if (changed.has('defaultSecurityGroupRules')) await emptyGroup(ctx, live.id, spec.defaultSecurityGroupRules)
    if (changed.has('defaultNetworkAclEntries')) await emptyAcl(ctx, live.id, spec.defaultNetworkAclEntries)
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async farewell(ctx, live) {
    return { blockers: await strangersIn(ctx, live.id), losses: [] }
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteVpc({ VpcId: live.id })))
    await until(ctx, { what: 'the VPC to be gone', every: 2, timeout: 300 }, async () =>
      (await named(ctx, live.id)).length === 0 ? true : undefined,
    )
  },
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress']

/** Stands where a default group or ACL is not to be seen yet: it differs from anything, so it is looked at again. */
const HIDDEN = ['(not visible yet)']

const named = async (ctx: Ctx, id: string): Promise<readonly Vpc[]> =>
  (await ctx.ec2.describeVpcs({ Filters: [{ Name: 'vpc-id', Values: [id] }] })).Vpcs ?? []

interface Context {
  readonly asked: readonly Asked[]
  readonly children: Promise<readonly [readonly SecurityGroup[], readonly NetworkAcl[]]>
}

/** AWS tells the two DNS switches one by one, VPC by VPC. Undefined when the VPC has vanished in the meantime. */
async function describe(
  ctx: Ctx,
  item: Vpc,
  { asked, children }: Context,
): Promise<Found<VpcSpec, VpcOut> | undefined> {
  const id = required(item.VpcId, 'DescribeVpcs', 'VpcId')
  const [support, hostnames, [groups, acls]] = await Promise.all([
    unlessGone(ctx.ec2.describeVpcAttribute({ VpcId: id, Attribute: 'enableDnsSupport' })),
    unlessGone(ctx.ec2.describeVpcAttribute({ VpcId: id, Attribute: 'enableDnsHostnames' })),
    children,
  ])
  if (!support || !hostnames) return undefined
  const tags = toRecord(item.Tags)
  const cidrBlock = item.CidrBlock ?? ''
  const group = groups.find((one) => one.VpcId === id && one.GroupName === 'default')
  const acl = acls.find((one) => one.VpcId === id && one.IsDefault)
  return {
    ...claim(ctx, id, tags, asked),
    id,
    spec: {
      cidrBlock,
      dnsSupport: support.EnableDnsSupport?.Value ?? false,
      dnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
      defaultSecurityGroupRules: group ? groupTexts(ctx, group) : HIDDEN,
      defaultNetworkAclEntries: acl ? entriesOf(acl).map(entryText) : HIDDEN,
    },
    tags,
    out: { id, cidrBlock },
  }
}

const groupTexts = (ctx: Ctx, group: SecurityGroup): readonly string[] =>
  DIRECTIONS.flatMap((direction) => rulesOf(ctx, group, direction).map((rule) => ruleText(direction, rule)))

/** Takes away every rule that is not wanted. */
async function emptyGroup(ctx: Ctx, vpcId: string, wanted: readonly string[]): Promise<void> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'group-name', Values: ['default'] },
  ]
  const group = await until(ctx, { what: 'the default security group', every: 2, timeout: 300 }, async () =>
    (await ctx.ec2.describeSecurityGroups({ Filters: filters })).SecurityGroups?.at(0),
  )
  const id = required(group.GroupId, 'DescribeSecurityGroups', 'GroupId')
  for (const direction of DIRECTIONS) {
    const have = rulesOf(ctx, group, direction)
    const keep = have.filter((rule) => wanted.includes(ruleText(direction, rule)))
    await syncRules(ctx, { id, direction }, keep, have)
  }
}

/** Takes away every entry that is not wanted. */
async function emptyAcl(ctx: Ctx, vpcId: string, wanted: readonly string[]): Promise<void> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'default', Values: ['true'] },
  ]
  const acl = await until(ctx, { what: 'the default network ACL', every: 2, timeout: 300 }, async () =>
    (await ctx.ec2.describeNetworkAcls({ Filters: filters })).NetworkAcls?.at(0),
  )
  const have = entriesOf(acl)
  const keep = have.filter((entry) => wanted.includes(entryText(entry)))
  await syncEntries(ctx, required(acl.NetworkAclId, 'DescribeNetworkAcls', 'NetworkAclId'), keep, have)
}

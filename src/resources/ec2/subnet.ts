import type { Subnet } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursAndAsked, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface SubnetSpec {
  readonly vpcId: string
  readonly cidrBlock: string
  readonly zone: string
  readonly mapPublicIpOnLaunch: boolean
}

export interface SubnetOut {
  readonly id: string
  readonly zone: string
}

/** aws-behaviours.md 1.2. */
export const subnet: ResourceType<SubnetSpec, SubnetOut, Ctx> = {
  type: 'ec2:subnet',
  fields: { vpcId: 'immutable', cidrBlock: 'immutable', zone: 'immutable', mapPublicIpOnLaunch: 'mutable' },
  about: {
    // A second one with the same range in the same VPC is refused: InvalidSubnet.Conflict.
    identity: 'name',
    usable: 'created',
    seconds: { create: 4, delete: 4 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeSubnets'],
      create: ['ec2:CreateSubnet', 'ec2:CreateTags'],
      sync: ['ec2:ModifySubnetAttribute', 'ec2:CreateTags', 'ec2:DeleteTags'],
      destroy: ['ec2:DeleteSubnet'],
    },
  },

  async read(ctx, asked) {
    const list = await oursAndAsked(ctx, asked, {
      list: (Filters) => all(ctx.ec2.paginateDescribeSubnets({ Filters }), (page) => page.Subnets),
      idFilter: 'subnet-id',
      id: (item) => item.SubnetId,
    })
    return list.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { vpcId, cidrBlock, zone }) {
    const input = {
      VpcId: vpcId,
      CidrBlock: cidrBlock,
      AvailabilityZone: zone,
      TagSpecifications: born(ctx, 'subnet', address),
    }
    const { Subnet: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createSubnet(input))
    return required(made?.SubnetId, 'CreateSubnet', 'SubnetId')
  },

  async ready(ctx, id) {
    await until(ctx, { what: 'the subnet to become available', every: 2, timeout: subnet.about.timeout }, async () => {
      const { Subnets } = await ctx.ec2.describeSubnets({ Filters: [{ Name: 'subnet-id', Values: [id] }] })
      return Subnets?.find((item) => item.SubnetId === id && item.State === 'available')
    })
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('mapPublicIpOnLaunch')) {
      const MapPublicIpOnLaunch = { Value: spec.mapPublicIpOnLaunch }
      await patiently(ctx, [FRESH_EC2], () => ctx.ec2.modifySubnetAttribute({ SubnetId: live.id, MapPublicIpOnLaunch }))
    }
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteSubnet({ SubnetId: live.id })))
    await until(ctx, { what: 'the subnet to be gone', every: 2, timeout: 300 }, async () => {
      const { Subnets } = await ctx.ec2.describeSubnets({ Filters: [{ Name: 'subnet-id', Values: [live.id] }] })
      return Subnets?.length === 0 ? true : undefined
    })
  },
}

function describe(ctx: Ctx, item: Subnet, asked: readonly Asked[]): Found<SubnetSpec, SubnetOut> {
  const id = required(item.SubnetId, 'DescribeSubnets', 'SubnetId')
  const tags = toRecord(item.Tags)
  const zone = item.AvailabilityZone ?? ''
  return {
    ...claim(ctx, id, tags, asked),
    id,
    spec: {
      vpcId: item.VpcId ?? '',
      cidrBlock: item.CidrBlock ?? '',
      zone,
      mapPublicIpOnLaunch: item.MapPublicIpOnLaunch ?? false,
    },
    tags,
    out: { id, zone },
  }
}

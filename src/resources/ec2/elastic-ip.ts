import type { Address as ElasticAddress } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { codeOf, unlessGone } from '../../aws/failure.ts'
import { born, claim, oursAndAsked, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface ElasticIpSpec {
  readonly domain: 'vpc'
}

export interface ElasticIpOut {
  /** The allocation id. */
  readonly id: string
  readonly publicIp: string
}

/** aws-behaviours.md 1.5. What it is associated with is that thing's business. */
export const elasticIp: ResourceType<ElasticIpSpec, ElasticIpOut, Ctx> = {
  type: 'ec2:elastic-ip',
  fields: { domain: 'immutable' },
  about: {
    // Five a region, billed, and no token: the most dangerous leak.
    identity: 'tags',
    usable: 'created',
    seconds: { create: 2, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeAddresses'],
      create: ['ec2:AllocateAddress', 'ec2:CreateTags'],
      sync: ['ec2:CreateTags', 'ec2:DeleteTags'],
      destroy: ['ec2:ReleaseAddress', 'ec2:DescribeAddresses'],
    },
  },

  async read(ctx, asked) {
    const list = await oursAndAsked(ctx, asked, {
      // AWS gives no pages of addresses.
      list: async (Filters) => (await ctx.ec2.describeAddresses({ Filters })).Addresses ?? [],
      idFilter: 'allocation-id',
      id: (item) => item.AllocationId,
    })
    return list.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { domain }) {
    const input = { Domain: domain, TagSpecifications: born(ctx, 'elastic-ip', address) }
    const { AllocationId } = await ctx.ec2.allocateAddress(input)
    return required(AllocationId, 'AllocateAddress', 'AllocationId')
  },

  async sync(ctx, _spec, live, changed) {
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IN_USE], () => unlessGone(release(ctx, live.id)))
    await until(ctx, { what: 'the elastic IP to be gone', every: 2, timeout: elasticIp.about.timeout }, async () =>
      (await exists(ctx, live.id)) ? undefined : true,
    )
  },
}

async function release(ctx: Ctx, id: string): Promise<void> {
  try {
    await ctx.ec2.releaseAddress({ AllocationId: id })
  } catch (error) {
    // So AWS may answer for an address that was released before and has a new owner; and for bad credentials.
    if (codeOf(error) !== 'AuthFailure' || (await exists(ctx, id))) throw error
  }
}

const exists = async (ctx: Ctx, id: string): Promise<boolean> => {
  const { Addresses = [] } = await ctx.ec2.describeAddresses({ Filters: [{ Name: 'allocation-id', Values: [id] }] })
  return Addresses.length > 0
}

function describe(ctx: Ctx, item: ElasticAddress, asked: readonly Asked[]): Found<ElasticIpSpec, ElasticIpOut> {
  const id = required(item.AllocationId, 'DescribeAddresses', 'AllocationId')
  const tags = toRecord(item.Tags)
  // EC2-Classic, the other domain, is no more: whatever AWS still lists is in a VPC.
  return {
    ...claim(ctx, id, tags, asked),
    id,
    spec: { domain: 'vpc' },
    tags,
    out: { id, publicIp: item.PublicIp ?? '' },
  }
}

import type { NatGateway } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursAndAsked, STACK, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2 } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface NatGatewaySpec {
  readonly subnetId: string
  readonly allocationId: string
}

export interface NatGatewayOut {
  readonly id: string
}

/** aws-behaviours.md 1.4. */
export const natGateway: ResourceType<NatGatewaySpec, NatGatewayOut, Ctx> = {
  type: 'ec2:nat-gateway',
  fields: { subnetId: 'immutable', allocationId: 'immutable' },
  about: {
    identity: 'token',
    usable: 'ready',
    seconds: { create: 120, delete: 90 },
    timeout: 600,
    holdsData: false,
    // Its address can serve only one gateway at a time.
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeNatGateways'],
      create: [
        'ec2:CreateNatGateway',
        'ec2:CreateTags',
        'ec2:DescribeNatGateways',
        'ec2:DescribeAddresses',
        'ec2:DisassociateAddress',
      ],
      sync: ['ec2:CreateTags', 'ec2:DeleteTags'],
      destroy: ['ec2:DeleteNatGateway', 'ec2:DescribeNatGateways'],
    },
  },

  async read(ctx, asked) {
    const list = await ctx.memo(LISTING, () =>
      oursAndAsked(ctx, asked, {
        list: (Filter) => all(ctx.ec2.paginateDescribeNatGateways({ Filter }), (page) => page.NatGateways),
        idFilter: 'nat-gateway-id',
        id: (item) => item.NatGatewayId,
      }),
    )
    // moto takes no notice of the tag in the filter.
    const wanted = ({ NatGatewayId, Tags }: NatGateway) =>
      toRecord(Tags)[STACK] === ctx.stack || asked.some(({ id }) => id === NatGatewayId)
    return list.filter((item) => item.State !== 'deleted' && wanted(item)).map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { subnetId, allocationId }, token) {
    const input = {
      SubnetId: subnetId,
      AllocationId: allocationId,
      ClientToken: token,
      TagSpecifications: born(ctx, 'natgateway', address),
    }
    await freeFromTheDead(ctx, allocationId)
    const { NatGateway: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createNatGateway(input))
    return required(made?.NatGatewayId, 'CreateNatGateway', 'NatGatewayId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the NAT gateway to become available', every: 10, timeout: natGateway.about.timeout }
    await until(ctx, patience, async () => {
      const now = await named(ctx, id)
      if (now?.State !== undefined && !['pending', 'available'].includes(now.State)) throw broken(id, now)
      return now?.State === 'available' ? now : undefined
    })
  },

  async sync(ctx, _spec, live, changed) {
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.ec2.deleteNatGateway({ NatGatewayId: live.id }))
    // Only at `deleted` is its address free; AWS goes on listing it for about an hour. A failed one holds nothing.
    await until(ctx, { what: 'the NAT gateway to be deleted', every: 10, timeout: 1_800 }, async () => {
      const now = await named(ctx, live.id)
      return now === undefined || now.State === 'deleted' || now.State === 'failed' ? true : undefined
    })
  },

  /** From the look's listing. */
  async health(ctx, live): Promise<Health> {
    const listing = await ctx.memo(LISTING, async (): Promise<readonly NatGateway[]> => [])
    const now = listing.find((item) => item.NatGatewayId === live.id) ?? (await named(ctx, live.id))
    const detail = [now?.State ?? 'not found', now?.FailureMessage].filter(Boolean).join(': ')
    if (now?.State === 'available') return { state: 'healthy', detail }
    return { state: now?.State === 'pending' ? 'unknown' : 'unhealthy', detail }
  },
}

const LISTING = 'ec2:nat-gateways'

/**
 * An address that is still bound makes the new gateway fail, long after the call that asked for it. A live holder is
 * nobody's to take it from; one that is deleted has only not let go of it, which stock moto never does by itself.
 */
async function freeFromTheDead(ctx: Ctx, allocationId: string): Promise<void> {
  const Filters = [{ Name: 'allocation-id', Values: [allocationId] }]
  const { AssociationId, NetworkInterfaceId } = (await ctx.ec2.describeAddresses({ Filters })).Addresses?.at(0) ?? {}
  if (AssociationId === undefined) return
  const pages = ctx.ec2.paginateDescribeNatGateways({ Filter: [{ Name: 'state', Values: ['deleted'] }] })
  const dead = await all(pages, (page) => page.NatGateways)
  const left = dead.some((item) =>
    item.NatGatewayAddresses?.some((one) => one.NetworkInterfaceId === NetworkInterfaceId),
  )
  if (left) await unlessGone(ctx.ec2.disassociateAddress({ AssociationId }))
}

/** Creation fails long after the call that asked for it was answered well. */
const broken = (id: string, { State, FailureCode, FailureMessage }: NatGateway): Failed =>
  new Failed('NatGatewayFailed', `The NAT gateway ${id} is ${State}: ${FailureMessage ?? 'AWS gives no reason'}`, {
    awsCode: FailureCode,
    hint: 'Run the same command again: it puts a new one in its place.',
  })

const named = async (ctx: Ctx, id: string): Promise<NatGateway | undefined> => {
  const { NatGateways } = await ctx.ec2.describeNatGateways({ Filter: [{ Name: 'nat-gateway-id', Values: [id] }] })
  return NatGateways?.find((item) => item.NatGatewayId === id)
}

function describe(ctx: Ctx, item: NatGateway, asked: readonly Asked[]): Found<NatGatewaySpec, NatGatewayOut> {
  const id = required(item.NatGatewayId, 'DescribeNatGateways', 'NatGatewayId')
  const tags = toRecord(item.Tags)
  const [address] = item.NatGatewayAddresses ?? []
  const spec = { subnetId: item.SubnetId ?? '', allocationId: address?.AllocationId ?? '' }
  const failed = failureOf(item)
  return { ...claim(ctx, id, tags, asked), id, spec, tags, out: { id }, ...(failed === null ? {} : { failed }) }
}

/** One that is being deleted counts as failed, not as absent: until it is gone, its address is no use to a new one. */
function failureOf({ State, FailureCode, FailureMessage }: NatGateway): string | null {
  if (State === 'deleting') return 'it is being deleted'
  return State === 'failed' ? `${FailureCode ?? 'no code'}: ${FailureMessage ?? 'no reason given'}` : null
}

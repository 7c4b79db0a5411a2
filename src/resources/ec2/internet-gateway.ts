import type { InternetGateway } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { isExisting, unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursAndAsked, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface InternetGatewaySpec {
  /** The VPC that it is attached to. */
  readonly vpcId: string
}

export interface InternetGatewayOut {
  readonly id: string
}

/** aws-behaviours.md 1.3. AWS makes it without a VPC; attaching it is a change like any other. */
export const internetGateway: ResourceType<InternetGatewaySpec, InternetGatewayOut, Ctx> = {
  type: 'ec2:internet-gateway',
  fields: { vpcId: 'mutable' },
  holds: ['vpcId'],
  about: {
    identity: 'tags',
    // A NAT gateway that is made before the attachment stands fails.
    usable: 'ready',
    seconds: { create: 4, delete: 5 },
    timeout: 1_200,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeInternetGateways'],
      create: ['ec2:CreateInternetGateway', 'ec2:CreateTags'],
      sync: [
        'ec2:AttachInternetGateway',
        'ec2:DetachInternetGateway',
        'ec2:DescribeInternetGateways',
        'ec2:CreateTags',
        'ec2:DeleteTags',
      ],
      destroy: ['ec2:DetachInternetGateway', 'ec2:DeleteInternetGateway', 'ec2:DescribeInternetGateways'],
    },
  },

  async read(ctx, asked) {
    const list = await oursAndAsked(ctx, asked, {
      list: (Filters) => all(ctx.ec2.paginateDescribeInternetGateways({ Filters }), (page) => page.InternetGateways),
      idFilter: 'internet-gateway-id',
      id: (item) => item.InternetGatewayId,
    })
    return list.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address) {
    const input = { TagSpecifications: born(ctx, 'internet-gateway', address) }
    const { InternetGateway: made } = await ctx.ec2.createInternetGateway(input)
    return required(made?.InternetGatewayId, 'CreateInternetGateway', 'InternetGatewayId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the internet gateway to be attached', every: 2, timeout: internetGateway.about.timeout }
    // AWS says `available` where its documentation says `attached`.
    await until(ctx, patience, async () =>
      (await named(ctx, id))?.Attachments?.find(({ State }) => /^(available|attached)$/.test(State ?? '')),
    )
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('vpcId')) {
      await detach(ctx, live.id, live.spec.vpcId)
      await patiently(ctx, [FRESH_EC2], () => attach(ctx, live.id, spec.vpcId))
    }
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    const now = await named(ctx, live.id)
    await detach(ctx, live.id, now ? attachedTo(now) : live.spec.vpcId)
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.deleteInternetGateway({ InternetGatewayId: live.id })))
    await until(ctx, { what: 'the internet gateway to be gone', every: 2, timeout: 300 }, async () =>
      (await named(ctx, live.id)) ? undefined : true,
    )
  },
}

/** AWS refuses while public addresses are mapped: those of NAT gateways and balancers go some time after them. */
async function detach(ctx: Ctx, id: string, vpcId: string): Promise<void> {
  if (vpcId === '') return
  const input = { InternetGatewayId: id, VpcId: vpcId }
  await patiently(ctx, [IN_USE], () => unlessGone(ctx.ec2.detachInternetGateway(input)))
}

async function attach(ctx: Ctx, id: string, vpcId: string): Promise<void> {
  try {
    await ctx.ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId })
  } catch (error) {
    // An attempt whose answer was lost has done it already.
    const now = isExisting(error) ? await named(ctx, id) : undefined
    if (!now || attachedTo(now) !== vpcId) throw error
  }
}

const named = async (ctx: Ctx, id: string): Promise<InternetGateway | undefined> => {
  const Filters = [{ Name: 'internet-gateway-id', Values: [id] }]
  return (await ctx.ec2.describeInternetGateways({ Filters })).InternetGateways?.at(0)
}

const attachedTo = ({ Attachments }: InternetGateway): string =>
  Attachments?.find(({ State }) => !State?.startsWith('detach'))?.VpcId ?? ''

function describe(
  ctx: Ctx,
  item: InternetGateway,
  asked: readonly Asked[],
): Found<InternetGatewaySpec, InternetGatewayOut> {
  const id = required(item.InternetGatewayId, 'DescribeInternetGateways', 'InternetGatewayId')
  const tags = toRecord(item.Tags)
  return { ...claim(ctx, id, tags, asked), id, spec: { vpcId: attachedTo(item) }, tags, out: { id } }
}

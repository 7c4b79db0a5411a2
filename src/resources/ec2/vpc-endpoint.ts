import type { CreateVpcEndpointCommandInput, Filter, VpcEndpoint } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursFilter, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, IN_USE } from '../../aws/passing.ts'
import { type PolicyDocument, parsePolicy, samePolicy } from '../../aws/policy.ts'
import { required } from '../../aws/required.ts'
import { refuseUnsuccessful } from '../../aws/unsuccessful.ts'
import { vpcIdsFor } from '../../aws/vpc-children.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

/** A gateway endpoint (S3, DynamoDB): free, and nothing but routes. */
export interface VpcEndpointSpec {
  readonly vpcId: string
  /** For example `com.amazonaws.us-east-1.s3`. */
  readonly serviceName: string
  readonly routeTableIds: readonly string[]
  readonly policy: PolicyDocument
}

export interface VpcEndpointOut {
  readonly id: string
}

/** aws-behaviours.md 1.9. Creating, changing and deleting are rated at one call in three seconds. */
export const vpcEndpoint: ResourceType<VpcEndpointSpec, VpcEndpointOut, Ctx> = {
  type: 'ec2:vpc-endpoint',
  fields: { vpcId: 'immutable', serviceName: 'immutable', routeTableIds: 'mutable', policy: 'mutable' },
  same: { routeTableIds: asSet, policy: samePolicy },
  about: {
    identity: 'token',
    usable: 'created',
    seconds: { create: 5, delete: 5 },
    timeout: 600,
    holdsData: false,
    // A route table takes one endpoint of a service.
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeVpcs', 'ec2:DescribeVpcEndpoints'],
      create: ['ec2:CreateVpcEndpoint', 'ec2:CreateTags'],
      sync: ['ec2:ModifyVpcEndpoint', 'ec2:CreateTags', 'ec2:DeleteTags'],
      destroy: ['ec2:DeleteVpcEndpoints', 'ec2:DescribeVpcEndpoints'],
    },
  },

  async read(ctx, asked) {
    const list = await oursOrAsked(ctx, asked)
    return list.filter((item) => stateOf(item) !== 'deleted').map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, spec, token) {
    const input: CreateVpcEndpointCommandInput = {
      VpcEndpointType: 'Gateway',
      VpcId: spec.vpcId,
      ServiceName: spec.serviceName,
      RouteTableIds: [...spec.routeTableIds],
      PolicyDocument: JSON.stringify(spec.policy),
      ClientToken: token,
      TagSpecifications: born(ctx, 'vpc-endpoint', address),
    }
    const { VpcEndpoint: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createVpcEndpoint(input))
    return required(made?.VpcEndpointId, 'CreateVpcEndpoint', 'VpcEndpointId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the VPC endpoint to become available', every: 5, timeout: vpcEndpoint.about.timeout }
    await until(ctx, patience, async () => {
      const now = await named(ctx, id)
      if (now && DEAD.has(stateOf(now))) throw new Failed('VpcEndpointFailed', `${id} is ${reasonOf(now)}`)
      return now && stateOf(now) === 'available' ? now : undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    const tables = changed.has('routeTableIds') ? changesOf(spec.routeTableIds, live.spec.routeTableIds) : {}
    const policy = changed.has('policy') ? { PolicyDocument: JSON.stringify(spec.policy) } : {}
    if (Object.keys({ ...tables, ...policy }).length > 0) {
      const input = { VpcEndpointId: live.id, ...tables, ...policy }
      await patiently(ctx, [FRESH_EC2], () => ctx.ec2.modifyVpcEndpoint(input))
    }
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IN_USE], () => unlessGone(remove(ctx, live.id)))
    await until(
      ctx,
      { what: 'the VPC endpoint to be gone', every: 5, timeout: vpcEndpoint.about.timeout },
      async () => {
        const now = await named(ctx, live.id)
        return now === undefined || stateOf(now) === 'deleted' ? true : undefined
      },
    )
  },
}

/** States from which nothing good follows. One that is being deleted still has its routes. */
const DEAD: ReadonlySet<string> = new Set(['failed', 'rejected', 'expired', 'deleting', 'deleted'])

/** AWS writes them in camel case, its SDK in Pascal case. */
const stateOf = ({ State }: VpcEndpoint): string => State?.toLowerCase() ?? ''

const reasonOf = (item: VpcEndpoint): string => `${stateOf(item)}: ${item.LastError?.Message ?? 'no reason given'}`

/** Not by a filter, which moto does not have; a missing id is an error here. */
const named = async (ctx: Ctx, id: string): Promise<VpcEndpoint | undefined> =>
  (await unlessGone(ctx.ec2.describeVpcEndpoints({ VpcEndpointIds: [id] })))?.VpcEndpoints?.find(
    (item) => item.VpcEndpointId === id,
  )

/** What is remembered and not tagged is looked for in our VPCs, which takes one call for however many. */
async function oursOrAsked(ctx: Ctx, asked: readonly Asked[]): Promise<readonly VpcEndpoint[]> {
  const list = (Filters: Filter[]) =>
    all(ctx.ec2.paginateDescribeVpcEndpoints({ Filters }), (page) => page.VpcEndpoints)
  const ours = await list(oursFilter(ctx))
  const missing = asked.flatMap(({ id }) => (id === null || ours.some((item) => item.VpcEndpointId === id) ? [] : [id]))
  const vpcIds = missing.length === 0 ? [] : await vpcIdsFor(ctx, asked)
  if (vpcIds.length === 0) return ours
  const there = await list([{ Name: 'vpc-id', Values: [...vpcIds] }])
  return [...ours, ...there.filter(({ VpcEndpointId }) => missing.includes(VpcEndpointId ?? ''))]
}

function changesOf(want: readonly string[], have: readonly string[]) {
  const [add, remove] = [want.filter((id) => !have.includes(id)), have.filter((id) => !want.includes(id))]
  return {
    ...(add.length > 0 ? { AddRouteTableIds: add } : {}),
    ...(remove.length > 0 ? { RemoveRouteTableIds: remove } : {}),
  }
}

async function remove(ctx: Ctx, id: string): Promise<void> {
  refuseUnsuccessful(await ctx.ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] }), 'ec2:DeleteVpcEndpoints')
}

function describe(ctx: Ctx, item: VpcEndpoint, asked: readonly Asked[]): Found<VpcEndpointSpec, VpcEndpointOut> {
  const id = required(item.VpcEndpointId, 'DescribeVpcEndpoints', 'VpcEndpointId')
  const tags = toRecord(item.Tags)
  const spec = {
    vpcId: item.VpcId ?? '',
    serviceName: item.ServiceName ?? '',
    routeTableIds: item.RouteTableIds ?? [],
    policy: parsePolicy(item.PolicyDocument) ?? UNREADABLE,
  }
  const failed = DEAD.has(stateOf(item)) ? { failed: reasonOf(item) } : {}
  return { ...claim(ctx, id, tags, asked), id, spec, tags, out: { id }, ...failed }
}

/** Differs from every policy that anybody would want. */
const UNREADABLE: PolicyDocument = { Version: '2012-10-17', Statement: [] }

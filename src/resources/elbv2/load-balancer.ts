import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Ctx } from '../../aws/ctx.ts'
import {
  changedAttributes,
  elbPatiently,
  interfacesGone,
  metricName,
  namedAttributes,
  tagElb,
  taken,
} from '../../aws/elb.ts'
import { loadBalancers, type Tagged, taggedLoadBalancers } from '../../aws/elb-listing.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { toPairs } from '../../aws/ownership.ts'
import { required } from '../../aws/required.ts'
import { until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

/** An Application Load Balancer. */
export interface LoadBalancerSpec {
  readonly name: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  /** By AWS's keys, for example `routing.http.drop_invalid_header_fields.enabled`; what is not named is left alone. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface LoadBalancerOut {
  readonly arn: string
  readonly name: string
  readonly dnsName: string
  readonly zoneId: string
  /** What CloudWatch calls it: `app/shop-dev-web/50dc6c495c0c9188`. */
  readonly fullName: string
}

/** aws-behaviours.md 3.1. */
export const loadBalancer: ResourceType<LoadBalancerSpec, LoadBalancerOut, Ctx> = {
  type: 'elbv2:load-balancer',
  fields: {
    name: 'immutable',
    scheme: 'immutable',
    vpcId: 'immutable',
    subnetIds: 'mutable',
    securityGroupIds: 'mutable',
    attributes: 'mutable',
  },
  same: { subnetIds: asSet, securityGroupIds: asSet },
  holds: ['subnetIds'],
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 150, delete: 180 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
      ],
      create: [
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:CreateLoadBalancer',
        'elasticloadbalancing:AddTags',
        'iam:CreateServiceLinkedRole',
      ],
      sync: [
        'elasticloadbalancing:SetSubnets',
        'elasticloadbalancing:SetSecurityGroups',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:RemoveTags',
      ],
      destroy: [
        'elasticloadbalancing:DeleteLoadBalancer',
        'elasticloadbalancing:DescribeLoadBalancers',
        'ec2:DescribeNetworkInterfaces',
      ],
    },
  },

  async read(ctx, asked) {
    const mine = (await taggedLoadBalancers(ctx)).filter((one) => concerns(ctx, one, asked))
    return (await Promise.all(mine.map((one) => describe(ctx, one, asked)))).flat()
  },

  async create(ctx, address, { name, scheme, subnetIds, securityGroupIds }) {
    if (await unlessGone(ctx.elbv2.describeLoadBalancers({ Names: [name] }))) {
      throw taken('DuplicateLoadBalancerName', `A load balancer named ${name}`)
    }
    const input = {
      Name: name,
      Type: 'application' as const,
      Scheme: scheme,
      Subnets: [...subnetIds],
      SecurityGroups: [...securityGroupIds],
      Tags: toPairs(ctx.tags(address)),
    }
    const { LoadBalancers } = await elbPatiently(ctx, () => ctx.elbv2.createLoadBalancer(input))
    return required(LoadBalancers?.[0]?.LoadBalancerArn, 'CreateLoadBalancer', 'LoadBalancerArn')
  },

  async ready(ctx, id) {
    const patience = { what: 'the load balancer to become active', every: 10, timeout: loadBalancer.about.timeout }
    await until(ctx, patience, async () => {
      const state = (await one(ctx, id))?.State
      if (state?.Code === 'failed')
        throw new Failed('Broken', `AWS could not set up ${id}: ${state.Reason ?? 'no reason given'}`)
      return state?.Code === 'active' || state?.Code === 'active_impaired' ? true : undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    const LoadBalancerArn = live.id
    if (changed.has('subnetIds')) {
      await elbPatiently(ctx, () => ctx.elbv2.setSubnets({ LoadBalancerArn, Subnets: [...spec.subnetIds] }))
    }
    if (changed.has('securityGroupIds')) {
      const SecurityGroups = [...spec.securityGroupIds]
      await elbPatiently(ctx, () => ctx.elbv2.setSecurityGroups({ LoadBalancerArn, SecurityGroups }))
    }
    if (changed.has('attributes')) {
      const Attributes = changedAttributes(spec.attributes, live.spec.attributes)
      await elbPatiently(ctx, () => ctx.elbv2.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes }))
    }
    if (changed.has('tags')) await tagElb(ctx, live.id, ctx.tags(live.address))
  },

  async farewell(ctx, live) {
    const answer = await unlessGone(ctx.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: live.id }))
    const guarded = answer?.Attributes?.some(({ Key, Value }) => Key === PROTECTION && Value === 'true') ?? false
    const blocker = `The load balancer ${live.out.name} has deletion protection: switch it off (attribute ${PROTECTION}).`
    return { blockers: guarded ? [blocker] : [], losses: [] }
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.elbv2.deleteLoadBalancer({ LoadBalancerArn: live.id }))
    await until(ctx, { what: 'the load balancer to be gone', every: 5, timeout: 300 }, async () =>
      (await one(ctx, live.id)) === undefined ? true : undefined,
    )
    await interfacesGone(ctx, live.id)
  },

  async health(ctx, live): Promise<Health> {
    const state = (await loadBalancers(ctx)).find((item) => item.LoadBalancerArn === live.id)?.State
    const detail = [state?.Code ?? 'not found', state?.Reason].filter(Boolean).join(': ')
    if (state?.Code === 'active') return { state: 'healthy', detail }
    return { state: state?.Code === 'provisioning' ? 'unknown' : 'unhealthy', detail }
  },
}

const PROTECTION = 'deletion_protection.enabled'

async function one(ctx: Ctx, arn: string): Promise<LoadBalancer | undefined> {
  return (await unlessGone(ctx.elbv2.describeLoadBalancers({ LoadBalancerArns: [arn] })))?.LoadBalancers?.[0]
}

const named = ({ arn, item, tags }: Tagged<LoadBalancer>) => ({ id: arn, name: item.LoadBalancerName ?? '', tags })

/** Ours, remembered, or a stranger's under our name. */
const concerns = (ctx: Ctx, thing: Tagged<LoadBalancer>, asked: readonly Asked[]): boolean =>
  claimNamed(ctx, named(thing), asked).ours || askerOf(named(thing), asked) !== undefined

/** AWS gives the attributes of one balancer at a time. Empty when it has gone in the meantime. */
async function describe(
  ctx: Ctx,
  thing: Tagged<LoadBalancer>,
  asked: readonly Asked[],
): Promise<Found<LoadBalancerSpec, LoadBalancerOut>[]> {
  const { arn, item, tags } = thing
  const answer = await unlessGone(ctx.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: arn }))
  if (!answer) return []
  const name = item.LoadBalancerName ?? ''
  const failed = item.State?.Code === 'failed' ? (item.State.Reason ?? 'no reason given') : null
  const spec: LoadBalancerSpec = {
    name,
    scheme: item.Scheme === 'internal' ? 'internal' : 'internet-facing',
    vpcId: item.VpcId ?? '',
    subnetIds: (item.AvailabilityZones ?? []).flatMap((zone) => zone.SubnetId ?? []).sort(),
    securityGroupIds: [...(item.SecurityGroups ?? [])].sort(),
    attributes: namedAttributes(answer.Attributes, askerOf(named(thing), asked)),
  }
  const addresses = { dnsName: item.DNSName ?? '', zoneId: item.CanonicalHostedZoneId ?? '' }
  const out = { arn, name, ...addresses, fullName: metricName(arn) }
  return [{ ...claimNamed(ctx, named(thing), asked), id: arn, spec, tags, out, ...(failed === null ? {} : { failed }) }]
}

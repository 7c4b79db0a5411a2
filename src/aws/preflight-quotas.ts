import type { Address as ElasticAddress, Instance } from '@aws-sdk/client-ec2'
import type { Ctx } from './ctx.ts'
import { isStandard, vcpusOf } from './instance-sizes.ts'
import { type Answer, type Asker, onward } from './preflight-asker.ts'
import { type Told, told } from './preflight-listing.ts'

/** Where Service Quotas has what a stack may run into. */
const QUOTAS = {
  vpcs: { service: 'vpc', code: 'L-F678F1CE' },
  gateways: { service: 'vpc', code: 'L-FE5A380F' },
  addresses: { service: 'ec2', code: 'L-0263D0A3' },
  vcpus: { service: 'ec2', code: 'L-1216C47A' },
} as const

export type QuotaName = keyof typeof QUOTAS

/** IAM actions of this file. */
export const QUOTA_ACTIONS: readonly string[] = [
  ...['servicequotas:GetServiceQuota', 'servicequotas:ListServiceQuotas'],
  ...['ec2:DescribeVpcs', 'ec2:DescribeAddresses', 'ec2:DescribeInstances'],
  ...['ec2:DescribeNatGateways', 'ec2:DescribeSubnets'],
]

export const quotaCodeOf = (name: QuotaName): string => `${QUOTAS[name].service} ${QUOTAS[name].code}`

export type Limits = Readonly<Partial<Record<QuotaName, Answer<number>>>>

/** What the account may have of these. One listing tells of all that are the VPC's; EC2's are several pages long. */
export async function readLimits(ctx: Ctx, asker: Asker, names: readonly QuotaName[]): Promise<Limits> {
  const network = names.filter((name) => QUOTAS[name].service === 'vpc')
  const [listed, single] = await Promise.all([
    network.length > 1 ? listLimits(ctx, asker) : new Map<string, number>(),
    limitsOf(ctx, asker, network.length > 1 ? names.filter((name) => !network.includes(name)) : names),
  ])
  const known = network.filter((name) => listed.has(QUOTAS[name].code))
  const rest = network.length > 1 ? network.filter((name) => !known.includes(name)) : []
  return {
    ...single,
    ...Object.fromEntries(known.map((name) => [name, { value: listed.get(QUOTAS[name].code) ?? 0 }])),
    // moto has no listing, and some credentials may only ask for one at a time.
    ...(await limitsOf(ctx, asker, rest)),
  }
}

/** What its first page does not hold is asked for by itself: that takes no more calls than the next page. */
async function listLimits(ctx: Ctx, asker: Asker): Promise<ReadonlyMap<string, number>> {
  const page = await asker.ask(() => ctx.quotas.listServiceQuotas({ ServiceCode: 'vpc', MaxResults: 100 }))
  const quotas = 'value' in page ? (page.value.Quotas ?? []) : []
  return new Map(
    quotas.flatMap(({ QuotaCode, Value }) => (QuotaCode && Value !== undefined ? [[QuotaCode, Value]] : [])),
  )
}

async function limitsOf(ctx: Ctx, asker: Asker, names: readonly QuotaName[]): Promise<Limits> {
  const entries = names.map(async (name) => {
    const { service, code } = QUOTAS[name]
    const input = { ServiceCode: service, QuotaCode: code }
    const answer = onward(await asker.ask(() => ctx.quotas.getServiceQuota(input)), ({ Quota }) => Quota?.Value)
    if (!('value' in answer)) return [name, answer] as const
    return [name, answer.value === undefined ? { why: 'not known here' } : { value: answer.value }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

const MaxResults = 1_000

/** How many there are; not whole: at least so many. */
export interface Count {
  readonly count: number
  readonly whole: boolean
}

const sized = <Item>({ items, whole }: Told<Item>, size: (item: Item) => number): Count => ({
  count: items.reduce((sum, item) => sum + size(item), 0),
  whole,
})

/** Others' VPCs, whose subnets are shared with this account, do not count. */
export async function countVpcs(ctx: Ctx, asker: Asker): Promise<Answer<Count>> {
  const vpcs = await told(asker, {
    page: (NextToken) => ctx.ec2.describeVpcs({ MaxResults, NextToken }),
    items: ({ Vpcs }) => Vpcs,
    next: ({ NextToken }) => NextToken,
  })
  return onward(vpcs, (list) => sized(list, ({ OwnerId }) => (!OwnerId || OwnerId === ctx.account ? 1 : 0)))
}

/** EC2 tells all addresses at once. */
export async function countAddresses(ctx: Ctx, asker: Asker): Promise<Answer<Count>> {
  const list = await asker.ask(() => ctx.ec2.describeAddresses({}))
  return onward(list, ({ Addresses = [] }) => ({ count: Addresses.filter(counts).length, whole: true }))
}

/** Addresses that somebody brought along, or that a service looks after, have quotas of their own. */
const counts = ({ PublicIpv4Pool, CustomerOwnedIp, CarrierIp, ServiceManaged }: ElasticAddress): boolean =>
  (PublicIpv4Pool ?? 'amazon') === 'amazon' && !CustomerOwnedIp && !CarrierIp && !ServiceManaged

/** The subnets of the NAT gateways that count: also of those that come or go (aws-behaviours.md 1.4). */
export function gatewaySubnets(ctx: Ctx, asker: Asker): Promise<Answer<Told<string>>> {
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }]
  return told(asker, {
    page: (NextToken) => ctx.ec2.describeNatGateways({ Filter, MaxResults, NextToken }),
    items: ({ NatGateways }) => NatGateways?.flatMap(({ SubnetId }) => SubnetId ?? []),
    next: ({ NextToken }) => NextToken,
  })
}

/** The zone of each of these subnets, where it was told. */
export async function zonesOf(ctx: Ctx, asker: Asker, subnetIds: readonly string[]): Promise<Answer<Told<string>>> {
  const Filters = [{ Name: 'subnet-id', Values: [...new Set(subnetIds)] }]
  const subnets = await told(asker, {
    page: (NextToken) => ctx.ec2.describeSubnets({ Filters, MaxResults, NextToken }),
    items: ({ Subnets }) => Subnets,
    next: ({ NextToken }) => NextToken,
  })
  return onward(subnets, ({ items, whole }) => {
    const zones = new Map(items.map(({ SubnetId, AvailabilityZone = '' }) => [SubnetId, AvailabilityZone]))
    return { items: subnetIds.map((id) => zones.get(id) ?? ''), whole }
  })
}

/** vCPUs that run on demand: at least so many, for a name does not always tell. */
export async function countVcpus(ctx: Ctx, asker: Asker): Promise<Answer<Count>> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }]
  const instances = await told(asker, {
    page: (NextToken) => ctx.ec2.describeInstances({ Filters, MaxResults, NextToken }),
    items: ({ Reservations }) => Reservations?.flatMap(({ Instances }) => Instances ?? []),
    next: ({ NextToken }) => NextToken,
  })
  return onward(instances, (list) => sized(list, (instance) => (isOnDemand(instance) ? vcpusIn(instance) : 0)))
}

/** Spot, capacity blocks and dedicated hosts have quotas of their own. */
const isOnDemand = ({ InstanceType, InstanceLifecycle, Placement }: Instance): boolean =>
  isStandard(InstanceType ?? '') && !InstanceLifecycle && Placement?.Tenancy !== 'host'

function vcpusIn({ InstanceType, CpuOptions }: Instance): number {
  const { CoreCount, ThreadsPerCore } = CpuOptions ?? {}
  return CoreCount && ThreadsPerCore ? CoreCount * ThreadsPerCore : (vcpusOf(InstanceType ?? '') ?? 0)
}

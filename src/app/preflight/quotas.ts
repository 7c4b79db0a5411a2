import type { Ctx } from '../../aws/ctx.ts'
import { isStandard, vcpusOf } from '../../aws/instance-sizes.ts'
import type { Answer, Asker, Budget } from '../../aws/preflight-asker.ts'
import { NOT_TO_ITS_END } from '../../aws/preflight-listing.ts'
import {
  type Count,
  countAddresses,
  countVcpus,
  countVpcs,
  gatewaySubnets,
  type Limits,
  type QuotaName,
  quotaCodeOf,
  readLimits,
  zonesOf,
} from '../../aws/preflight-quotas.ts'
import type { Need } from './need.ts'
import { CLEAR, found, judged, together, unknown, type Verdict } from './verdict.ts'

/** How a quota is called, what in the config asks for it, and which call would meet it. */
const TERMS = {
  vpcs: { what: 'VPCs', field: null, action: 'ec2:CreateVpc' },
  gateways: { what: 'NAT gateways', field: 'network.nat', action: 'ec2:CreateNatGateway' },
  addresses: { what: 'elastic IPs', field: 'network.nat', action: 'ec2:AllocateAddress' },
  vcpus: { what: 'vCPUs of standard instances', field: 'web.minSize', action: 'ec2:RunInstances' },
} as const

/** What the account may have, what it has, and what the plan adds to it. */
interface Sum {
  readonly limit: number
  readonly used: Count
  readonly more: number
  readonly where: string
}

/** What is asked for with one listing, or else by itself. What more plans run into comes first. */
const GROUPS: readonly (readonly QuotaName[])[] = [['vpcs', 'gateways'], ['addresses'], ['vcpus']]

/** Whether all that a plan makes has room in this account. */
export async function checkQuotas(ctx: Ctx, budget: Budget, need: Need): Promise<Verdict> {
  const vcpus = vcpusFor(need)
  const sizes = { vpcs: need.vpcs, gateways: need.gateways.length, addresses: need.addresses, vcpus: vcpus.more }
  const groups = GROUPS.map((group) => group.filter((name) => sizes[name] > 0)).filter(({ length }) => length > 0)
  const checks = groups.map((names) =>
    budget.spend(mostCalls(names), (asker) => checkGroup(ctx, asker, { names, sizes, zones: need.gateways })),
  )
  const others = vcpus.unsure.map((type) => unknown(`the vCPU quota of ${type}`, 'not known here'))
  return together([...(await Promise.all(checks)), ...others])
}

/** A limit and a count of each; and of some also the listing that has to be done without, or the zones. */
const mostCalls = (names: readonly QuotaName[]): number =>
  2 * names.length + (names.length > 1 ? 1 : 0) + (names.includes('gateways') ? 1 : 0)

interface Group {
  readonly names: readonly QuotaName[]
  readonly sizes: Readonly<Record<QuotaName, number>>
  readonly zones: readonly string[]
}

async function checkGroup(ctx: Ctx, asker: Asker, { names, sizes, zones }: Group): Promise<Verdict> {
  const limits = readLimits(ctx, asker, names)
  const count = { vpcs: countVpcs, addresses: countAddresses, vcpus: countVcpus }
  const checks = names.map(async (name) => {
    if (name === 'gateways') return checkGateways(ctx, asker, { zones, limits })
    const used = count[name](ctx, asker)
    return weigh(name, await limits, { used: await used, more: sizes[name], where: ctx.region })
  })
  return together(await Promise.all(checks))
}

/** vCPUs that start at once, as far as the names of the types tell. */
function vcpusFor({ servers }: Need) {
  const starting = servers.filter(({ count }) => count > 0)
  const isKnown = (type: string) => isStandard(type) && vcpusOf(type) !== null
  const known = starting.filter(({ instanceType }) => isKnown(instanceType))
  return {
    more: known.reduce((sum, { instanceType, count }) => sum + count * (vcpusOf(instanceType) ?? 0), 0),
    unsure: [...new Set(starting.map(({ instanceType }) => instanceType).filter((type) => !isKnown(type)))],
  }
}

interface Scale {
  readonly used: Answer<Count>
  readonly more: number
  readonly where: string
}

/** No default is taken for a quota that AWS does not tell: it would be a guess. */
function weigh(name: QuotaName, limits: Limits, { used, more, where }: Scale): Verdict {
  const what = `the quota of ${TERMS[name].what}`
  return judged(what, limits[name] ?? { why: 'not known here' }, (limit) =>
    judged(what, used, (count) => compare(name, { limit, used: count, more, where })),
  )
}

/** A count that is not whole is enough for a no, never for a yes. */
function compare(name: QuotaName, { limit, used: { count, whole }, more, where }: Sum): Verdict {
  const { what, field, action } = TERMS[name]
  if (count + more <= limit) return whole ? CLEAR : unknown(`the quota of ${what}`, NOT_TO_ITS_END)
  return found({
    code: 'Quota',
    message: `${whole ? '' : 'At least '}${count} of ${limit} ${what} are in use in ${where}, and this plan adds ${more}.`,
    ...{ field, action },
    hint: `Ask for more in the Service Quotas console (${quotaCodeOf(name)}), or remove what is not in use.`,
  })
}

interface Gateways {
  readonly zones: readonly string[]
  readonly limits: Promise<Limits>
}

/** The quota counts by zone, and a gateway only tells its subnet: those are asked for when it may be close. */
async function checkGateways(ctx: Ctx, asker: Asker, { zones, limits }: Gateways): Promise<Verdict> {
  const what = `the quota of ${TERMS.gateways.what}`
  const subnets = await gatewaySubnets(ctx, asker)
  const limit = (await limits).gateways ?? { why: 'not known here' }
  if (!('value' in limit)) return unknown(what, limit.why)
  if (!('value' in subnets)) return unknown(what, subnets.why)
  const room = (zone: string) => zones.filter((one) => one === zone).length
  const { items, whole } = subnets.value
  const fits = [...new Set(zones)].every((zone) => items.length + room(zone) <= limit.value)
  const none = { value: { items: [], whole: true } }
  return judged(what, fits ? none : await zonesOf(ctx, asker, items), (taken) =>
    together(
      [...new Set(zones)].map((zone) => {
        const used = { count: taken.items.filter((one) => one === zone).length, whole: whole && taken.whole }
        return compare('gateways', { limit: limit.value, used, more: room(zone), where: zone })
      }),
    ),
  )
}

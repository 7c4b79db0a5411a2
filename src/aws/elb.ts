import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { toPairs } from './ownership.ts'
import { FRESH_EC2 } from './passing.ts'
import { type Passing, patiently, until } from './wait.ts'

/** What load balancing does not know yet of things that were made a moment ago (aws-behaviours.md 3.1, 3.2, 3.3). */
const FRESH: Passing = {
  codes: [
    'LoadBalancerNotFound',
    'TargetGroupNotFound',
    'ListenerNotFound',
    'SubnetNotFound',
    'InvalidSecurityGroup',
    ...FRESH_EC2.codes,
  ],
  seconds: 300,
  what: 'a new resource to be known to load balancing',
}

/** The same, where the code alone would also fit a real mistake. */
const FRESH_VPC: Passing = {
  codes: ['InvalidSubnet', 'InvalidConfigurationRequest', 'Validation'],
  says: ['has no internet gateway', 'security groups are invalid', 'is not found'],
  seconds: 120,
  what: 'the new network to be known to load balancing',
}

/** The account's first balancer makes the service-linked role, and may come too early for it (aws-behaviours.md 3.1). */
const FIRST_USE: Passing = {
  codes: ['AccessDenied'],
  says: ['service linked role', 'service-linked role'],
  seconds: 60,
  what: "load balancing's service-linked role to be usable",
}

/** Repeats a call that makes or changes something while it is refused because of what is new. */
export const elbPatiently = <T>(ctx: Ctx, act: () => Promise<T>, more: readonly Passing[] = []): Promise<T> =>
  patiently(ctx, [FRESH, FRESH_VPC, FIRST_USE, ...more], act)

/** Puts these tags on a balancer, target group or listener, and takes off those given up; others stay. */
export async function tagElb(ctx: Ctx, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const ResourceArns = [arn]
  const TagKeys = [...ctx.retired]
  if (TagKeys.length > 0) await elbPatiently(ctx, () => ctx.elbv2.removeTags({ ResourceArns, TagKeys }))
  await elbPatiently(ctx, () => ctx.elbv2.addTags({ ResourceArns, Tags: toPairs(tags) }))
}

interface Attribute {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The attributes that the spec names, as they live; all of them for a thing that nobody asks for. */
export function namedAttributes(
  attributes: readonly Attribute[] | undefined,
  asker: Asked | undefined,
): Readonly<Record<string, string>> {
  const wanted = (asker?.spec as { readonly attributes?: unknown } | null | undefined)?.attributes
  const names = typeof wanted === 'object' && wanted !== null ? Object.keys(wanted) : null
  const all = (attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const)
  return Object.fromEntries(names === null ? all : all.filter(([key]) => names.includes(key)))
}

/** Those that have to be sent: the wanted ones that live otherwise. */
export const changedAttributes = (
  want: Readonly<Record<string, string>>,
  have: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] =>
  toPairs(Object.fromEntries(Object.entries(want).filter(([key, value]) => have[key] !== value)))

/** AWS answers with the old thing when the settings are identical, and emulators make a twin: so it is never asked. */
export const taken = (code: string, what: string): Error =>
  Object.assign(new Error(`${what} exists already.`), { name: code })

/**
 * The balancer's network interfaces outlive it by minutes, hold its subnets, groups and addresses, and cannot be
 * taken away by hand (aws-behaviours.md 3.1).
 */
export async function interfacesGone(ctx: Ctx, balancerArn: string): Promise<void> {
  const description = `ELB ${balancerArn.split(':loadbalancer/')[1] ?? ''}`
  const patience = { what: "the load balancer's network interfaces to be gone", every: 10, timeout: 2_100 }
  await until(ctx, patience, async () => {
    const Filters = [{ Name: 'description', Values: [description] }]
    const { NetworkInterfaces } = await ctx.ec2.describeNetworkInterfaces({ Filters })
    return NetworkInterfaces?.length === 0 ? true : undefined
  })
}

/** What CloudWatch calls a balancer (`app/web/50dc6c495c0c9188`) or a target group (`targetgroup/web/73e2d6bc24d8a067`). */
export const metricName = (arn: string): string => (arn.split(':')[5] ?? '').replace(/^loadbalancer\//, '')

import type { IpPermission, SecurityGroup, UserIdGroupPair } from '@aws-sdk/client-ec2'
import { asSet } from '../engine/diff.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, messageOf } from './failure.ts'
import { hasPorts, isIcmp, networkOf, portOf, portsText, protocolName } from './network.ts'
import { FRESH_EC2 } from './passing.ts'
import { patiently } from './wait.ts'

export interface GroupRule {
  /** `tcp`, `udp`, `icmp`, or `-1` for all, which has no ports. */
  readonly protocol: string
  readonly fromPort: number | null
  readonly toPort: number | null
  /** One of `cidr` and `groupId` is null. A stranger's rule may have an IPv6 range or the id of a prefix list here. */
  readonly cidr: string | null
  /** A group of another account, which only a stranger's rule can have, comes after the account: `123456789012/sg-…`. */
  readonly groupId: string | null
  readonly description: string
}

export type Direction = 'ingress' | 'egress'

/** AWS bundles the sources of a protocol; one rule for each is what it stores, and what is compared (aws-behaviours.md 1.8). */
export function rulesOf(ctx: Ctx, group: SecurityGroup, direction: Direction): readonly GroupRule[] {
  const permissions = direction === 'ingress' ? group.IpPermissions : group.IpPermissionsEgress
  return (permissions ?? []).flatMap((permission) => flatten(permission, ctx.account))
}

function flatten({ IpProtocol, FromPort, ToPort, ...sources }: IpPermission, account: string): GroupRule[] {
  const protocol = protocolName(IpProtocol)
  const ports = hasPorts(protocol)
    ? { fromPort: portOf(FromPort), toPort: portOf(ToPort) }
    : { fromPort: null, toPort: null }
  const rule = (cidr: string | null, groupId: string | null, description = ''): GroupRule => ({
    protocol,
    ...ports,
    cidr,
    groupId,
    description,
  })
  return [
    ...(sources.IpRanges ?? []).map((item) => rule(item.CidrIp ?? '', null, item.Description)),
    ...(sources.Ipv6Ranges ?? []).map((item) => rule(item.CidrIpv6 ?? '', null, item.Description)),
    ...(sources.PrefixListIds ?? []).map((item) => rule(item.PrefixListId ?? '', null, item.Description)),
    ...(sources.UserIdGroupPairs ?? []).map((item) => rule(null, peer(item, account), item.Description)),
  ]
}

const peer = ({ UserId, GroupId }: UserIdGroupPair, account: string): string =>
  UserId === undefined || UserId === account ? (GroupId ?? '') : `${UserId}/${GroupId}`

function permissionOf(rule: GroupRule): IpPermission {
  const all = isIcmp(rule.protocol) ? { FromPort: rule.fromPort ?? -1, ToPort: rule.toPort ?? -1 } : {}
  const ports = rule.fromPort === null || rule.toPort === null ? all : { FromPort: rule.fromPort, ToPort: rule.toPort }
  return { IpProtocol: rule.protocol, ...ports, ...sourceOf(rule) }
}

function sourceOf({ cidr, groupId, description }: GroupRule): Omit<IpPermission, 'IpProtocol' | 'FromPort' | 'ToPort'> {
  const text = description === '' ? {} : { Description: description }
  if (cidr?.startsWith('pl-')) return { PrefixListIds: [{ PrefixListId: cidr, ...text }] }
  if (cidr?.includes(':')) return { Ipv6Ranges: [{ CidrIpv6: cidr, ...text }] }
  if (cidr !== null) return { IpRanges: [{ CidrIp: cidr, ...text }] }
  const [GroupId = '', UserId] = (groupId ?? '').split('/').reverse()
  return { UserIdGroupPairs: [{ GroupId, ...(UserId === undefined ? {} : { UserId }), ...text }] }
}

/** A rule as a line of text. The description is no part of what it allows. */
export const ruleText = (direction: Direction, { protocol, fromPort, toPort, cidr, groupId }: GroupRule): string =>
  `${direction} ${protocolName(protocol)}${portsText(fromPort, toPort)} ${networkOf(cidr ?? groupId ?? '')}`

const keyOf = (rule: GroupRule): string => ruleText('ingress', rule)

/** The same rules in whatever order, by whatever spelling of a protocol or a range. */
export const sameRules = (want: readonly GroupRule[], have: readonly GroupRule[]): boolean => {
  const text = (rule: GroupRule) => `${keyOf(rule)} ${rule.description}`
  return asSet(want.map(text), have.map(text))
}

/** Adds what is missing, then describes, then takes away: nobody who may pass before and after is shut out between. */
export async function syncRules(
  ctx: Ctx,
  group: { readonly id: string; readonly direction: Direction },
  want: readonly GroupRule[],
  have: readonly GroupRule[],
): Promise<void> {
  const held = new Map(have.map((rule) => [keyOf(rule), rule]))
  const wanted = new Set(want.map(keyOf))
  const calls = callsFor(ctx, group.id, group.direction)
  const described = (rule: GroupRule) => held.get(keyOf(rule))?.description ?? rule.description
  await inOneCall(
    ctx,
    want.filter((rule) => !held.has(keyOf(rule))),
    calls.authorize,
  )
  await inOneCall(
    ctx,
    want.filter((rule) => described(rule) !== rule.description),
    calls.describe,
  )
  await inOneCall(
    ctx,
    have.filter((rule) => !wanted.has(keyOf(rule))),
    calls.revoke,
  )
}

interface Call {
  readonly make: (permissions: IpPermission[]) => Promise<unknown>
  /** Somebody, or an attempt whose answer was lost, has done it already. */
  readonly done: (error: unknown) => boolean
}

function callsFor(
  { ec2 }: Ctx,
  GroupId: string,
  direction: Direction,
): Record<'authorize' | 'describe' | 'revoke', Call> {
  const into = direction === 'ingress'
  const input = (IpPermissions: IpPermission[]) => ({ GroupId, IpPermissions })
  return {
    authorize: {
      make: (list) =>
        into ? ec2.authorizeSecurityGroupIngress(input(list)) : ec2.authorizeSecurityGroupEgress(input(list)),
      done: (error) => codeOf(error) === 'InvalidPermission.Duplicate',
    },
    describe: {
      make: (list) =>
        into
          ? ec2.updateSecurityGroupRuleDescriptionsIngress(input(list))
          : ec2.updateSecurityGroupRuleDescriptionsEgress(input(list)),
      done: (error) => codeOf(error) === 'InvalidPermission.NotFound',
    },
    revoke: {
      make: (list) => (into ? ec2.revokeSecurityGroupIngress(input(list)) : ec2.revokeSecurityGroupEgress(input(list))),
      // The second: AWS's answer for an IPv6 rule that is not there.
      done: (error) => codeOf(error) === 'InvalidPermission.NotFound' || messageOf(error).includes('remote-ipv6-range'),
    },
  }
}

/** AWS takes all rules of a call or none; when one of them is done already, the rest has to go one by one. */
async function inOneCall(ctx: Ctx, rules: readonly GroupRule[], { make, done }: Call): Promise<void> {
  if (rules.length === 0) return
  const permissions = rules.map(permissionOf)
  const act = (list: IpPermission[]) => patiently(ctx, [FRESH_EC2], () => make(list))
  const all = await attempt(act(permissions), done)
  if (all) return
  for (const permission of permissions) await attempt(act([permission]), done)
}

/** False when it had been done before. */
async function attempt(act: Promise<unknown>, done: (error: unknown) => boolean): Promise<boolean> {
  try {
    await act
    return true
  } catch (error) {
    if (done(error)) return false
    throw error
  }
}

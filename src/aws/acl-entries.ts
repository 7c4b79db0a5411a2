import type { NetworkAcl, NetworkAclEntry } from '@aws-sdk/client-ec2'
import { asSet } from '../engine/diff.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, unlessGone } from './failure.ts'
import { hasPorts, isIcmp, networkOf, portOf, portsText, protocolName, protocolNumber } from './network.ts'
import { FRESH_EC2 } from './passing.ts'
import { patiently } from './wait.ts'

export interface AclEntry {
  readonly rule: number
  readonly egress: boolean
  readonly action: 'allow' | 'deny'
  /** `tcp`, `udp`, `icmp`, or `-1` for all, which has no ports. `icmp` has its type and code there, null for any. */
  readonly protocol: string
  readonly cidr: string
  readonly fromPort: number | null
  readonly toPort: number | null
}

/** From here on the undeletable denies at the end: IPv4's, and IPv6's after it (aws-behaviours.md 1.7). */
const LAST = 32_767

export const entriesOf = (acl: NetworkAcl): readonly AclEntry[] =>
  (acl.Entries ?? [])
    .filter(({ RuleNumber }) => (RuleNumber ?? LAST) < LAST)
    .map(entryOf)
    .sort(byRule)

const byRule = (a: AclEntry, b: AclEntry): number => Number(a.egress) - Number(b.egress) || a.rule - b.rule

function entryOf({ RuleNumber, Egress, RuleAction, ...item }: NetworkAclEntry): AclEntry {
  const protocol = protocolName(item.Protocol)
  const [from, to] = isIcmp(protocol)
    ? [item.IcmpTypeCode?.Type, item.IcmpTypeCode?.Code]
    : [item.PortRange?.From, item.PortRange?.To]
  return {
    rule: RuleNumber ?? 0,
    egress: Egress ?? false,
    action: RuleAction ?? 'deny',
    protocol,
    cidr: item.CidrBlock ?? item.Ipv6CidrBlock ?? '',
    fromPort: hasPorts(protocol) ? portOf(from) : null,
    toPort: hasPorts(protocol) ? portOf(to) : null,
  }
}

/** An entry as a line of text. */
export const entryText = ({ egress, rule, action, protocol, fromPort, toPort, cidr }: AclEntry): string =>
  `${egress ? 'egress' : 'ingress'} ${rule} ${action} ${protocolName(protocol)}${portsText(fromPort, toPort)} ${networkOf(cidr)}`

/** The same entries in whatever order: their numbers are the order. */
export const sameEntries = (want: readonly AclEntry[], have: readonly AclEntry[]): boolean =>
  asSet(want.map(entryText), have.map(entryText))

const keyOf = ({ egress, rule }: AclEntry): string => `${egress} ${rule}`

/** An entry is known by its direction and number, and changed only as a whole. What is too much goes last. */
export async function syncEntries(
  ctx: Ctx,
  aclId: string,
  want: readonly AclEntry[],
  have: readonly AclEntry[],
): Promise<void> {
  const held = new Map(have.map((entry) => [keyOf(entry), entry]))
  const wanted = new Set(want.map(keyOf))
  for (const entry of want) {
    const old = held.get(keyOf(entry))
    if (old && entryText(old) === entryText(entry)) continue
    await patiently(ctx, [FRESH_EC2], () => put(ctx, aclId, entry, old !== undefined))
  }
  for (const { rule, egress } of have.filter((entry) => !wanted.has(keyOf(entry)))) {
    const input = { NetworkAclId: aclId, RuleNumber: rule, Egress: egress }
    await unlessGone(ctx.ec2.deleteNetworkAclEntry(input))
  }
}

async function put(ctx: Ctx, NetworkAclId: string, entry: AclEntry, replace: boolean): Promise<void> {
  const input = { NetworkAclId, ...inputOf(entry) }
  if (replace) {
    await ctx.ec2.replaceNetworkAclEntry(input)
    return
  }
  try {
    await ctx.ec2.createNetworkAclEntry(input)
  } catch (error) {
    // Somebody was faster: what is wanted takes its place. An identical entry is no error to AWS.
    if (codeOf(error) !== 'NetworkAclEntryAlreadyExists') throw error
    await ctx.ec2.replaceNetworkAclEntry(input)
  }
}

function inputOf({ rule, egress, action, protocol, cidr, fromPort, toPort }: AclEntry) {
  const name = protocolName(protocol)
  const icmp = { IcmpTypeCode: { Type: fromPort ?? -1, Code: toPort ?? -1 } }
  const ports = { PortRange: { From: fromPort ?? 0, To: toPort ?? 65_535 } }
  return {
    RuleNumber: rule,
    Egress: egress,
    RuleAction: action,
    Protocol: protocolNumber(name),
    ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    ...(isIcmp(name) ? icmp : hasPorts(name) ? ports : {}),
  }
}

import { type Cidr, formatCidr, isNetwork, networkAddress, overlaps, parseCidr } from './cidr.ts'
import { MAX_SSH_CIDRS } from './fields.ts'
import type { Finding } from './finding.ts'
import { type Rule, wrong } from './rule.ts'
import { allowedAt } from './walk.ts'

const RANGE = ['network', 'cidr'] as const
const SSH = ['access', 'sshCidrs'] as const

/** Ranges that EC2 refuses for a VPC, because hosts treat them specially. */
const SPECIAL: readonly string[] = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3']

/** What fewer bits than this lets in is no group of people. */
const WIDEST_SSH = 8

const WORLD_ALLOWED = 'your own networks, for example 203.0.113.7/32; this one only with allowWorldSsh: true'

export const rangeRule: Rule = ({ network }) => {
  const text = network?.cidr
  if (text === undefined) return []
  const complaint = rangeComplaint(text)
  return complaint === undefined ? [] : wrong(RANGE, text, complaint, allowedAt(RANGE))
}

function rangeComplaint(text: string): string | undefined {
  const cidr = parseCidr(text)
  if (cidr === null) return 'is not an IPv4 network'
  if (cidr.prefix < 16 || cidr.prefix > 24) return `is a /${cidr.prefix}`
  const special = SPECIAL.find((one) => meets(one, cidr))
  if (special !== undefined) return `lies in ${special}, which AWS does not give to a VPC`
  return hostBits(cidr)
}

/** Far more than there may be. */
const JUDGED = 5 * MAX_SSH_CIDRS

export const sshRules: Rule = ({ access }) => {
  const { sshCidrs = [], allowWorldSsh } = access ?? {}
  const judged = sshCidrs.slice(0, JUDGED)
  return [...tooMany(sshCidrs.length), ...judged.flatMap((_, index) => entryFindings(judged, index, allowWorldSsh))]
}

function tooMany(count: number): readonly Finding[] {
  if (count <= MAX_SSH_CIDRS) return []
  return [
    {
      path: SSH,
      at: 'key',
      value: undefined,
      message: `has ${count} entries, more than ${MAX_SSH_CIDRS}`,
      allowed: allowedAt(SSH),
    },
  ]
}

/** A flag that is itself wrong says nothing about what was meant by it: then the world is not held against anyone. */
function entryFindings(
  list: readonly (string | undefined)[],
  index: number,
  allowWorld: boolean | undefined,
): readonly Finding[] {
  const text = list[index]
  if (text === undefined) return []
  const path = [...SSH, index]
  const first = list.indexOf(text)
  if (first < index) return wrong(path, text, `is in the list already, as entry ${first + 1}`, allowedAt(path))
  const whom = worldIn(text)
  if (whom !== undefined && allowWorld !== true)
    return allowWorld === false ? wrong(path, text, `opens SSH to ${whom}`, WORLD_ALLOWED) : []
  const complaint = sshComplaint(text)
  return complaint === undefined ? [] : wrong(path, text, complaint, allowedAt(path))
}

function worldIn(text: string): string | undefined {
  const prefix = text === '::/0' ? 0 : (parseCidr(text)?.prefix ?? WIDEST_SSH)
  if (prefix >= WIDEST_SSH) return undefined
  return prefix === 0 ? 'the whole world' : 'a large part of the world'
}

function sshComplaint(text: string): string | undefined {
  const cidr = parseCidr(text)
  if (cidr !== null) return hostBits(cidr)
  if (text.includes(':')) return 'is an IPv6 network, and the VPC has IPv4 only'
  return parseCidr(`${text}/32`) === null ? 'is not an IPv4 network' : `has no prefix length; one address is ${text}/32`
}

function hostBits(cidr: Cidr): string | undefined {
  return isNetwork(cidr)
    ? undefined
    : `is not the address of a network; the nearest is ${formatCidr(networkAddress(cidr))}`
}

function meets(text: string, cidr: Cidr): boolean {
  const other = parseCidr(text)
  return other !== null && overlaps(other, cidr)
}

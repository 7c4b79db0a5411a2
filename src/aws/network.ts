/** Protocols come back as names from security groups and as numbers from network ACLs (aws-behaviours.md 1.7). */
const NAMES: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' }

/** One word for a protocol, however AWS or a spec says it. */
export const protocolName = (protocol: string | undefined): string => {
  const word = (protocol ?? '-1').toLowerCase()
  return NAMES[word] ?? word
}

/** AWS's number for a protocol. */
export const protocolNumber = (name: string): string =>
  Object.entries(NAMES).find(([, known]) => known === name && name !== '-1')?.[0] ?? name

/** A protocol that has a type and a code where others have ports. */
export const isIcmp = (name: string): boolean => name === 'icmp' || name === 'icmpv6'

export const hasPorts = (name: string): boolean => name === 'tcp' || name === 'udp' || isIcmp(name)

/** AWS's ways to say "all": absent, and -1. */
export const portOf = (value: number | undefined): number | null => (value === undefined || value < 0 ? null : value)

/** AWS keeps the network of a range: 10.0.0.7/24 becomes 10.0.0.0/24 (aws-behaviours.md 1.6). */
export function networkOf(range: string): string {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range)
  if (!match) return range.toLowerCase()
  const [a = 0, b = 0, c = 0, d = 0, length = 32] = match.slice(1).map(Number)
  const mask = length === 0 ? 0 : (-1 << (32 - length)) >>> 0
  const network = ((a << 24) | (b << 16) | (c << 8) | d) & mask
  return `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.')}/${length}`
}

/** Ports as text: `443`, `8000-8080`, or nothing for all of them. */
export const portsText = (from: number | null, to: number | null): string =>
  from === null ? '' : from === to ? ` ${from}` : ` ${from}-${to ?? 'all'}`

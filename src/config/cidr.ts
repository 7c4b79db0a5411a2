/** IPv4 arithmetic. Addresses are unsigned 32-bit numbers; no bit operators, which are signed in JavaScript. */

export interface Cidr {
  /** The address as written, which is not always the network's own. */
  readonly address: number
  readonly prefix: number
}

export interface SubnetPlan {
  /** `public-a`: what the subnet is called in addresses and names. */
  readonly name: string
  readonly tier: Tier
  /** Which of the chosen zones it lies in, from 0. */
  readonly zone: number
  readonly cidr: string
}

type Tier = (typeof TIERS)[number]

const TIERS = ['public', 'private'] as const
const MAX_ZONES = 4
const OCTET = '(0|[1-9][0-9]{0,2})'
const CIDR = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}/(0|[1-9][0-9]?)$`)

/** Null for anything but four decimal octets and a prefix: `010.0.0.0/8` means different things to different readers. */
export function parseCidr(text: string): Cidr | null {
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = CIDR.exec(text)?.slice(1).map(Number) ?? []
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return null
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, prefix }
}

export function formatCidr({ address, prefix }: Cidr): string {
  const octets = [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256)
  return `${octets.join('.')}/${prefix}`
}

/** How many addresses a block of this prefix has. */
export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix)
}

/** The network that the address lies in: what AWS insists on being given. */
export function networkAddress(cidr: Cidr): Cidr {
  return { address: cidr.address - (cidr.address % sizeOf(cidr.prefix)), prefix: cidr.prefix }
}

export function isNetwork(cidr: Cidr): boolean {
  return networkAddress(cidr).address === cidr.address
}

/** Whether the second lies wholly in the first. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return (
    inner.prefix >= outer.prefix &&
    networkAddress({ ...inner, prefix: outer.prefix }).address === networkAddress(outer).address
  )
}

/** Whether they share an address: of two blocks, one then holds the other. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one)
}

/**
 * The subnets of the first `zones` zones. The network is cut into eight equal blocks once and for all, public ones first,
 * so that a zone more adds two subnets and moves none.
 */
export function subnetsOf(network: string, zones: number): readonly SubnetPlan[] {
  const whole = parseCidr(network)
  if (whole === null || !isNetwork(whole) || whole.prefix > 29)
    throw new RangeError(`not a network that can be cut in eight: ${network}`)
  if (!Number.isInteger(zones) || zones < 1 || zones > MAX_ZONES)
    throw new RangeError(`not a number of zones: ${zones}`)
  const prefix = whole.prefix + Math.log2(TIERS.length * MAX_ZONES)
  return TIERS.flatMap((tier, row) =>
    Array.from({ length: zones }, (_, zone) => {
      const address = whole.address + (row * MAX_ZONES + zone) * sizeOf(prefix)
      return { name: `${tier}-${'abcd'.charAt(zone)}`, tier, zone, cidr: formatCidr({ address, prefix }) }
    }),
  )
}

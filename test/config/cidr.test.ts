import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contains,
  formatCidr,
  isNetwork,
  networkAddress,
  overlaps,
  parseCidr,
  sizeOf,
  subnetsOf,
} from '../../src/config/cidr.ts'

const cidr = fc.record(
  { address: fc.nat({ max: 2 ** 32 - 1 }), prefix: fc.nat({ max: 32 }) },
  { noNullPrototype: true },
)
const network = cidr.map(networkAddress)
const vpc = fc
  .record({ address: fc.nat({ max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 16, max: 24 }) })
  .map(networkAddress)

const parsed = (text: string) => {
  const found = parseCidr(text)
  if (found === null) throw new Error(text)
  return found
}

describe('CIDR arithmetic', () => {
  test("reading and writing are each other's inverse", () => {
    fc.assert(
      fc.property(cidr, (one) => {
        expect(parseCidr(formatCidr(one))).toEqual(one)
      }),
    )
  })

  test.each([
    '',
    '10.0.0.0',
    '10.0.0/16',
    '10.0.0.0.0/16',
    '256.0.0.0/8',
    '10.0.0.0/33',
    '010.0.0.0/8',
    '10.0.0.0/08',
    ' 10.0.0.0/8',
    '10.0.0.0/8\n',
    '0x0a.0.0.0/8',
    '-1.0.0.0/8',
    '::/0',
    '10.0.0.0/',
  ])('%j is not a CIDR', (text) => expect(parseCidr(text)).toBeNull())

  test('the network holds the address, is a network, and is its own network', () => {
    fc.assert(
      fc.property(cidr, (one) => {
        const home = networkAddress(one)
        expect(contains(home, one)).toBe(true)
        expect(isNetwork(home)).toBe(true)
        expect(networkAddress(home)).toEqual(home)
        expect(one.address - home.address).toBeLessThan(sizeOf(one.prefix))
      }),
    )
  })

  test('containing means every address is inside, and overlapping is containing one way or the other', () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        const [from, to] = [one.address, one.address + sizeOf(one.prefix)]
        const [start, end] = [other.address, other.address + sizeOf(other.prefix)]
        expect(contains(one, other)).toBe(from <= start && end <= to)
        expect(overlaps(one, other)).toBe(from < end && start < to)
      }),
    )
  })

  test('the subnets of a network lie in it, share nothing, and stay where they are when a zone is added', () => {
    fc.assert(
      fc.property(vpc, fc.integer({ min: 1, max: 3 }), (whole, zones) => {
        const subnets = subnetsOf(formatCidr(whole), zones)
        const more = subnetsOf(formatCidr(whole), zones + 1)
        expect(subnets).toHaveLength(zones * 2)
        expect(more).toEqual(expect.arrayContaining([...subnets]))
        for (const [index, one] of more.entries()) {
          expect(isNetwork(parsed(one.cidr))).toBe(true)
          expect(contains(whole, parsed(one.cidr))).toBe(true)
          expect(more.slice(index + 1).some((other) => overlaps(parsed(one.cidr), parsed(other.cidr)))).toBe(false)
        }
      }),
    )
  })

  test('a /16 is laid out as eight /19, a /24 as eight /27', () => {
    expect(subnetsOf('10.20.0.0/16', 2)).toEqual([
      { name: 'public-a', tier: 'public', zone: 0, cidr: '10.20.0.0/19' },
      { name: 'public-b', tier: 'public', zone: 1, cidr: '10.20.32.0/19' },
      { name: 'private-a', tier: 'private', zone: 0, cidr: '10.20.128.0/19' },
      { name: 'private-b', tier: 'private', zone: 1, cidr: '10.20.160.0/19' },
    ])
    expect(subnetsOf('192.168.7.0/24', 4).at(-1)).toEqual({
      name: 'private-d',
      tier: 'private',
      zone: 3,
      cidr: '192.168.7.224/27',
    })
  })

  test.each([
    ['10.20.0.1/16', 2, 'not a network that can be cut in eight: 10.20.0.1/16'],
    ['10.20.0.0/30', 2, 'not a network that can be cut in eight: 10.20.0.0/30'],
    ['nonsense', 2, 'not a network that can be cut in eight: nonsense'],
    ['10.20.0.0/16', 5, 'not a number of zones: 5'],
  ])('%s over %d zones cannot be laid out', (text, zones, message) => {
    expect(() => subnetsOf(text, zones)).toThrow(message)
  })
})

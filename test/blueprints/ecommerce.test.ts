import { describe, expect, test } from 'vitest'
import type { Facts } from '../../src/aws/facts.ts'
import { draw } from '../../src/blueprints/index.ts'
import { checkConfig } from '../../src/config/check.ts'
import type { Config } from '../../src/config/schema.ts'
import { types } from '../../src/resources/index.ts'
import { simulate } from '../engine/virtual-time.ts'

const FACTS: Facts = {
  ...{
    account: '123456789012',
    partition: 'aws',
    region: 'us-east-1',
    images: { x86_64: 'ami-1', arm64: 'ami-2' },
    tls: true,
  },
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d', 'us-east-1e'],
}

function configOf(more: object = {}): Config {
  const checked = checkConfig({
    name: 'shop',
    environment: 'dev',
    region: 'us-east-1',
    blueprint: 'ecommerce',
    ...more,
  })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return checked.config
}

const specAt = (config: Config, address: string, facts = FACTS) => {
  const node = [...draw(config, facts).nodes.values()].find((one) => one.address === address)
  return node?.spec as Record<string, unknown> | undefined
}

const VARIANTS = [
  {},
  { network: { nat: 'none' } },
  { network: { nat: 'per-az', availabilityZones: 4, cidr: '10.0.0.0/24' } },
  { web: { placement: 'private' } },
  { edge: { certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555' } },
]

describe('the blueprint ecommerce', () => {
  test.each(VARIANTS)('is plain data, and the same each time: %j', (more) => {
    const [one, other] = [draw(configOf(more), FACTS), draw(configOf(more), FACTS)]
    const data = ({ nodes }: typeof one) =>
      [...nodes.values()].map(({ type, ...node }) => ({ ...node, type: type.type }))
    expect(JSON.parse(JSON.stringify(data(one)))).toEqual(data(other))
  })

  test.each(VARIANTS)('runs within 1.1 of its critical path: %j', async (more) => {
    const { seconds, criticalPath, created } = await simulate(draw(configOf(more), FACTS))
    expect(created).toHaveLength(draw(configOf(more), FACTS).nodes.size)
    expect(seconds).toBeLessThanOrEqual(1.1 * criticalPath)
  })

  test('a zone more moves nothing that was there', () => {
    const subnets = (zones: number) => {
      const graph = draw(configOf({ network: { availabilityZones: zones } }), FACTS)
      return [...graph.nodes.values()].filter(({ address }) => address.startsWith('ec2:subnet/'))
    }
    const later = new Map(subnets(4).map((node) => [node.address, JSON.stringify(node.spec)]))
    for (const { address, spec } of subnets(2)) expect(later.get(address)).toBe(JSON.stringify(spec))
    expect(later.size).toBe(8)
  })

  test('refuses more zones than the account sees, by the name of the field', () => {
    const few = { ...FACTS, zones: ['us-east-1a', 'us-east-1b'] }
    expect(() => draw(configOf({ network: { availabilityZones: 3 } }), few)).toThrow(
      'network.availabilityZones is 3, but this account sees 2 in us-east-1.',
    )
  })

  test('insists on TLS, but for an endpoint that has none', () => {
    expect(specAt(configOf(), 's3:bucket-policy/assets')).toMatchObject({
      policy: { Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] },
    })
    expect(specAt(configOf(), 's3:bucket-policy/assets', { ...FACTS, tls: false })).toMatchObject({ policy: null })
  })

  test('16 networks that may SSH still fit into an ACL', () => {
    const sshCidrs = Array.from({ length: 16 }, (_, index) => `203.0.113.${index}/32`)
    const entries = specAt(configOf({ access: { sshCidrs } }), 'ec2:network-acl/public')?.entries as {
      egress: boolean
    }[]
    expect(entries.filter(({ egress }) => !egress)).toHaveLength(20)
  })
})

describe('the registry', () => {
  test('names what others are built on first: a teardown that remembers nothing goes through it backwards', () => {
    const rank = (address: string) => types.findIndex(({ type }) => address.startsWith(`${type}/`))
    for (const more of VARIANTS) {
      for (const { address, edges } of draw(configOf(more), FACTS).nodes.values()) {
        for (const edge of edges)
          expect([address, edge.address, rank(edge.address) <= rank(address)]).toEqual([address, edge.address, true])
      }
    }
  })

  test('knows each type once, and what may live side by side has names of its own', () => {
    expect(new Set(types.map(({ type }) => type)).size).toBe(types.length)
    const sides = types.filter(({ about }) => about.replaceBy === 'create-first')
    expect(sides.map(({ type, about }) => [type, about.identity])).toEqual(sides.map(({ type }) => [type, 'name']))
  })
})

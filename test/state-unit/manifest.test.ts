import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failed } from '../../src/engine/errors.ts'
import type { Address } from '../../src/engine/ref.ts'
import {
  emptyManifest,
  type Manifest,
  type ManifestResource,
  serialise,
  withAnnounced,
  withOutputs,
  withoutAnnounced,
  withoutResource,
  withResource,
} from '../../src/state/manifest.ts'
import { parseManifest } from '../../src/state/manifest-read.ts'

const place = { account: '123456789012', region: 'eu-west-1' }
const expected = { ...place, stack: 'shop-dev', name: 's3://bucket/shop-dev/manifest.json' }
const empty = emptyManifest('shop-dev', place)
const read = (body: string) => parseManifest(body, expected)

const address = fc.tuple(fc.string(), fc.string()).map(([type, name]): Address => `${type}/${name}`)
const safe = fc.dictionary(
  fc.string().map((key) => `x${key}Id`),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
)
const resource: fc.Arbitrary<ManifestResource> = fc.record({
  type: fc.string(),
  id: fc.string(),
  dependsOn: fc.array(address),
  out: safe,
  place: fc.option(fc.record({ region: fc.string(), account: fc.option(fc.string()) })),
})
const manifest: fc.Arbitrary<Manifest> = fc.record({
  schema: fc.constant('ecom-infra/manifest/1' as const),
  stack: fc.constant('shop-dev'),
  account: fc.constant(place.account),
  region: fc.constant(place.region),
  fence: fc.nat(),
  run: fc.string(),
  savedAt: fc.string(),
  config: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
  resources: fc.dictionary(address, resource),
  announced: fc.dictionary(address, fc.record({ token: fc.string(), run: fc.string(), at: fc.string() })),
  outputs: fc.dictionary(fc.string(), fc.string()),
})

/** The same, with the keys of every object the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  ) as T
}

describe('the manifest', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(manifest, (one) => {
        expect(serialise(read(serialise(one)))).toBe(serialise(one))
      }),
    )
    fc.assert(
      fc.property(manifest, (one) => {
        expect(read(serialise(one))).toEqual(JSON.parse(JSON.stringify(one)))
      }),
    )
  })

  it('is equal to the byte when it is equal', () => {
    fc.assert(
      fc.property(manifest, (one) => {
        expect(serialise(reversed(one))).toBe(serialise(one))
      }),
    )
  })

  it('puts its schema first', () => {
    expect(serialise(empty)).toMatch(/^\{\n {2}"schema": "ecom-infra\/manifest\/1",\n {2}"account"/)
  })

  it('keeps what a later version has added', () => {
    const later = serialise({ ...empty, notes: { a: 1 } } as Manifest)
    const changed = withOutputs(read(later), { siteUrl: 'http://x' })
    expect(JSON.parse(serialise(changed))).toMatchObject({ notes: { a: 1 }, outputs: { siteUrl: 'http://x' } })
  })

  it('never throws anything but Failed, whatever it is given', () => {
    const hostile = fc.oneof(fc.string(), fc.json(), manifest.map(serialise).chain(cutAnywhere))
    fc.assert(
      fc.property(hostile, (body) => {
        try {
          read(body)
        } catch (error) {
          expect(error).toBeInstanceOf(Failed)
          expect((error as Failed).message).toContain(expected.name)
        }
      }),
    )
    expect(() => read('['.repeat(200_000) + ']'.repeat(200_000))).toThrow(Failed)
  })
})

const cutAnywhere = (body: string) => fc.nat(body.length - 2).map((length) => body.slice(0, length))

describe('a manifest that cannot be used', () => {
  it.each([
    [
      'cut off',
      serialise(empty).slice(0, 50),
      'ManifestDamaged',
      `${expected.name} is damaged: it is no JSON, perhaps cut off.`,
    ],
    ['empty', '', 'ManifestDamaged', `${expected.name} is damaged: it is empty.`],
    [
      'something else',
      '{"schema":"ecom-infra/lock/1"}',
      'ManifestDamaged',
      `${expected.name} is damaged: it is not a manifest of ecom-infra.`,
    ],
    ['a list', '[]', 'ManifestDamaged', `${expected.name} is damaged: it is not a manifest of ecom-infra.`],
    [
      'lacking a field',
      serialise({ ...empty, resources: null } as never),
      'ManifestDamaged',
      `${expected.name} is damaged: its field "resources" is missing or wrong.`,
    ],
    [
      'newer',
      '{"schema":"ecom-infra/manifest/12"}',
      'ManifestNewer',
      `${expected.name} was written by a newer ecom-infra (manifest/12).`,
    ],
    [
      'of another account',
      serialise({ ...empty, account: '999999999999' }),
      'ManifestOfOtherAccount',
      `${expected.name} belongs to account "999999999999", not to 123456789012.`,
    ],
    [
      'of another region',
      serialise({ ...empty, region: 'us-east-1' }),
      'ManifestOfOtherRegion',
      `${expected.name} belongs to region "us-east-1", not to eu-west-1.`,
    ],
    [
      'of another stack',
      serialise({ ...empty, stack: 'shop-prod' }),
      'ManifestOfOtherStack',
      `${expected.name} belongs to stack "shop-prod", not to shop-dev.`,
    ],
  ])('because it is %s is named', (_, body, code, message) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code, message, exit: 1 }))
  })
})

describe('changes', () => {
  const vpc: ManifestResource = { type: 'ec2:vpc', id: 'vpc-1', dependsOn: [], out: { id: 'vpc-1' }, place: null }
  const announced = { 'ec2:vpc/main': { token: 't', run: 'r', at: 'now' } } as const

  it('turn an announcement into a resource, and leave the original alone', () => {
    const said = withAnnounced(empty, announced)
    const made = withResource(said, 'ec2:vpc/main', vpc)
    expect(made).toMatchObject({ announced: {}, resources: { 'ec2:vpc/main': vpc } })
    expect(said.announced).toEqual(announced)
    expect(withoutResource(made, 'ec2:vpc/main')).toEqual(empty)
    expect(withoutAnnounced(said, 'ec2:vpc/main')).toEqual(empty)
    expect(withoutAnnounced(said, 'ec2:vpc/other')).toEqual(said)
  })

  const secrets = [
    'password',
    'MasterUserPassword',
    'dbPasswd',
    'passphrase',
    'secret',
    'SecretString',
    'clientSecret',
    'secretAccessKey',
    'privateKey',
    'private_key',
    'credentials',
    'token',
    'sessionToken',
    'auth_token',
    'accessToken',
    'refreshToken',
  ]
  it.each(secrets)('refuse %s among what a resource publishes, at any depth, and never say its value', (key) => {
    for (const out of [{ [key]: 'hunter2' }, { list: [{ deep: { [key]: 'hunter2' } }] }]) {
      const act = () => withResource(empty, 'rds:instance/main', { ...vpc, out })
      expect(act).toThrow(key)
      expect(act).not.toThrow('hunter2')
    }
    expect(() => withOutputs(empty, { [key]: 'hunter2' })).toThrow(key)
  })

  it.each(['secretArn', 'masterUserSecretArn', 'secretName', 'passwordVersion', 'endpoint', 'tokenizer'])(
    'accept %s',
    (key) => {
      expect(withResource(empty, 'rds:instance/main', { ...vpc, out: { [key]: 'x' } }).resources).toHaveProperty([
        'rds:instance/main',
      ])
    },
  )

  it('accept the tokens of announcements', () => {
    expect(serialise(withAnnounced(empty, announced))).toContain('"token": "t"')
  })
})

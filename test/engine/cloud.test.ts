import { describe, expect, test } from 'vitest'
import type { Address } from '../../src/engine/ref.ts'
import type { Spec } from './cloud.ts'
import { Life } from './life.ts'
import { failing, fair } from './weather.ts'
import { type KindName, World } from './world.ts'

const bare: Spec = { size: 1, zone: 'a', image: 'one', homes: [], targets: [], loose: [] }

/** The cloud with no engine before it. */
function bench(world = new World(), life = new Life()) {
  const ctx = world.ctx(life, null)
  const type = (kind: KindName) => world.types[kind]
  const { clock } = world
  const live = async (kind: KindName, id: string) => {
    const found = await clock.drive(type(kind).read(ctx, []))
    return found.find((one) => one.id === id)
  }
  return {
    ...{ world, ctx, clock, cloud: world.cloud, live },
    make: (kind: KindName, name: string, spec: Partial<Spec> = {}, token = `${kind} ${name}`) =>
      clock.drive(type(kind).create(ctx, `${type(kind).type}/${name}`, { ...bare, ...spec }, token)),
    ready: (kind: KindName, id: string) => clock.drive(type(kind).ready?.(ctx, id) ?? Promise.resolve()),
    sync: async (kind: KindName, id: string, spec: Partial<Spec>) => {
      const found = await live(kind, id)
      if (!found) throw new Error(`${id} is not to be seen`)
      const changed = new Set(Object.keys(spec) as (keyof Spec)[])
      await clock.drive(type(kind).sync?.(ctx, { ...bare, ...spec }, found, changed) ?? Promise.resolve())
    },
    drop: async (kind: KindName, id: string, address: Address = 'x/y') => {
      const found = { address, id, ours: true, spec: bare, tags: {}, out: { id, label: '' } }
      await clock.drive(type(kind).destroy(ctx, found, { deleteData: true, snapshotName: null }))
    },
  }
}

describe('the cloud in memory', () => {
  test('makes a bare thing, born tagged, and syncs the rest', async () => {
    const { make, sync, live } = bench()
    const id = await make('vpc', 'main', { size: 7 })
    expect(await live('vpc', id)).toMatchObject({ address: 'net:vpc/main', ours: true, spec: { size: 0, zone: 'a' } })
    await sync('vpc', id, { size: 7 })
    expect(await live('vpc', id)).toMatchObject({ spec: { size: 7 }, out: { label: `${id} of 7` } })
  })

  test('hides new things and shows changes late', async () => {
    const { make, sync, live, cloud, clock } = bench()
    cloud.weather = { ...fair(), hidden: () => 20, late: () => 30 }
    const id = await make('vpc', 'main')
    expect(await live('vpc', id)).toBeUndefined()
    await clock.skip(20)
    await sync('vpc', id, { size: 7 })
    expect((await live('vpc', id))?.spec.size).toBe(0)
    await clock.skip(30)
    expect((await live('vpc', id))?.spec.size).toBe(7)
  })

  test('refuses mentions of what is not there or not ready', async () => {
    const { make, ready } = bench()
    await expect(make('subnet', 'a', { homes: ['vpc-9'] })).rejects.toThrow('NotFound: vpc-9')
    const gate = await make('gate', 'main')
    await expect(make('subnet', 'a', { homes: [gate] })).rejects.toThrow(`NotReady: ${gate}`)
    await ready('gate', gate)
    await make('subnet', 'a', { homes: [gate] })
  })

  test('refuses to delete what something living points at, and waits for what is being deleted', async () => {
    const { make, drop, cloud } = bench()
    const vpc = await make('vpc', 'main')
    const gate = await make('gate', 'main', { homes: [vpc] })
    await expect(drop('vpc', vpc)).rejects.toThrow(`DependencyViolation: ${vpc} is in use by ${gate}`)
    const gone = drop('gate', gate)
    await drop('vpc', vpc)
    await gone
    expect(cloud.things.size).toBe(0)
  })

  test('lets a loose mention hang, and a deletion be repeated', async () => {
    const { make, sync, drop } = bench()
    const gate = await make('gate', 'main')
    const vpc = await make('vpc', 'main')
    await sync('vpc', vpc, { loose: [gate] })
    await drop('gate', gate)
    await drop('gate', gate)
  })

  test('knows names while they live, tokens for ever, and tags not at all', async () => {
    const { make, drop, cloud } = bench()
    const subnet = await make('subnet', 'a')
    await expect(make('subnet', 'a')).rejects.toThrow(`AlreadyExists: ${subnet}`)
    await drop('subnet', subnet)
    expect(await make('subnet', 'a')).not.toBe(subnet)
    const gate = await make('gate', 'a', {}, 'token')
    await expect(make('gate', 'a', { zone: 'b' }, 'token')).rejects.toThrow('IdempotentParameterMismatch')
    await drop('gate', gate)
    expect(await make('gate', 'a', {}, 'token')).toBe(gate)
    expect(cloud.crowd).toEqual([])
    expect(await make('vpc', 'a')).not.toBe(await make('vpc', 'a'))
    expect(cloud.crowd).toEqual(['vpc-5 beside vpc-4 at net:vpc/a'])
  })

  test('lets two generations of a create-first type live side by side', async () => {
    const { make, cloud } = bench()
    const one = await make('group', 'a', { zone: 'a' })
    expect(await make('group', 'a', { zone: 'b' })).not.toBe(one)
    await expect(make('group', 'a', { zone: 'a' })).rejects.toThrow(`AlreadyExists: ${one}`)
    expect(cloud.crowd).toEqual([])
  })

  test('refuses a sync before the thing is ready: not now', async () => {
    const { make, sync, ready } = bench()
    const fleet = await make('fleet', 'a')
    await expect(sync('fleet', fleet, { size: 2 })).rejects.toMatchObject({ verdict: 'not-now' })
    await ready('fleet', fleet)
    await sync('fleet', fleet, { size: 2 })
    await expect(sync('fleet', fleet, { zone: 'b' })).rejects.toThrow('sync of zone')
  })

  test('loses answers, before or after the effect', async () => {
    const { make, cloud } = bench()
    cloud.weather = failing(({ verb }) => verb === 'create', 'lost-before', 1)
    await expect(make('vpc', 'a')).rejects.toMatchObject({ verdict: 'lost' })
    expect(cloud.living).toHaveLength(0)
    cloud.weather = failing(({ verb }) => verb === 'create', 'lost-after', 1)
    await expect(make('vpc', 'a')).rejects.toMatchObject({ verdict: 'lost' })
    expect(cloud.living).toHaveLength(1)
  })

  test.each([
    [1, 0],
    [2, 1],
  ])('a kill at moment %i leaves %i things', async (killAt, left) => {
    const life = new Life(killAt)
    const { world, ctx, cloud, clock } = bench(new World(), life)
    const made = world.types.vpc.create(ctx, 'net:vpc/a', bare, 't')
    expect(await clock.drive(Promise.race([made, life.killed]))).toBe('killed')
    await clock.skip(100)
    expect(cloud.living).toHaveLength(left)
  })

  test('shows children without tags by their parent, and strangers only to who asks for their name', async () => {
    const { make, ready, world, ctx, clock, cloud, live } = bench()
    const fleet = await make('fleet', 'a')
    await ready('fleet', fleet)
    const rule = await make('rule', 'a', { homes: [fleet] })
    expect(await live('rule', rule)).toMatchObject({ address: 'app:rule/a', ours: true, tags: null })
    cloud.change(fleet, { tags: {} })
    expect(await live('fleet', fleet)).toBeUndefined()
    const asked = { address: 'app:fleet/a', id: null, token: null, spec: null } as const
    const [stranger] = await clock.drive(world.types.fleet.read(ctx, [asked]))
    expect(stranger).toMatchObject({ address: 'app:fleet/a', ours: false })
  })
})

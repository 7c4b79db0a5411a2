import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import { plan, summary } from '../../src/engine/plan.ts'
import { UNKNOWN } from '../../src/engine/ref.ts'
import type { AnyType, Live } from '../../src/engine/resource.ts'
import { NO_CONSENT } from '../../src/engine/steps.ts'
import { STACK, tagsFor } from './kinds.ts'
import { planned, type Write } from './planned.ts'
import { actions, graphOf, spec, World } from './world.ts'

const vpc: Write = (part, { types }) => void part.add(types.vpc, 'a', spec())
const nothing: Write = () => undefined

describe('one resource', () => {
  test('is created when it is not there, with its fields as changes from nothing', async () => {
    const { steps } = await planned(nothing, vpc)
    expect(steps).toHaveLength(1)
    expect(steps[0]).toMatchObject({ action: 'create', reason: 'not in AWS', live: null, mode: null })
    expect(steps[0]?.changes).toContainEqual({ path: 'zone', field: 'zone', from: null, to: 'a', change: 'immutable' })
  })

  test('is left alone when nothing differs', async () => {
    expect(actions(await planned(vpc, vpc))).toEqual({ 'net:vpc/a': 'none' })
  })

  test('is updated where it may change, and its `initial` fields never count', async () => {
    const made = await planned(vpc, (part, { types }) => part.add(types.vpc, 'a', spec({ size: 2, image: 'two' })))
    expect(made.steps[0]).toMatchObject({ action: 'update', changes: [{ path: 'size', from: 1, to: 2 }] })
    expect(made.steps[0]?.changes).toHaveLength(1)
  })

  test('is updated when a stranger took our tag off, and theirs are left alone', async () => {
    const world = new World()
    await world.done(graphOf((part) => vpc(part, world)))
    const [thing] = world.cloud.living
    world.cloud.change(thing?.id ?? '', { tags: { [STACK]: 'test', theirs: 'x' } })
    const { steps } = await world.plan(graphOf((part) => vpc(part, world)))
    expect(steps[0]?.changes.map(({ path }) => path)).toEqual(['tags.ecom-infra:address'])
    await world.done(graphOf((part) => vpc(part, world)))
    expect(world.cloud.living[0]?.tags).toEqual({ ...tagsFor('net:vpc/a'), theirs: 'x' })
  })

  test.each([
    ['vpc', 'delete-first'],
    ['group', 'create-first'],
  ] as const)('%s is replaced %s where it may not change', async (kind, mode) => {
    const add =
      (zone: string): Write =>
      (part, { types }) =>
        part.add(types[kind], 'a', spec({ zone }))
    const { steps } = await planned(add('a'), add('b'))
    expect(steps).toHaveLength(1)
    expect(steps[0]).toMatchObject({ action: 'replace', mode })
    expect(steps[0]?.reason).toMatch(/^AWS does not let zone change after creation$/)
  })

  test('is blocked where AWS would never bring it there, and that is drift', async () => {
    const small =
      (size: number): Write =>
      (part, { types }) => {
        const never = (want: { size: number }, live: { spec: { size: number } }) =>
          want.size < live.spec.size ? 'it never shrinks' : null
        const home = part.add({ ...types.vpc, never }, 'a', spec({ size }))
        part.add(types.gate, 'b', spec({ homes: [home.ref('id')] }))
      }
    const [less, more] = [await planned(small(2), small(1)), await planned(small(1), small(2))]
    expect(less.steps.map(({ action }) => action)).toEqual(['blocked', 'none'])
    expect(less.steps[0]).toMatchObject({ action: 'blocked', reason: 'it never shrinks', changes: [{ path: 'size' }] })
    expect(more.steps[0]).toMatchObject({ action: 'update' })
  })

  describe('mentions what a change of its owner moves', () => {
    const pair =
      (owner: Partial<Parameters<typeof spec>[0]>): Write =>
      (part, { types }) => {
        const home = part.add({ ...types.vpc, volatile: ['label'] as const }, 'a', spec(owner))
        part.add(types.fleet, 'b', spec({ loose: [home.ref('label')] }))
      }

    test('and shows that it will change with it', async () => {
      const { steps } = await planned(pair({}), pair({ size: 2 }))
      expect(steps.map(({ address, action }) => [address, action])).toEqual([
        ['net:vpc/a', 'update'],
        ['app:fleet/b', 'update'],
      ])
      expect(steps[1]?.changes).toMatchObject([{ path: 'loose', to: [UNKNOWN] }])
    })

    test('and stays as it is when only its tags change', async () => {
      const world = new World()
      await world.done(graphOf((part) => pair({})(part, world)))
      const home = world.cloud.living.find(({ type }) => type === 'net:vpc')
      world.cloud.change(home?.id ?? '', { tags: { [STACK]: 'test' } })
      const { steps } = await world.plan(graphOf((part) => pair({})(part, world)))
      expect(steps.map(({ action }) => action)).toEqual(['update', 'none'])
    })
  })

  test('is deleted when it is wanted no more, and knows what it depends on', async () => {
    const made = await planned((part, { types }) => {
      const home = part.add(types.vpc, 'a', spec())
      part.add(types.gate, 'a', spec({ homes: [home.ref('id')] }))
    }, vpc)
    expect(actions(made)).toEqual({ 'net:vpc/a': 'none', 'net:gate/a': 'delete' })
    expect(made.steps[1]).toMatchObject({ reason: 'no longer wanted', after: ['net:vpc/a'], node: null })
  })

  test('that AWS reports as failed is made again', async () => {
    const world = new World()
    await world.done(graphOf((part) => vpc(part, world)))
    const [thing] = world.cloud.living
    if (thing) thing.failed = 'no capacity'
    const { steps } = await world.plan(graphOf((part) => vpc(part, world)))
    expect(steps[0]).toMatchObject({ action: 'replace', reason: 'AWS reports it as failed: no capacity' })
  })
})

describe('what stands in the way', () => {
  const base =
    (zone: string): Write =>
    (part, { types }) =>
      part.add(types.base, 'a', spec({ zone }))
  const word = new Set(['data:base/a'] as const)

  test.each([
    ['no word', {}, 'blocked'],
    ['its name only', { replace: word }, 'blocked'],
    ['--delete-data only', { deleteData: true }, 'blocked'],
    ['both', { replace: word, deleteData: true }, 'replace'],
    ['both, but protected', { replace: word, deleteData: true, protect: true }, 'blocked'],
  ])('replacing what holds data, with %s', async (_, consent, action) => {
    const { steps } = await planned(base('a'), base('b'), { consent })
    expect(steps[0]?.action).toBe(action)
  })

  test('says the word that would allow it', async () => {
    const { steps } = await planned(base('a'), base('b'))
    const says = 'AWS does not let zone change after creation, and replacing it loses its data; '
    expect(steps[0]?.reason).toBe(`${says}--replace data:base/a --delete-data says that it may`)
  })

  test.each([
    ['no word', {}, 'blocked'],
    ['--delete-data', { deleteData: true }, 'delete'],
    ['a teardown, which asks by itself', { teardown: true }, 'delete'],
  ])('deleting what holds data, with %s', async (_, consent, action) => {
    const { steps } = await planned(base('a'), nothing, { consent })
    expect(steps[0]?.action).toBe(action)
  })

  test('a protected stack refuses every replacement', async () => {
    const zone =
      (name: string): Write =>
      (part, { types }) =>
        part.add(types.vpc, 'a', spec({ zone: name }))
    const { steps } = await planned(zone('a'), zone('b'), { consent: { protect: true } })
    expect(steps[0]?.reason).toBe(
      'AWS does not let zone change after creation, and `protect: true` refuses every replacement',
    )
  })

  test('a stranger under our name, unless it may be adopted', async () => {
    const world = new World()
    const graph = graphOf((part) => void part.add(world.types.subnet, 'a', spec({ size: 3 })))
    await world.done(graph)
    const [thing] = world.cloud.living
    world.disk.wipe()
    world.cloud.change(thing?.id ?? '', { tags: {} })
    const { steps } = await world.plan(graph)
    expect(steps[0]).toMatchObject({ action: 'blocked', live: { id: thing?.id } })
    expect(steps[0]?.reason).toBe(`${thing?.id} exists under our name but does not belong to this stack`)
    const adopt = new Set(['net:subnet/a'] as const)
    expect((await world.plan(graph, { consent: { adopt } })).steps[0]).toMatchObject({
      ...{ action: 'update', reason: 'adopted', live: { ours: false } },
    })
    await world.done(graph, { consent: { adopt } })
    expect(actions(await world.plan(graph))).toEqual({ 'net:subnet/a': 'none' })
    expect(world.cloud.count('create')).toBe(1)
  })

  test('a stranger that is closed to us is nobody’s to adopt', () => {
    const { types } = new World()
    const graph = graphOf((part) => void part.add(types.subnet, 'a', spec()))
    const closed = 'belongs to another account'
    const stranger = { address: 'net:subnet/a', id: 'theirs', ours: false, spec: spec(), tags: {}, out: {}, closed }
    const { steps } = plan({
      ...{ graph, asked: graph, types: Object.values(types) as unknown as AnyType[], tags: () => ({}) },
      sightings: [{ type: types.subnet as unknown as AnyType, place: null, live: stranger as Live }],
      memory: { resources: new Map(), announced: new Map() },
      consent: { ...NO_CONSENT, adopt: new Set(['net:subnet/a'] as const) },
    })
    expect(steps).toMatchObject([{ action: 'blocked', live: { id: 'theirs' } }])
    expect(steps[0]?.reason).toBe(
      'theirs exists under our name but belongs to another account: --adopt cannot take it over',
    )
  })

  test('twins are reported and never guessed', async () => {
    const world = new World()
    const graph = graphOf((part) => vpc(part, world))
    await world.done(graph)
    const [first] = world.cloud.living
    if (!first) throw new Error('nothing was made')
    const second = world.cloud.add(first)
    const { steps } = await world.plan(graph)
    expect(steps[0]?.action).toBe('blocked')
    expect(steps[0]?.reason).toBe(
      `two live resources carry this address: ${first.id} and ${second.id}. Delete the one that is not in use.`,
    )
  })
})

describe('a plan', () => {
  const world = new World()
  const graph = graphOf((part) => {
    const home = part.add(world.types.vpc, 'a', spec())
    part.add(world.types.gate, 'a', spec({ homes: [home.ref('id')] }))
  })

  test('is pure: nothing that goes in changes, and the same goes out again', async () => {
    await world.done(graph)
    const sightings = await world.look(graph)
    const memory = world.disk.memory()
    const input = { graph: new Graph(), asked: graph, types: world.registry, sightings, memory, tags: tagsFor }
    const before = JSON.stringify([sightings, [...memory.resources]])
    const calls = world.cloud.calls.length
    const twice = [plan({ ...input, consent: NO_CONSENT }), plan({ ...input, consent: NO_CONSENT })]
    expect(twice[0]).toEqual(twice[1])
    expect(JSON.stringify([sightings, [...memory.resources]])).toBe(before)
    expect(world.cloud.calls).toHaveLength(calls)
  })

  test('is JSON, and can be counted', async () => {
    const made = await world.plan(graph)
    expect(JSON.parse(JSON.stringify(made)).steps).toHaveLength(2)
    expect(summary(made)).toEqual({ create: 0, update: 0, replace: 0, delete: 0, unchanged: 2, blocked: 0 })
  })

  test('of a teardown deletes everything', async () => {
    const made = await world.plan(new Graph(), { asked: graph, consent: { teardown: true } })
    expect(actions(made)).toEqual({ 'net:vpc/a': 'delete', 'net:gate/a': 'delete' })
  })
})

import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { AnyType } from '../../src/engine/resource.ts'
import type { Plan, Step } from '../../src/engine/steps.ts'
import { idlePatterns, isTarget, narrowed, narrowedDown } from '../../src/engine/targets.ts'
import { planned, type Write } from './planned.ts'
import { actions, graphOf, spec, World } from './world.ts'

const addresses = ({ steps }: Plan) => steps.map(({ address }) => address)

/** Two networks; the shop of the first: a subnet in it, a fleet in that, and its rule. */
const town =
  (zone = 'a', gates = ['a']): Write =>
  (part, { types }) => {
    const home = part.add(types.vpc, 'a', spec({ zone }))
    part.add(types.vpc, 'b', spec())
    const subnet = part.add(types.subnet, 'a', spec({ homes: [home.ref('id')] }))
    const fleet = part.add(types.fleet, 'a', spec({ homes: [subnet.ref('id')] }))
    part.add(types.rule, 'a', spec({ homes: [fleet.ref('id')] }))
    for (const gate of gates) part.add(types.gate, gate, spec({ homes: [home.ref('id')] }))
  }
const nothing: Write = () => undefined

describe('a pattern', () => {
  test.each([
    ['net:vpc/a', 'net:vpc/a', true],
    ['net:vpc/a', 'net:vpc/ab', false],
    ['net:*', 'net:vpc/a', true],
    ['net:*', 'app:net/a', false],
    ['*/public-*', 'net:subnet/public-a', true],
    ['*/public-*', 'net:subnet/private-a', false],
    ['*', 'net:vpc/a', true],
    ['net:vpc/.', 'net:vpc/a', false],
    ['net:(vpc|subnet)/a', 'net:vpc/a', false],
    ['', 'net:vpc/a', false],
  ] as const)('%s and %s: %s', (pattern, address, expected) => {
    expect(isTarget(pattern, address)).toBe(expected)
  })

  test('of a thousand asterisks costs no time', () => {
    const began = performance.now()
    expect(isTarget('*'.repeat(1000), `net:vpc/${'a'.repeat(1000)}`)).toBe(true)
    expect(isTarget(`${'*'.repeat(1000)}!`, `net:vpc/${'a'.repeat(1000)}`)).toBe(false)
    expect(performance.now() - began).toBeLessThan(500)
  })

  test('that nothing answers to is told', () => {
    expect(idlePatterns(['net:*', 'ec2:*', 'net:vpc/b'], ['net:vpc/a'])).toEqual(['ec2:*', 'net:vpc/b'])
  })
})

describe('a part of an up', () => {
  test('brings what it depends on, and what that depends on, and nothing else', async () => {
    const plan = narrowed(await planned(nothing, town()), ['app:fleet/a'])
    expect(addresses(plan)).toEqual(['net:vpc/a', 'net:subnet/a', 'app:fleet/a'])
    expect(plan.aside).toEqual({ total: 3, astray: 3 })
  })

  test('tells how much of the rest is not as wanted', async () => {
    const more: Write = (part, world) => {
      town()(part, world)
      part.add(world.types.vpc, 'c', spec())
    }
    expect(narrowed(await planned(town(), more), ['net:vpc/a']).aside).toEqual({ total: 6, astray: 1 })
  })

  test('deletes what is wanted no more only where it is named itself', async () => {
    const plan = await planned(town('a', ['a', 'z']), town())
    expect(actions(narrowed(plan, ['net:vpc/a']))).toEqual({ 'net:vpc/a': 'none' })
    const named = narrowed(plan, ['net:gate/z'])
    expect(actions(named)).toEqual({ 'net:gate/z': 'delete' })
  })

  test('does not delete what something else that is wanted no more still lives in', async () => {
    const plan = await planned(town(), (part, { types }) => void part.add(types.vpc, 'b', spec()))
    const alone = narrowed(plan, ['net:subnet/a'])
    expect(alone.steps[0]).toMatchObject({ action: 'blocked' })
    expect(alone.steps[0]?.reason).toBe('it is to go, and app:fleet/a would be left behind: name them too')
    const both = narrowed(plan, ['net:subnet/a', 'app:*'])
    expect(new Set(both.steps.map(({ action }) => action))).toEqual(new Set(['delete']))
  })

  test('is blocked where a replacement would leave behind what lives in the old one', async () => {
    const plan = await planned(town('a'), town('b'))
    const part = narrowed(plan, ['net:subnet/a'])
    expect(part.steps.map(({ address, action }) => [address, action])).toEqual([
      ['net:vpc/a', 'blocked'],
      ['net:subnet/a', 'blocked'],
    ])
    expect(part.steps[0]?.reason).toContain('net:gate/a would be left behind')
    expect(part.steps[1]?.reason).toContain('app:fleet/a would be left behind')
    const all = narrowed(plan, ['net:gate/a', 'app:*'])
    expect(all.steps.some(({ action }) => action === 'blocked')).toBe(false)
  })

  test('is blocked where what lives in the old one is wanted no more, and not named', async () => {
    const plan = await planned(town('a', ['z']), town('b', []))
    const part = narrowed(plan, ['app:*'])
    expect(part.steps.find(({ address }) => address === 'net:vpc/a')).toMatchObject({ action: 'blocked' })
    expect(narrowed(plan, ['app:*', 'net:gate/z']).steps.some(({ action }) => action === 'blocked')).toBe(false)
  })

  test('is carried out, and the rest then on its own', async () => {
    const world = new World()
    const graph = graphOf((part) => town()(part, world))
    await world.done(graph, { part: (plan) => narrowed(plan, ['net:subnet/a']) })
    expect(world.cloud.living.map(({ type }) => type).sort()).toEqual(['net:subnet', 'net:vpc'])
    await world.done(graph)
    expect(new Set(Object.values(actions(await world.plan(graph))))).toEqual(new Set(['none']))
    expect(world.cloud.crowd).toEqual([])
  })
})

describe('a part of a teardown', () => {
  const teardown = async (memory: boolean, asked: boolean) => {
    const world = new World()
    const graph = graphOf((part) => town()(part, world))
    await world.done(graph)
    if (!memory) world.disk.wipe()
    return world.plan(new Graph(), { asked: asked ? graph : new Graph(), consent: { teardown: true } })
  }

  test.each([
    ['with a manifest', true, true],
    ['with a manifest alone', true, false],
    ['with the config alone', false, true],
  ])('takes what depends on it, %s', async (_, memory, asked) => {
    const plan = narrowedDown(await teardown(memory, asked), ['net:subnet/a'])
    expect(addresses(plan).sort()).toEqual(['app:fleet/a', 'app:rule/a', 'net:subnet/a'])
    expect(plan.aside).toEqual({ total: 3, astray: 0 })
    expect(addresses(narrowedDown(await teardown(memory, asked), ['net:vpc/b']))).toEqual(['net:vpc/b'])
  })

  test('does not take what merely has the same name', () => {
    const types = ['a:a', 'b:b'].map((type) => ({ type }) as unknown as AnyType)
    const thing = (address: Address, rank: number, spec: object): Step => ({
      ...{ address, type: types[rank] as AnyType, place: null, layer: null, action: 'delete', reason: null },
      ...{ changes: [], node: null, older: [], after: [], mode: null, rank },
      live: { address, id: 'shop', ours: true, spec, tags: null, out: {} },
    })
    const steps = [thing('a:a/x', 0, { name: 'shop' }), thing('b:b/x', 1, { name: 'shop' })]
    expect(addresses(narrowedDown({ steps }, ['a:a/x']))).toEqual(['a:a/x'])
    expect(addresses(narrowedDown({ steps }, ['b:b/x']))).toEqual(['b:b/x'])
    const user = thing('b:b/y', 1, { name: 'other', groups: ['shop'] })
    expect(addresses(narrowedDown({ steps: [...steps, user] }, ['a:a/x']))).toEqual(['a:a/x', 'b:b/y'])
    const earlier = thing('a:a/y', 0, { loose: 'shop' })
    expect(addresses(narrowedDown({ steps: [...steps, earlier] }, ['b:b/x']))).toEqual(['b:b/x'])
  })

  test('takes what points at it, where nothing is known of either', async () => {
    const plan = narrowedDown(await teardown(false, false), ['net:subnet/a'])
    expect(addresses(plan)).toEqual(expect.arrayContaining(['net:subnet/a', 'app:fleet/a']))
    expect(addresses(plan)).not.toContain('net:vpc/a')
  })
})

import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/engine/events.ts'
import { Graph } from '../../src/engine/graph.ts'
import { graphOf, spec, World } from './world.ts'

const reads = (world: World, from = 0) =>
  world.cloud.calls.slice(from).flatMap(({ verb, type }) => (verb === 'read' ? [type] : []))

describe('a look', () => {
  test('asks only for types that the graph or the manifest mention, once each', async () => {
    const world = new World()
    const before = graphOf((part) => {
      for (const name of ['a', 'b', 'c']) part.add(world.types.vpc, name, spec())
    })
    await world.done(before)
    const from = world.cloud.calls.length
    const found = await world.look(graphOf((part) => void part.add(world.types.gate, 'a', spec())))
    expect(reads(world, from).toSorted()).toEqual(['net:gate', 'net:vpc'])
    expect(found.map(({ live }) => live.address).toSorted()).toEqual(['net:vpc/a', 'net:vpc/b', 'net:vpc/c'])
  })

  test('asks for every type when nothing is remembered', async () => {
    const world = new World()
    await world.look(new Graph())
    expect(reads(world)).toHaveLength(world.registry.length)
  })

  test('looks at parents first, so that children without tags are found by them', async () => {
    const world = new World()
    const graph = graphOf((part) => {
      const fleet = part.add(world.types.fleet, 'a', spec())
      part.add(world.types.rule, 'a', spec({ homes: [fleet.ref('id', 'ready')] }))
    })
    await world.done(graph)
    world.disk.wipe()
    const from = world.cloud.calls.length
    const found = await world.look(graph)
    expect(found.map(({ live }) => live.address)).toContain('app:rule/a')
    expect(reads(world, from).at(-1)).toBe('app:rule')
  })

  test('asks at each place, and keeps them apart', async () => {
    const world = new World()
    const there = { region: 'us-east-1', account: null }
    const graph = new Graph()
    graph.layer('Network').add(world.types.vpc, 'a', spec())
    graph.layer('Edge', there).add(world.types.vpc, 'b', spec())
    await world.done(graph)
    expect(world.cloud.living.map(({ place }) => place)).toEqual(['home', 'us-east-1'])
    const found = await world.look(graph)
    expect(found.map(({ place, live }) => [place?.region ?? 'home', live.address])).toEqual([
      ['home', 'net:vpc/a'],
      ['us-east-1', 'net:vpc/b'],
    ])
    await world.down(graph)
    expect(world.cloud.living).toEqual([])
  })
})

/** Of things that live, none is wanted any more. An older manifest knows only some of them. */
describe('a manifest that is not whole', () => {
  async function older(...known: readonly string[]) {
    const world = new World()
    await world.done(
      graphOf((part) => {
        for (const kind of ['vpc', 'gate', 'fleet'] as const) part.add(world.types[kind], 'a', spec())
      }),
    )
    world.disk.resources = new Map([...world.disk.resources].filter(([address]) => known.includes(address)))
    const from = world.cloud.calls.length
    return {
      world,
      /** What was found, and how often each type was asked. */
      look: async (how: Parameters<World['look']>[2] = {}) => {
        const found = await world.look(new Graph(), [], how)
        return { found: found.map(({ live }) => live.address).toSorted(), asked: reads(world, from).toSorted() }
      },
    }
  }
  const ALL = ['app:fleet/a', 'net:gate/a', 'net:vpc/a']

  test('hides what nothing tells of', async () => {
    const { look } = await older('net:vpc/a')
    expect(await look()).toEqual({ found: ['net:vpc/a'], asked: ['net:vpc'] })
  })

  test('is completed by what AWS tells of, and where that lives, of all the rest too', async () => {
    const { world, look } = await older('net:vpc/a')
    world.hints = ['net:vpc/a', 'net:gate/a']
    const { found, asked } = await look()
    expect(found).toEqual(ALL)
    expect(asked).toEqual(world.registry.map(({ type }) => type).toSorted())
  })

  test('pays one listing for what AWS tells of and is gone, and none where the type was asked anyway', async () => {
    const { world, look } = await older('net:vpc/a')
    world.hints = ['net:vpc/gone', 'net:subnet/gone', 'net:subnet/gone-too', 'other:kind/a']
    expect(await look()).toEqual({ found: ['net:vpc/a'], asked: ['net:subnet', 'net:vpc'] })
  })

  test.each(['teardown', 'thorough'] as const)('does not matter to a look that is %s', async (how) => {
    const { world, look } = await older('net:vpc/a')
    expect(await look({ [how]: true })).toMatchObject({ found: ALL, asked: { length: world.registry.length } })
  })

  test('leaves nothing behind in a teardown', async () => {
    const { world } = await older('net:vpc/a')
    await world.down(new Graph())
    expect(world.cloud.living).toEqual([])
  })
})

describe('what a dead run has announced', () => {
  /** Dies right after the creation, which AWS hides for 50 seconds. */
  async function died(kind: 'vpc' | 'subnet' | 'gate') {
    const world = new World()
    world.cloud.weather = { ...world.cloud.weather, hidden: () => 50 }
    const graph = graphOf((part) => void part.add(world.types[kind], 'a', spec()))
    const looks = 2 * world.registry.length
    expect(await world.up(graph, { killAt: looks + 2 + 2 })).toBeNull()
    expect(world.cloud.living).toHaveLength(1)
    expect(world.disk.announced.size).toBe(1)
    return { world, graph }
  }

  test('is waited for where only a tag tells it, and that is said once', async () => {
    const { world, graph } = await died('vpc')
    const events: Event[] = []
    const began = world.clock.now()
    const found = await world.look(graph, events)
    expect(found).toHaveLength(1)
    expect(world.clock.now() - began).toBeGreaterThan(40_000)
    expect(events).toEqual([
      {
        ...{ kind: 'note', address: 'net:vpc/a' },
        text: expect.stringMatching(/looking until AWS would surely show it, at most \d+ s$/),
      },
    ])
  })

  test('is told in the seconds of those who wait, whatever the pace', async () => {
    const { world, graph } = await died('vpc')
    const events: Event[] = []
    world.clock.pace = 0.02
    await world.look(graph, events)
    expect(events).toMatchObject([{ text: expect.stringMatching(/, at most [12] s$/) }])
  })

  test.each(['subnet', 'gate'] as const)('is not waited for where a name or a token tells it: %s', async (kind) => {
    const { world, graph } = await died(kind)
    const began = world.clock.now()
    expect(await world.look(graph)).toEqual([])
    expect(world.clock.now() - began).toBeLessThan(5000)
    await world.done(graph)
    expect(world.cloud.living).toHaveLength(1)
  })

  test.each(['vpc', 'subnet', 'gate'] as const)('is waited for when nobody is going to make it: %s', async (kind) => {
    const { world } = await died(kind)
    await world.done(new Graph())
    expect(world.cloud.living).toEqual([])
  })

  test.each(['subnet', 'gate'] as const)('is waited for by a teardown: %s', async (kind) => {
    const { world, graph } = await died(kind)
    await world.down(graph)
    expect(world.cloud.living).toEqual([])
  })

  test('and has never been made is given up after a minute', async () => {
    const { world, graph } = await died('vpc')
    for (const { id } of world.cloud.living) world.cloud.vanish(id)
    const began = world.clock.now()
    expect(await world.look(graph)).toEqual([])
    expect(world.clock.now() - began).toBeGreaterThan(55_000)
    expect(world.clock.now() - began).toBeLessThan(70_000)
  })
})

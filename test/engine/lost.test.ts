import { describe, expect, test } from 'vitest'
import { nothingToDo, stack } from './stack.ts'
import { failing } from './weather.ts'
import { graphOf, spec, World } from './world.ts'

describe('a lost answer', () => {
  const CASES = (['vpc', 'subnet', 'gate'] as const).flatMap((kind) =>
    (['lost-before', 'lost-after'] as const).flatMap((fault) =>
      [0, 25].map((hidden) => [kind, fault, hidden] as const),
    ),
  )

  test.each(CASES)('to the creation of a %s (%s, hidden for %i s) makes no twin', async (kind, fault, hidden) => {
    const world = new World()
    world.cloud.weather = { ...failing(({ verb }) => verb === 'create', fault, 1), hidden: () => hidden }
    const graph = graphOf((part) => void part.add(world.types[kind], 'main', spec()))
    await world.done(graph)
    expect(world.cloud.living).toHaveLength(1)
    expect(world.cloud.crowd).toEqual([])
    if (hidden === 0) expect(world.cloud.count('create')).toBe(fault === 'lost-after' ? 1 : 2)
    await nothingToDo(world, graph)
  })

  test('to a creation known by tags only is looked for longer than AWS may hide it', async () => {
    const world = new World()
    world.cloud.weather = { ...failing(({ verb }) => verb === 'create', 'lost-after', 1), hidden: () => 55 }
    await world.done(graphOf((part) => void part.add(world.types.vpc, 'main', spec())))
    expect(world.cloud.count('create')).toBe(1)
    expect(world.cloud.living).toHaveLength(1)
  })

  test('to a deletion is asked for again', async () => {
    const world = new World()
    await world.done(stack(world))
    world.cloud.weather = failing(({ verb, type }) => verb === 'destroy' && type === 'net:gate', 'lost-after', 2)
    await world.down(stack(world))
    expect(world.cloud.living).toEqual([])
  })

  test('and a stranger under our name is not taken for ours', async () => {
    const world = new World()
    const graph = graphOf((part) => void part.add(world.types.subnet, 'main', spec()))
    await world.done(graph)
    const [ours] = world.cloud.living
    if (!ours) throw new Error('nothing was made')
    world.cloud.vanish(ours.id)
    const made = world.cloud.add({ ...ours, tags: {} })
    world.cloud.change(made.id, {}, 0)
    world.cloud.things.set(made.id, {
      ...made,
      shown: made.shown.map((one) => ({ ...one, from: world.clock.now() + 3000 })),
    })
    world.disk.wipe()
    const run = await world.up(graph)
    expect(run?.result.fates[0]).toMatchObject({ outcome: 'failed', error: { code: 'Foreign' } })
    expect(world.disk.announced.size).toBe(0)
  })
})

describe('a token', () => {
  const gate = (world: World, zone = 'a') => graphOf((part) => void part.add(world.types.gate, 'main', spec({ zone })))

  test('that AWS knows with other fields is replaced by a fresh one', async () => {
    const world = new World()
    world.disk.announced = new Map([['net:gate/main', 'stale']])
    world.cloud.tokens.set('net:gate stale', { id: 'gate-9', frozen: 'something else' })
    await world.done(gate(world))
    expect(world.cloud.count('create')).toBe(2)
    expect(world.cloud.living).toHaveLength(1)
  })

  test('that stands for something long deleted is given up', async () => {
    const world = new World()
    world.disk.announced = new Map([['net:gate/main', 'stale']])
    world.cloud.tokens.set('net:gate stale', { id: 'gate-9', frozen: JSON.stringify(['a', []]) })
    await world.done(gate(world))
    expect(world.cloud.living).toHaveLength(1)
    expect(world.disk.announced.size).toBe(0)
  })

  test('of a dead run is kept when the re-run is refused: what it made may be hidden', async () => {
    const world = new World()
    world.disk.announced = new Map([['net:gate/main', 'mine']])
    world.cloud.weather = failing(({ verb }) => verb === 'create', 'denied')
    await world.up(gate(world))
    expect(world.disk.announced.get('net:gate/main')).toBe('mine')
  })

  test('whose thing shows only now, with other fields, is left to the next plan at once', async () => {
    const world = new World()
    await world.done(gate(world, 'b'))
    const [made] = world.cloud.living
    if (!made) throw new Error('nothing was made')
    world.disk.wipe()
    world.disk.announced = new Map([['net:gate/main', 'token-1']])
    const from = world.clock.now() + 10_000
    world.cloud.things.set(made.id, { ...made, shown: made.shown.map((one) => ({ ...one, from })) })
    const began = world.clock.now()
    const run = await world.up(gate(world, 'a'))
    expect(run?.result.fates[0]).toMatchObject({ outcome: 'failed', error: { code: 'Outdated' } })
    expect(world.clock.now() - began).toBeLessThan(30_000)
    await world.done(gate(world, 'a'))
    await nothingToDo(world, gate(world, 'a'))
  })
})

import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import { changes, fates, stack } from './stack.ts'
import { failing, fair } from './weather.ts'
import { graphOf, spec, World } from './world.ts'

describe('a teardown', () => {
  const gone = (world: World, from: number) => changes(world, from).filter((call) => call.startsWith('destroy'))
  const REVERSE = ['destroy app:fleet/main', 'destroy net:gate/main', 'destroy net:vpc/main']

  test.each([
    ['as remembered', false, true],
    ['as drawn, when the manifest is lost', true, true],
    ['as the registry has it, when nothing else is known', true, false],
  ])('goes in reverse order, %s', async (_, lost, drawn) => {
    const world = new World()
    await world.done(stack(world))
    if (lost) world.disk.wipe()
    const from = world.cloud.calls.length
    await world.down(drawn ? stack(world) : new Graph())
    expect(gone(world, from).filter((call) => !call.endsWith('lone'))).toEqual(REVERSE)
    expect(world.cloud.living).toEqual([])
    expect(world.disk.resources.size).toBe(0)
  })

  test('goes by the registry where nothing says what needs what', async () => {
    const world = new World()
    const graph = graphOf((part) => {
      const gate = part.add(world.types.gate, 'main', spec())
      part.add(world.types.fleet, 'main', spec({ loose: [gate.ref('label')] }))
    })
    await world.done(graph)
    world.disk.wipe()
    const from = world.cloud.calls.length
    await world.down(new Graph())
    expect(gone(world, from)).toEqual(['destroy app:fleet/main', 'destroy net:gate/main'])
  })

  test('leaves standing what its failed dependents need, and finishes the next time', async () => {
    const world = new World()
    await world.done(stack(world))
    world.cloud.weather = failing(({ verb, type }) => verb === 'destroy' && type === 'net:gate', 'denied')
    const run = await world.up(new Graph(), { asked: stack(world), consent: { teardown: true } })
    expect(fates(run)).toEqual({
      ...{ 'app:fleet/main': 'delete done', 'net:gate/main': 'delete failed' },
      ...{ 'net:vpc/main': 'delete skipped', 'net:group/lone': 'delete done' },
    })
    expect([...world.disk.resources.keys()].toSorted()).toEqual(['net:gate/main', 'net:vpc/main'])
    world.cloud.weather = fair()
    await world.down(stack(world))
    expect(world.cloud.living).toEqual([])
  })
})

describe('two things at one address', () => {
  test('both go, and it is remembered until both are gone', async () => {
    const world = new World()
    const graph = graphOf((part) => void part.add(world.types.vpc, 'main', spec()))
    await world.done(graph)
    const [one] = world.cloud.living
    if (!one) throw new Error('nothing was made')
    world.cloud.add(one)
    world.cloud.weather = failing(({ verb }) => verb === 'destroy', 'denied', 1)
    const run = await world.up(new Graph(), { asked: graph, consent: { teardown: true } })
    expect(fates(run)).toEqual({ 'net:vpc/main': 'delete failed' })
    expect(world.cloud.living).toHaveLength(1)
    expect(world.disk.resources.size).toBe(1)
    await world.down(graph)
    expect(world.cloud.living).toEqual([])
    expect(world.disk.resources.size).toBe(0)
  })
})

describe('what points at each other', () => {
  test('by a stranger is tried all the same, and named', async () => {
    const world = new World()
    const graph = graphOf((part) => {
      for (const name of ['a', 'b']) part.add(world.types.fleet, name, spec())
    })
    await world.done(graph)
    const [a, b] = world.cloud.living
    if (!a || !b) throw new Error('nothing was made')
    world.cloud.change(a.id, { spec: { ...a.spec, targets: [b.id] } })
    world.cloud.change(b.id, { spec: { ...b.spec, targets: [a.id] } })
    const run = await world.up(new Graph(), { asked: graph, consent: { teardown: true } })
    expect(run?.result.fates.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'skipped'])
    expect(String(run?.result.fates.find(({ outcome }) => outcome === 'failed')?.error)).toContain(
      'DependencyViolation',
    )
  })
})

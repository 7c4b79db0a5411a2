import { describe, expect, test } from 'vitest'
import { changes, fates, idOf, nothingToDo, stack } from './stack.ts'
import { failing, fair } from './weather.ts'
import { actions, graphOf, spec, World } from './world.ts'

describe('changing', () => {
  test('touches only what differs', async () => {
    const world = new World()
    await world.done(stack(world))
    world.cloud.change(idOf(world, 'net:vpc'), { spec: { ...world.cloud.get(idOf(world, 'net:vpc')).spec, size: 9 } })
    const from = world.cloud.calls.length
    const { result } = await world.done(stack(world))
    expect(changes(world, from).filter((call) => !call.startsWith('ready'))).toEqual(['sync net:vpc/main'])
    expect(result.fates.filter(({ deed }) => deed === 'update').map(({ address }) => address)).toEqual(['net:vpc/main'])
  })

  test('carries on to what mentions it, and counts as an update what nobody had foreseen', async () => {
    const world = new World()
    const graph = (size: number) =>
      graphOf((part) => {
        const vpc = part.add(world.types.vpc, 'main', spec({ size }))
        part.add(world.types.group, 'main', spec({ loose: [vpc.ref('label')] }))
      })
    await world.done(graph(1))
    expect(actions(await world.plan(graph(2)))).toEqual({ 'net:vpc/main': 'update', 'net:group/main': 'none' })
    const run = await world.done(graph(2))
    expect(fates(run)).toEqual({ 'net:vpc/main': 'update done', 'net:group/main': 'update done' })
    await nothingToDo(world, graph(2))
  })

  test('asks again only after a while, when AWS shows a change late', async () => {
    const world = new World()
    const graph = (size: number) => graphOf((part) => void part.add(world.types.vpc, 'main', spec({ size })))
    await world.done(graph(1))
    world.cloud.weather = { ...fair(), late: () => 5 }
    await world.done(graph(2))
    expect(world.cloud.count('sync', 'net:vpc/main')).toBe(2)
    await nothingToDo(world, graph(2))
  })

  test('does not count what the change itself takes as time in which it does not show', async () => {
    const world = new World()
    const graph = (size: number) => graphOf((part) => void part.add(world.types.vpc, 'main', spec({ size })))
    await world.done(graph(1))
    // Late counts from when it is asked for.
    world.cloud.weather = { ...fair(), late: () => 410, latency: ({ verb }) => (verb === 'sync' ? 400 : 0.1) }
    await world.done(graph(2))
    await nothingToDo(world, graph(2))
  })

  test('repeats after `ready` what AWS refuses because of the state', async () => {
    const world = new World()
    await world.done(graphOf((part) => void part.add(world.types.gate, 'main', spec({ size: 5 }))))
    expect(world.cloud.count('sync', 'net:gate/main')).toBe(2)
  })

  test('fails what does not take the change, and says what it is', async () => {
    const world = new World()
    world.cloud.weather = { ...fair(), late: () => 1e6 }
    const run = await world.up(graphOf((part) => void part.add(world.types.vpc, 'main', spec({ size: 5 }))))
    expect(run?.result.fates[0]?.error).toMatchObject({
      ...{ code: 'NotReached', message: 'It does not take the wanted settings: size is 0, wanted 5.' },
    })
    expect(world.cloud.count('sync')).toBeLessThan(100)
  })
})

describe('replacing', () => {
  test('delete-first: dependents go, it goes, it comes, they come', async () => {
    const world = new World()
    await world.done(stack(world))
    const from = world.cloud.calls.length
    const run = await world.done(stack(world, 1, 'b'))
    expect(changes(world, from).filter((call) => /^(create|destroy)/.test(call))).toEqual([
      ...['destroy app:fleet/main', 'destroy net:gate/main', 'create net:gate/main', 'create app:fleet/main'],
    ])
    expect(fates(run)).toMatchObject({ 'net:gate/main': 'replace done', 'app:fleet/main': 'replace done' })
    await nothingToDo(world, stack(world, 1, 'b'))
  })

  test('create-first: the new one comes, dependents move, the old one goes', async () => {
    const world = new World()
    const graph = (zone: string) =>
      graphOf((part) => {
        const group = part.add(world.types.group, 'main', spec({ zone }))
        part.add(world.types.fleet, 'main', spec({ targets: [group.ref('id')] }))
      })
    await world.done(graph('a'))
    const from = world.cloud.calls.length
    await world.done(graph('b'))
    const order = changes(world, from).filter((call) => !call.startsWith('ready'))
    expect(order).toEqual([
      ...['create net:group/main', 'sync net:group/main', 'sync app:fleet/main', 'destroy net:group/main'],
    ])
    expect(world.disk.resources.get('net:group/main')?.id).toBe(idOf(world, 'net:group'))
    await nothingToDo(world, graph('b'))
  })

  test('what is wanted no more goes after those that pointed at it have moved on', async () => {
    const world = new World()
    await world.done(stack(world))
    const less = graphOf((part) => {
      const vpc = part.add(world.types.vpc, 'main', spec())
      part.add(world.types.fleet, 'main', spec({ homes: [vpc.ref('id')] }))
      part.add(world.types.group, 'lone', spec())
    })
    const from = world.cloud.calls.length
    await world.done(less)
    expect(changes(world, from)).toEqual(['sync app:fleet/main', 'destroy net:gate/main'])
  })
})

describe('letting go', () => {
  const held = (world: World, zone: string, kind: 'gate' | 'group', holding: boolean) =>
    graphOf((part) => {
      const target = part.add(world.types[kind], 'main', spec({ zone }))
      part.add(world.types.fleet, 'main', spec({ targets: holding ? [target.ref('id')] : [] }))
    })

  test.each(['gate', 'group'] as const)('comes before what was held is replaced: %s', async (kind) => {
    const world = new World()
    await world.done(held(world, 'a', kind, true))
    // A slow one, so that only waiting for it helps.
    world.cloud.weather = { ...fair(), latency: ({ type }) => (type === 'app:fleet' ? 9 : 0.1) }
    const from = world.cloud.calls.length
    await world.done(held(world, 'b', kind, false))
    const order = changes(world, from)
    const gone = order.findIndex((call) => call.startsWith('destroy'))
    expect(order.indexOf('sync app:fleet/main')).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('sync app:fleet/main')).toBeLessThan(gone)
    await nothingToDo(world, held(world, 'b', kind, false))
  })

  test('comes before the end of what nobody remembers that it was held', async () => {
    const world = new World()
    await world.done(held(world, 'a', 'gate', true))
    const fleet = world.disk.resources.get('app:fleet/main')
    if (!fleet) throw new Error('the fleet is not remembered')
    world.disk.resources = new Map(world.disk.resources).set('app:fleet/main', { ...fleet, dependsOn: [] })
    const from = world.cloud.calls.length
    await world.done(graphOf((part) => void part.add(world.types.fleet, 'main', spec())))
    expect(changes(world, from)).toEqual(['sync app:fleet/main', 'destroy net:gate/main'])
  })

  test('is remembered only when it has happened', async () => {
    const world = new World()
    await world.done(held(world, 'a', 'gate', true))
    world.cloud.weather = failing(({ verb }) => verb === 'sync', 'denied')
    await world.up(held(world, 'a', 'gate', false))
    expect(world.disk.resources.get('app:fleet/main')?.dependsOn).toEqual(['net:gate/main'])
  })
})

import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import type { Call } from './weather.ts'
import { failing, fair } from './weather.ts'
import { actions, graphOf, type Run, spec, World } from './world.ts'

/** A network, a gate in it, a fleet that holds the gate, and something that has nothing to do with them. */
const stack = (world: World, size = 1, zone = 'a') =>
  graphOf((part) => {
    const vpc = part.add(world.types.vpc, 'main', spec({ size }))
    const gate = part.add(world.types.gate, 'main', spec({ size, zone, homes: [vpc.ref('id')] }))
    part.add(world.types.fleet, 'main', spec({ size, homes: [vpc.ref('id')], targets: [gate.ref('id')] }))
    part.add(world.types.group, 'lone', spec({ size }))
  })

const fates = (run: Run | null) =>
  Object.fromEntries(run?.result.fates.map(({ address, deed, outcome }) => [address, `${deed} ${outcome}`]) ?? [])
const changes = (world: World, from = 0) =>
  world.cloud.calls.slice(from).flatMap(({ verb, address }) => (verb === 'read' ? [] : [`${verb} ${address}`]))
const idOf = (world: World, type: string) => world.cloud.living.find((thing) => thing.type === type)?.id ?? ''
const nothingToDo = async (world: World, graph: Graph) =>
  expect(new Set(Object.values(actions(await world.plan(graph))))).toEqual(new Set(['none']))

describe('bringing into being', () => {
  test('goes in order, ends with everything as wanted, and tells of it', async () => {
    const world = new World()
    const run = await world.done(stack(world))
    const order = changes(world)
    const at = (call: string) => order.indexOf(call)
    expect(at('create net:gate/main')).toBeGreaterThan(at('sync net:vpc/main'))
    // The gate is usable only when it is ready; the network as soon as it is made.
    expect(at('create app:fleet/main')).toBeGreaterThan(at(`ready ${idOf(world, 'net:gate')}`))
    await nothingToDo(world, stack(world))
    const told = run.events.flatMap((event) =>
      event.kind === 'note' || event.kind === 'phase' ? [] : [`${event.kind} ${event.address}`],
    )
    expect(new Set(told).size).toBe(told.length)
    expect(told).toHaveLength(8)
  })

  test('costs one write for all announcements, and few for the rest', async () => {
    const world = new World()
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`)
    const graph = graphOf((part) => {
      for (const name of names) part.add(world.types.vpc, name, spec())
    })
    const { journal } = await world.done(graph)
    expect(journal.announcements).toBe(1)
    expect(world.disk.writes).toBeLessThan(8)
    expect(world.disk.announced.size).toBe(0)
    expect(world.disk.resources.size).toBe(30)
  })

  test('does nothing when the announcement cannot be written', async () => {
    const world = new World()
    await expect(world.up(stack(world), { brokenJournal: true })).rejects.toThrow('the manifest cannot be written')
    expect(changes(world)).toEqual([])
  })

  test('a failure skips what depends on it and nothing else, and the same command goes on from there', async () => {
    const world = new World()
    world.cloud.weather = failing((call) => call.verb === 'create' && call.type === 'net:gate', 'denied')
    const run = await world.up(stack(world))
    expect(fates(run)).toEqual({
      ...{ 'net:vpc/main': 'create done', 'net:gate/main': 'create failed' },
      ...{ 'app:fleet/main': 'create skipped', 'net:group/lone': 'create done' },
    })
    expect(world.disk.announced.size).toBe(0)
    world.cloud.weather = fair()
    await world.done(stack(world))
    expect(world.cloud.count('create', 'net:vpc/main')).toBe(1)
    await nothingToDo(world, stack(world))
  })

  test('publishes what a resource says once it is ready', async () => {
    const world = new World()
    const gate = world.types.gate
    const published = {
      ...gate,
      read: async (...args: Parameters<typeof gate.read>) => {
        const found = await gate.read(...args)
        const ready = (id: string) => world.cloud.get(id).readyAt <= world.clock.now()
        return found.map((one) => ({ ...one, out: { ...one.out, label: ready(one.id) ? 'endpoint' : '' } }))
      },
    }
    const run = await world.done(graphOf((part) => void part.add(published, 'main', spec())))
    expect(run.result.outs.get('net:gate/main')).toMatchObject({ label: 'endpoint' })
  })

  test('waits for what a dead run left half way before others use it', async () => {
    const world = new World()
    const ready = (call: Call) => call.verb === 'ready'
    world.cloud.weather = failing(ready, 'lost-before')
    expect(fates(await world.up(stack(world, 0)))['app:fleet/main']).toBe('create skipped')
    world.cloud.weather = fair()
    expect(fates(await world.done(stack(world, 0)))).toMatchObject({
      ...{ 'net:gate/main': 'check done', 'app:fleet/main': 'create done' },
    })
  })
})

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
})

describe('an end before its time', () => {
  test('an interrupt lets what is in flight finish, starts nothing new, and remembers what was made', async () => {
    const world = new World()
    const reason = new Error('Ctrl-C')
    let calls = 0
    const run = await world.up(stack(world), {
      onEvent: (event, stop) => {
        if (event.kind !== 'started' || event.address !== 'net:gate/main') return
        calls = world.cloud.calls.length
        stop.abort(reason)
      },
    })
    expect(run?.result.stopped).toBe(reason)
    // The call that the event announced is already on its way.
    const late = world.cloud.calls.slice(calls).filter(({ verb }) => verb !== 'read')
    expect(late.map(({ verb, address }) => `${verb} ${address}`)).toEqual([])
    expect(fates(run)).toMatchObject({ 'net:vpc/main': 'create done', 'app:fleet/main': 'create skipped' })
    expect(Object.values(fates(run)).filter((fate) => fate.endsWith('failed'))).toEqual([])
    await world.done(stack(world))
    expect(world.cloud.crowd).toEqual([])
    await nothingToDo(world, stack(world))
  })

  test('what was announced and never begun needs no looking for afterwards', async () => {
    const world = new World()
    await world.up(stack(world), { onEvent: (event, stop) => event.kind === 'started' && stop.abort(new Error('now')) })
    expect([...world.disk.announced.keys()]).not.toContain('app:fleet/main')
  })

  test('an error that ends the run is one failure; the rest is skipped', async () => {
    const world = new World()
    world.cloud.weather = failing(({ verb, type }) => verb === 'create' && type === 'net:vpc', 'stop')
    const run = await world.up(stack(world))
    expect(run?.result.stopped).toMatchObject({ message: 'the credentials have expired' })
    expect(fates(run)['net:vpc/main']).toBe('create failed')
    expect(Object.values(fates(run)).filter((fate) => fate.endsWith('failed'))).toHaveLength(1)
  })
})

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

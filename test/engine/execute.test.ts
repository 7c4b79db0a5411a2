import { describe, expect, test } from 'vitest'
import { changes, fates, idOf, nothingToDo, stack } from './stack.ts'
import { type Call, failing, fair } from './weather.ts'
import { graphOf, spec, World } from './world.ts'

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
    // Nothing is asked for after the word, not even by those that had just begun.
    const late = world.cloud.calls.slice(calls).filter(({ verb }) => verb !== 'read')
    expect(late.map(({ verb, address }) => `${verb} ${address}`)).toEqual([])
    expect(fates(run)).toMatchObject({ 'net:vpc/main': 'create done', 'app:fleet/main': 'create skipped' })
    expect(Object.values(fates(run)).filter((fate) => fate.endsWith('failed'))).toEqual([])
    await world.done(stack(world))
    expect(world.cloud.crowd).toEqual([])
    await nothingToDo(world, stack(world))
  })

  test('an interrupt between a creation and what follows is no failure, and asks for nothing more', async () => {
    const world = new World()
    let stopper: AbortController | null = null
    world.cloud.weather = {
      ...fair(),
      fault: ({ verb }) => {
        if (verb === 'read' && world.cloud.count('create') > 0) stopper?.abort(new Error('Ctrl-C'))
        return null
      },
    }
    const graph = graphOf((part) => void part.add(world.types.vpc, 'main', spec()))
    const run = await world.up(graph, {
      onEvent: (_, stop) => {
        stopper = stop
      },
    })
    expect(fates(run)).toEqual({ 'net:vpc/main': 'create skipped' })
    expect(world.cloud.count('sync')).toBe(0)
    expect(world.disk.resources.has('net:vpc/main')).toBe(true)
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

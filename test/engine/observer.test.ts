import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import { Observer } from '../../src/engine/observer.ts'
import type { AnyType, Live } from '../../src/engine/resource.ts'
import type { Runtime } from '../../src/engine/runtime.ts'
import { VirtualClock } from './virtual-clock.ts'
import { graphOf, spec, World } from './world.ts'

describe('the observer', () => {
  test('looks at many things of one type with few listings', async () => {
    const world = new World()
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    await world.done(
      graphOf((part) => {
        for (const name of names) part.add(world.types.vpc, name, spec())
      }),
    )
    expect(world.cloud.count('create')).toBe(20)
    const listings = world.cloud.calls.filter(({ verb, type }) => verb === 'read' && type === 'net:vpc')
    expect(listings.length).toBeLessThan(10)
  })

  /** An observer of a listing that takes four seconds and shows what was there when it began. */
  function slow() {
    const clock = new VirtualClock()
    const there: string[] = []
    let listings = 0
    const read = async () => {
      listings++
      const seen = there.map((id): Live => ({ address: `t/${id}`, id, ours: true, spec: {}, tags: {}, out: {} }))
      await clock.pause(4)
      return seen
    }
    const type = { ...new World().types.vpc, read } as unknown as AnyType
    const memory = { resources: new Map(), announced: new Map() }
    const runtime = { clock, ctx: () => null } as unknown as Runtime
    const observer = new Observer(new Graph(), memory, runtime)
    const see = async (id: string) => (await observer.see(type, null, `t/${id}`)).map((live) => live.id)
    return { clock, there, see, count: () => listings }
  }

  test('lets those who ask together share one listing', async () => {
    const { clock, see, there, count } = slow()
    there.push('a')
    expect(await clock.drive(Promise.all([see('a'), see('b'), see('c')]))).toEqual([['a'], ['a'], ['a']])
    expect(count()).toBe(1)
  })

  test('never serves a listing to who asked after it began', async () => {
    const { clock, see, there, count } = slow()
    const early = see('a')
    await clock.skip(1)
    there.push('b')
    const late = see('b')
    expect(await clock.drive(early)).toEqual([])
    expect(await clock.drive(late)).toEqual(['b'])
    expect(count()).toBe(2)
  })

  test('goes on after a listing that failed', async () => {
    const { clock, see } = slow()
    const clockFails = new Error('no answer')
    const broken = { ...new World().types.gate, read: async () => Promise.reject(clockFails) } as unknown as AnyType
    const memory = { resources: new Map(), announced: new Map() }
    const observer = new Observer(new Graph(), memory, { clock, ctx: () => null } as unknown as Runtime)
    for (const _ of [1, 2]) await expect(clock.drive(observer.see(broken, null, 't/a'))).rejects.toThrow('no answer')
    expect(await clock.drive(see('a'))).toEqual([])
  })
})

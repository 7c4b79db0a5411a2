import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { criticalPath, type Job, ranks, schedule } from '../../src/engine/schedule.ts'
import { draw, graphs } from './scenario.ts'
import { VirtualClock } from './virtual-clock.ts'
import { simulate } from './virtual-time.ts'
import { graphOf, spec, World } from './world.ts'

interface Sketch {
  readonly after?: readonly string[]
  readonly seconds?: number
  readonly idle?: boolean
  readonly fails?: boolean
}

/** Runs jobs that do nothing but take their time. */
async function trial(sketches: Readonly<Record<string, Sketch>>, concurrency = 100, stop = new AbortController()) {
  const clock = new VirtualClock()
  const [started, skipped]: [string[], string[]] = [[], []]
  let [busy, widest] = [0, 0]
  const jobs = Object.entries(sketches).map(
    ([key, { after = [], seconds = 1, idle = false, fails = false }]): Job => ({
      ...{ key, after, seconds, idle },
      run: async () => {
        started.push(key)
        if (!idle) widest = Math.max(widest, ++busy)
        await clock.pause(seconds)
        if (!idle) busy--
        if (fails) throw new Error(key)
      },
    }),
  )
  const onSkip = ({ key }: Job) => void skipped.push(key)
  const run = schedule(jobs, { concurrency, signal: stop.signal, onSkip })
  const outcomes = Object.fromEntries(await clock.drive(run))
  return { seconds: clock.now() / 1000, started, skipped, outcomes, widest, bound: criticalPath(jobs), jobs }
}

describe('the schedule', () => {
  test('starts each job when those before it are done, and not later', async () => {
    const { seconds, started } = await trial({
      ...{
        c: { after: ['a', 'b'], seconds: 4 },
        a: { seconds: 2 },
        b: { seconds: 3 },
        d: { after: ['a'], seconds: 5 },
      },
    })
    expect(started.slice(0, 2).toSorted()).toEqual(['a', 'b'])
    expect(started.slice(2)).toEqual(['d', 'c'])
    expect(seconds).toBe(7)
  })

  test('knows the seconds behind each job', async () => {
    const { jobs, bound } = await trial({
      ...{ a: { seconds: 2 }, b: { after: ['a'], seconds: 10 }, c: { after: ['a'], seconds: 3 }, d: { seconds: 5 } },
    })
    expect(Object.fromEntries(ranks(jobs))).toEqual({ a: 12, b: 10, c: 3, d: 5 })
    expect(bound).toBe(12)
  })

  test('starts the longest chain first: in order of appearance it would take half as long again', async () => {
    const { seconds, started } = await trial(
      {
        ...{ s1: { seconds: 10 }, s2: { seconds: 10 }, s3: { seconds: 10 }, s4: { seconds: 10 } },
        ...{ l1: { seconds: 20 }, l2: { after: ['l1'], seconds: 20 } },
      },
      2,
    )
    expect(started[0]).toBe('l1')
    expect(seconds).toBe(40)
  })

  test('never runs more than it may; who only waits takes no place', async () => {
    const jobs = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`j${index}`, {}]))
    const { widest, seconds } = await trial({ ...jobs, w1: { idle: true }, w2: { idle: true } }, 3)
    expect(widest).toBe(3)
    expect(seconds).toBe(3)
  })

  test('a failure skips what depends on it, near and far, and nothing else', async () => {
    const { outcomes, skipped } = await trial({
      ...{ a: { fails: true }, b: { after: ['a'] }, c: { after: ['b'] }, d: {}, e: { after: ['d', 'unknown'] } },
    })
    expect(outcomes).toEqual({ a: 'failed', b: 'skipped', c: 'skipped', d: 'done', e: 'done' })
    expect(skipped).toEqual(['b', 'c'])
  })

  test('starts nothing once it is stopped, and waits for what runs', async () => {
    const stop = new AbortController()
    stop.abort()
    expect((await trial({ a: {}, b: { after: ['a'] } }, 9, stop)).outcomes).toEqual({ a: 'skipped', b: 'skipped' })
  })
})

describe('in virtual time', () => {
  test('a whole run ends within 1.1 of the longest chain, on 200 random graphs', async () => {
    const world = new World()
    await fc.assert(
      fc.asyncProperty(graphs(1, 40), async ([sketches = []]) => {
        const { seconds, criticalPath: bound } = await simulate(draw(world, sketches), 32)
        expect(seconds).toBeLessThanOrEqual(Math.max(bound * 1.1, bound + 1))
      }),
      { numRuns: 200 },
    )
  }, 60_000)

  test('a dependent of what is usable when created does not wait for it to be ready', async () => {
    const { types } = new World()
    const side = await simulate(
      graphOf((part) => {
        const fleet = part.add(types.fleet, 'a', spec())
        part.add(types.base, 'a', spec({ loose: [fleet.ref('id')] }))
      }),
    )
    expect(side.seconds).toBeLessThan(305)
    const after = await simulate(
      graphOf((part) => {
        const fleet = part.add(types.fleet, 'a', spec())
        part.add(types.base, 'a', spec({ loose: [fleet.ref('id', 'ready')] }))
      }),
    )
    expect(after.seconds).toBeGreaterThan(340)
  })

  test('asks for the slowest first, and never for more at once than it may', async () => {
    const { types } = new World()
    const { created, widest } = await simulate(
      graphOf((part) => {
        for (const name of ['a', 'b', 'c', 'd', 'e']) part.add(types.group, name, spec())
        part.add(types.base, 'slow', spec())
      }),
      2,
    )
    expect(created[0]).toBe('data:base/slow')
    expect(widest).toBe(2)
  })

  test("who waits for AWS takes nobody else's turn", async () => {
    const { types } = new World()
    const { seconds } = await simulate(
      graphOf((part) => {
        part.add(types.base, 'slow', spec())
        let before = part.add(types.vpc, 'n0', spec())
        for (const name of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8', 'n9'])
          before = part.add(types.vpc, name, spec({ loose: [before.ref('label')] }))
      }),
      1,
    )
    expect(seconds).toBeLessThan(305)
  })
})

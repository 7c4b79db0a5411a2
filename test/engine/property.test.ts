import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/engine/graph.ts'
import { bad, draw, graphs, type Sketch, type Trouble, troubles } from './scenario.ts'
import { stack } from './stack.ts'
import { fair } from './weather.ts'
import { World } from './world.ts'

/** How many random cases of each property; more by RUNS=5000. */
const RUNS = Number(process.env.RUNS ?? 1500)
const LIMIT = { timeout: 20_000 + RUNS * 20 }
/** A teardown and every change are allowed: what needs a word has its tests in plan.test.ts. */
const consentTo = (graph: Graph) => ({ replace: new Set(graph.nodes.keys()), deleteData: true })

/** One run in bad luck. How it ends is its own affair: what it leaves behind counts. */
async function suffer(world: World, all: readonly (readonly Sketch[])[], trouble: Trouble): Promise<Graph | null> {
  await world.clock.skip(trouble.pause)
  if (trouble.forget) {
    // A manifest that is lost while AWS still hides something takes the doubt with it: that no engine can know.
    await world.clock.skip(120)
    world.disk.wipe()
  }
  if (trouble.vanish) vanish(world)
  world.cloud.weather = bad(trouble)
  const asked = draw(world, all[trouble.graph ?? 0] ?? [])
  const wanted = trouble.graph === null ? draw(world, []) : asked
  const options = { asked, killAt: trouble.killAt, consent: { ...consentTo(asked), teardown: trouble.graph === null } }
  await world.up(wanted, options).catch(() => null)
  return trouble.graph === null ? null : asked
}

function vanish(world: World): void {
  const free = world.cloud.living.find(({ id }) => world.cloud.holders(id).length === 0)
  if (free) world.cloud.vanish(free.id)
}

/** Exactly what is wanted is there, each once, and a further run would do nothing. */
async function expectDone(world: World, graph: Graph): Promise<void> {
  const { steps } = await world.plan(graph)
  expect(
    steps.filter(({ action }) => action !== 'none').map(({ address, action, changes }) => [address, action, changes]),
  ).toEqual([])
  expect(steps).toHaveLength(graph.nodes.size)
  expect(world.cloud.living).toHaveLength(graph.nodes.size)
}

async function recover(world: World, graph: Graph, attempts = 1): Promise<void> {
  world.cloud.weather = fair()
  for (let left = attempts; ; left--) {
    try {
      await world.done(graph, { consent: consentTo(graph) })
      return await expectDone(world, graph)
    } catch (error) {
      if (left <= 1) throw error
      await world.clock.skip(60)
    }
  }
}

describe('whatever happens', () => {
  test('one graph: a re-run converges, nothing is there twice, and a teardown leaves nothing', LIMIT, async () => {
    await fc.assert(
      fc.asyncProperty(graphs(1), troubles(1), async (all, misfortunes) => {
        const world = new World()
        for (const trouble of misfortunes) await suffer(world, all, trouble)
        const graph = draw(world, all[0] ?? [])
        await recover(world, graph)
        expect(world.cloud.crowd).toEqual([])
        await world.down(graph)
        expect(world.cloud.living).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })

  test('a graph that changes between runs', LIMIT, async () => {
    await fc.assert(
      fc.asyncProperty(graphs(3), troubles(3), async (all, misfortunes) => {
        const world = new World()
        for (const trouble of misfortunes) await suffer(world, all, trouble)
        const graph = draw(world, all.at(-1) ?? [])
        await recover(world, graph, 2)
        expect(world.cloud.crowd).toEqual([])
        // AWS may still hide a change that a dead run has sent, and with it who holds whom: that nobody can know.
        await world.clock.skip(60)
        await world.down(graph)
        expect(world.cloud.living).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })

  test.each([
    ['the first run', null, 'a'],
    ['a replacement', 'a', 'b'],
    ['a teardown', 'a', null],
  ])('a kill at every single moment of %s', async (_, before, after) => {
    const start = async () => {
      const world = new World()
      const graph = (zone: string | null) => (zone === null ? draw(world, []) : stack(world, 1, zone))
      if (before) await world.done(graph(before))
      world.cloud.weather = { ...fair(), hidden: () => 25, late: () => 5 }
      const options = { asked: graph(after ?? before), consent: { teardown: after === null } }
      return { world, wanted: graph(after), options }
    }
    const whole = await start()
    await whole.world.done(whole.wanted, whole.options)
    expect(whole.world.moments).toBeGreaterThan(20)
    for (let killAt = 1; killAt <= whole.world.moments; killAt++) {
      const { world, wanted, options } = await start()
      expect(await world.up(wanted, { ...options, killAt })).toBeNull()
      await world.done(wanted, options)
      await expectDone(world, wanted)
      expect(world.cloud.crowd).toEqual([])
    }
  })
})

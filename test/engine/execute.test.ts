import { describe, expect, test } from 'vitest'
import { actions, graphOf, spec, World } from './world.ts'

const chain = (world: World, size = 1) =>
  graphOf((part) => {
    const vpc = part.add(world.types.vpc, 'main', spec({ size }))
    const gate = part.add(world.types.gate, 'main', spec({ size, homes: [vpc.ref('id')] }))
    part.add(world.types.fleet, 'main', spec({ size, homes: [vpc.ref('id')], targets: [gate.ref('id')] }))
  })

describe('execute', () => {
  test('brings everything into being, in order, and a second plan has nothing to do', async () => {
    const world = new World()
    await world.done(chain(world))
    const { steps } = await world.plan(chain(world))
    expect(steps.map(({ action }) => action)).toEqual(['none', 'none', 'none'])
    expect(actions({ steps })).toEqual({ 'net:vpc/main': 'none', 'net:gate/main': 'none', 'app:fleet/main': 'none' })
  })

  test('takes everything down, in reverse', async () => {
    const world = new World()
    await world.done(chain(world))
    await world.down(chain(world))
    expect(world.cloud.things.size).toBe(0)
    expect(world.disk.resources.size).toBe(0)
  })
})

import { expect } from 'vitest'
import type { Graph } from '../../src/engine/graph.ts'
import { actions, graphOf, type Run, spec, type World } from './world.ts'

/** A network, a gate in it, a fleet that holds the gate, and something that has nothing to do with them. */
export const stack = (world: World, size = 1, zone = 'a') =>
  graphOf((part) => {
    const vpc = part.add(world.types.vpc, 'main', spec({ size }))
    const gate = part.add(world.types.gate, 'main', spec({ size, zone, homes: [vpc.ref('id')] }))
    part.add(world.types.fleet, 'main', spec({ size, homes: [vpc.ref('id')], targets: [gate.ref('id')] }))
    part.add(world.types.group, 'lone', spec({ size }))
  })

export const fates = (run: Run | null) =>
  Object.fromEntries(run?.result.fates.map(({ address, deed, outcome }) => [address, `${deed} ${outcome}`]) ?? [])
export const changes = (world: World, from = 0) =>
  world.cloud.calls.slice(from).flatMap(({ verb, address }) => (verb === 'read' ? [] : [`${verb} ${address}`]))
export const idOf = (world: World, type: string) => world.cloud.living.find((thing) => thing.type === type)?.id ?? ''
export const nothingToDo = async (world: World, graph: Graph) =>
  expect(new Set(Object.values(actions(await world.plan(graph))))).toEqual(new Set(['none']))

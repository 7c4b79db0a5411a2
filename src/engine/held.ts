import type { Graph } from './graph.ts'
import { mentions } from './leaving.ts'
import type { Sighting } from './look.ts'
import type { Step } from './plan.ts'
import { type Address, refsIn } from './ref.ts'
import type { Live } from './resource.ts'

type Standing = Pick<Step, 'node' | 'type' | 'live'>

interface Scene {
  readonly graph: Graph
  readonly sightings: readonly Sighting[]
}

/**
 * The first thing that cannot be deleted before it is made again while this one points at it. This one cannot simply
 * be changed to let go: what it is to point at instead is, or needs, what has not been made again yet.
 */
export function heldTarget(step: Standing, decided: ReadonlyMap<Address, Step>, scene: Scene): Address | null {
  const { node, type } = step
  if (!node || !type.holds) return null
  const spec = node.spec as Record<string, unknown>
  const wanted = new Set(type.holds.flatMap((field) => refsIn(spec[field]).map((ref) => ref.$ref)))
  const before = reach(node.address, scene.graph)
  const leaving = [...decided.values()].filter(({ mode }) => mode === 'delete-first')
  const comesBack = (other: Step) =>
    before.has(other.address) ||
    leaving.some(({ address }) => before.has(address) && reach(other.address, scene.graph).has(address))
  const target = leaving.find(
    (other) => wanted.has(other.address) || (holdsPartOf(step, other, scene) && comesBack(other)),
  )
  return target?.address ?? null
}

/** Whether it points at what another step leaves behind, or at something unwanted that lives in that. */
function holdsPartOf(step: Standing, other: Step, { graph, sightings }: Scene): boolean {
  const orphans = sightings.map(({ live }) => live).filter((live) => live.ours && !graph.nodes.has(live.address))
  const livesInIt = (live: Live, path: readonly Live[] = []): boolean =>
    (other.live !== null && mentions(live.spec, other.live.id)) ||
    orphans.some((next) => !path.includes(next) && mentions(live.spec, next.id) && livesInIt(next, [...path, next]))
  return holds(step, other) || orphans.some((live) => holds(step, { live }) && livesInIt(live, [live]))
}

/** Whether the living thing points at what another step leaves behind, so that it cannot be deleted. */
export function holds({ type, live }: Pick<Step, 'type' | 'live'>, other: Pick<Step, 'live'>): boolean {
  const spec = (live?.spec ?? {}) as Record<string, unknown>
  const id = other.live?.id
  return id !== undefined && (type.holds ?? []).some((field) => mentions(spec[field], id))
}

/** Everything that it needs, and what that needs. */
function reach(address: Address, graph: Graph, seen: Set<Address> = new Set()): ReadonlySet<Address> {
  for (const edge of graph.nodes.get(address)?.edges ?? []) {
    if (seen.has(edge.address)) continue
    seen.add(edge.address)
    reach(edge.address, graph, seen)
  }
  return seen
}

import type { Graph } from './graph.ts'
import { mentions } from './leaving.ts'
import type { Memory, Sighting } from './look.ts'
import type { Address } from './ref.ts'
import type { Live } from './resource.ts'
import type { Step } from './steps.ts'

type Standing = Pick<Step, 'node' | 'type' | 'live'>

interface Scene {
  readonly graph: Graph
  readonly sightings: readonly Sighting[]
  readonly memory: Memory
}

/**
 * The first thing that cannot be deleted before it is made again while this one points at it, or at something that has
 * to go before it. This one cannot simply be changed to let go: what it is to point at instead is, or needs, what has
 * not been made again yet.
 */
export function heldTarget(step: Standing, decided: ReadonlyMap<Address, Step>, scene: Scene): Address | null {
  const { node, type } = step
  if (!node || !type.holds) return null
  const again = [...decided.values()].filter(({ mode }) => mode === 'delete-first')
  if (again.length === 0) return null
  const before = reach(node.address, scene.graph)
  const awaited = again.filter(({ address }) => before.has(address))
  const going = [...[...decided.values()].flatMap(departing), ...orphansOf(scene)]
  const held = going.filter((live) => holds(step, { live }))
  const target = awaited.find(({ live }) => live && held.some((one) => goesBefore(one, live, { going, scene })))
  return target?.address ?? null
}

/** What a step leaves behind, before or after its address is made again. */
const departing = ({ action, live, older }: Step): readonly Live[] =>
  action === 'replace' && live ? [live, ...older] : older

const orphansOf = ({ sightings, graph }: Scene): readonly Live[] =>
  sightings.map(({ live }) => live).filter((live) => live.ours && !graph.nodes.has(live.address))

interface Exodus {
  readonly going: readonly Live[]
  readonly scene: Scene
}

/** Whether `one` is, or has to be gone before, `other`: it needs it, or what it needs does. */
function goesBefore(one: Live, other: Live, exodus: Exodus, seen: Set<Live> = new Set()): boolean {
  if (one.id === other.id) return true
  if (seen.has(one)) return false
  seen.add(one)
  const remembered = exodus.scene.memory.resources.get(one.address)?.dependsOn ?? []
  const needed = exodus.going.filter((next) => remembered.includes(next.address) || mentions(one.spec, next.id))
  return needed.some((next) => goesBefore(next, other, exodus, seen))
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

import type { Graph } from './graph.ts'
import { mentions } from './leaving.ts'
import type { Step } from './plan.ts'
import { type Address, refsIn } from './ref.ts'

type Standing = Pick<Step, 'node' | 'type' | 'live'>
type Decided = ReadonlyMap<Address, Step>

/**
 * The first thing that cannot be deleted before it is made again while this one points at it. This one cannot simply
 * be changed to let go: what it is to point at instead is, or lives in, what has not been made again yet.
 */
export function heldTarget(step: Standing, decided: Decided, graph: Graph): Address | null {
  const { node, type } = step
  const spec = (node?.spec ?? {}) as Record<string, unknown>
  const wanted = new Set((type.holds ?? []).flatMap((field) => refsIn(spec[field]).map((ref) => ref.$ref)))
  const before = node ? reach(node.address, graph) : new Set<Address>()
  const leaving = [...decided.values()].filter(({ mode }) => mode === 'delete-first')
  const inTheWay = (other: Step) =>
    before.has(other.address) ||
    leaving.some(({ address }) => before.has(address) && reach(other.address, graph).has(address))
  const target = leaving.find((other) => wanted.has(other.address) || (holds(step, other) && inTheWay(other)))
  return target?.address ?? null
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

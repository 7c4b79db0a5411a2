import { straysOf } from './claims.ts'
import type { Sighting } from './look.ts'
import type { Address } from './ref.ts'
import type { AnyType } from './resource.ts'
import { strays } from './standing.ts'
import type { PlanInput, Step } from './steps.ts'

/** Where a type stands in the registry. */
export const rankOf = ({ type }: AnyType, { types }: Pick<PlanInput, 'types'>): number =>
  types.findIndex((candidate) => candidate.type === type)

/** What is ours and wanted no more. */
export function removals(input: PlanInput): readonly Step[] {
  const leaving = input.sightings.filter(({ live }) => live.ours && !input.graph.nodes.has(live.address))
  const byAddress = Map.groupBy(leaving, ({ live }) => live.address)
  return [...byAddress.values()].flatMap((here) => {
    // A teardown takes whatever carries our tags, and lists all of it.
    const twins = input.consent.teardown ? [] : strays(here)
    const known = twins.find(({ live }) => live.id === input.memory.resources.get(live.address)?.id) ?? twins[0]
    if (!known) return here.map((one) => removal(one, input))
    return [{ ...removal(known, input), action: 'blocked', reason: straysOf(twins.map(({ live }) => live)) }]
  })
}

function removal({ type, place, live }: Sighting, { asked, types, memory, consent }: PlanInput): Step {
  const remembered = (address: Address) => memory.resources.get(address)?.dependsOn
  const drawn = (address: Address) => asked.nodes.get(address)?.edges.map((edge) => edge.address)
  const held = type.about.holdsData && !consent.deleteData && !consent.teardown
  return {
    ...{ address: live.address, type, place, layer: null, changes: [], node: null, live, older: [] },
    action: held ? 'blocked' : 'delete',
    reason: held ? 'it holds data; --delete-data says that it may go' : 'no longer wanted',
    after: remembered(live.address) ?? drawn(live.address) ?? [],
    mode: null,
    rank: rankOf(type, { types }),
  }
}

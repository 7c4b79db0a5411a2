import type { Address } from './ref.ts'
import type { AnyType } from './resource.ts'
import type { PlanInput, Step } from './steps.ts'

/** Where a type stands in the registry. */
export const rankOf = ({ type }: AnyType, { types }: Pick<PlanInput, 'types'>): number =>
  types.findIndex((candidate) => candidate.type === type)

/** What is ours and wanted no more. */
export function removals({ graph, asked, types, sightings, memory, consent }: PlanInput): readonly Step[] {
  const remembered = (address: Address) => memory.resources.get(address)?.dependsOn
  const drawn = (address: Address) => asked.nodes.get(address)?.edges.map((edge) => edge.address)
  return sightings
    .filter(({ live }) => live.ours && !graph.nodes.has(live.address))
    .map(({ type, place, live }): Step => {
      const held = type.about.holdsData && !consent.deleteData && !consent.teardown
      return {
        ...{ address: live.address, type, place, layer: null, changes: [], node: null, live, older: [] },
        action: held ? 'blocked' : 'delete',
        reason: held ? 'it holds data; --delete-data says that it may go' : 'no longer wanted',
        after: remembered(live.address) ?? drawn(live.address) ?? [],
        mode: null,
        rank: rankOf(type, { types }),
      }
    })
}

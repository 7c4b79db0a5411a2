import { GENERATION, isGenuine, isWanted } from './generation.ts'
import type { Node } from './graph.ts'
import type { Sighting } from './look.ts'
import type { Live } from './resource.ts'

interface Standing {
  readonly current: Live | null
  readonly older: readonly Live[]
  /** All that claim the address, when nobody but a person can tell which of them may stay. */
  readonly twins: readonly Live[]
  readonly stranger: Live | null
}

/** Whose of the things at this address are current, outdated, strangers, or one too many. */
export function standing(node: Node, want: object, sightings: readonly Sighting[]): Standing {
  const here = sightings.filter(({ live }) => live.address === node.address).map(({ live }) => live)
  const ours = here.filter((live) => live.ours && live.failed === undefined)
  const failed = here.filter((live) => live.ours && live.failed !== undefined)
  const stranger = here.find((live) => !live.ours) ?? null
  if (node.type.about.replaceBy === 'delete-first') {
    const [current = null] = ours
    return { current, older: failed, twins: ours.length > 1 ? ours : [], stranger }
  }
  const current = ours.filter((live) => isWanted(node.type, want, live))
  const older = ours.filter((live) => !current.includes(live))
  // Tags can be copied. What was not made by us is not deleted for carrying them.
  const certain = current.length <= 1 && older.every((live) => isGenuine(node.type, live))
  return { current: current[0] ?? null, older: [...older, ...failed], twins: certain ? [] : ours, stranger }
}

/**
 * Of what is at one address that is wanted no more: all that claim it, when nobody but a person can tell whose they
 * are. Generations that we made ourselves (only `create-first` types have any) are no twins: a replacement was cut off
 * between them.
 */
export function strays(here: readonly Sighting[]): readonly Sighting[] {
  const alive = here.filter(({ live }) => live.failed === undefined)
  const generations = new Set(alive.map(({ live }) => live.tags?.[GENERATION]))
  const certain = generations.size === alive.length && alive.every(({ type, live }) => isGenuine(type, live))
  return alive.length <= 1 || certain ? [] : alive
}

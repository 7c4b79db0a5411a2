import type { Ctx } from '../ctx.ts'
import { rightOf } from '../rights.ts'
import { pause } from '../wait.ts'
import { ALERTS } from './alerts.ts'
import { BALANCING } from './balancing.ts'
import { COMPUTE } from './compute.ts'
import { DATABASES } from './databases.ts'
import { FILES } from './files.ts'
import { type Finder, ifAllowed, type Leftover, type Sighting, type SweepCtx } from './finder.ts'
import { hintsOf, OTHERS } from './hints.ts'
import { KEYS } from './keys.ts'
import { NAMED } from './named.ts'
import { NEIGHBOURS } from './neighbours.ts'
import { NETWORK } from './network.ts'
import { SECRETS } from './secrets.ts'
import { TABLES } from './tables.ts'

export { SWEEP_ACTIONS } from './actions.ts'
export type { Leftover } from './finder.ts'

export interface Swept {
  readonly leftovers: readonly Leftover[]
  /** What stays on purpose: snapshots, backups, keys that wait for their end. */
  readonly kept: readonly Leftover[]
  /** Where nobody could look. */
  readonly unseen: readonly Unseen[]
}

/** A listing that was denied. */
export interface Unseen {
  /** The IAM action that was lacking. */
  readonly action: string
  readonly error: unknown
}

/** Seconds between two looks. */
const EVERY = 10
/** Seconds that AWS may need for what it takes away by itself. */
const PATIENCE = 300
/** AWS shows for a while what has just been deleted: what is left is left in so many looks in a row. */
const LOOKS = 3

const FINDERS: readonly Finder[] = [
  ...[...NETWORK, ...COMPUTE, ...BALANCING, ...DATABASES, ...TABLES, ...FILES],
  ...[...KEYS, ...ALERTS, ...NAMED, ...SECRETS, ...NEIGHBOURS, ...OTHERS],
]

/**
 * Looks for anything of the stack that is left, independently of the resource types: it imports nothing of theirs,
 * so that it cannot share their blind spots. The tagging API gives hints alone, for it lags and shows ghosts;
 * every kind is listed by its own service (aws-behaviours.md 0.7). `vpcs`: networks that this run has deleted.
 */
export async function sweep(given: Ctx, vpcs: readonly string[] = []): Promise<Swept> {
  const denied = new Map<string, unknown>()
  const ctx: SweepCtx = { ...given, unseen: (error) => denied.set(rightOf(error), error) }
  const hints = await hintsOf(ctx, vpcs)
  const seen = new Map<Finder, readonly Sighting[]>()
  let finders = FINDERS
  for (let look = 1; ; look++) {
    const answers = await Promise.all(
      finders.map(async (finder) => [finder, await ifAllowed(ctx, finder(ctx, hints))] as const),
    )
    for (const [finder, found] of answers) seen.set(finder, found)
    finders = finders.filter((finder) => seen.get(finder)?.some(isOpen))
    const found = finders.flatMap((finder) => seen.get(finder)?.filter(isOpen) ?? [])
    // What goes by itself is waited for, unless something else is left anyway.
    const going = found.every(({ fate }) => fate === 'going')
    const settled = going ? (look - 1) * EVERY >= PATIENCE : look >= LOOKS
    if (found.length === 0 || settled) {
      const kept = [...seen.values()].flat().filter((one) => !isOpen(one))
      const unseen = [...denied].map(([action, error]) => ({ action, error }))
      return { leftovers: listOf(found), kept: listOf(kept), unseen }
    }
    if (look === 1) ctx.note(`${going ? 'waiting for AWS to take away' : 'looking again at'} ${namesOf(found)}`)
    await pause(EVERY, ctx.signal)
  }
}

/** Whether it should not be there, as opposed to what is kept. */
const isOpen = ({ fate }: Sighting): boolean => fate !== 'kept'

const namesOf = (found: readonly Sighting[]): string => {
  const names = found.slice(0, 3).map(({ type, id }) => `${type} ${id}`)
  return found.length > names.length ? `${names.join(', ')} and ${found.length - names.length} more` : names.join(', ')
}

/** Each thing once: the first reason is the better one. */
function listOf(found: readonly Sighting[]): readonly Leftover[] {
  const once = new Map(found.toReversed().map((one) => [`${one.type} ${one.id}`, one]))
  return [...once.values()]
    .map(({ fate, why, ...rest }) => ({
      ...rest,
      why: fate === 'going' ? `${why}; AWS takes it away by itself, but has not yet` : why,
    }))
    .sort((a, b) => (`${a.type} ${a.id}` < `${b.type} ${b.id}` ? -1 : 1))
}

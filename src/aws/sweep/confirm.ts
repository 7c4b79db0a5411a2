import type { Ctx } from '../ctx.ts'
import { isDenied, unlessGone } from '../failure.ts'
import { type Hints, isOurs, type Sighting, tagged } from './finder.ts'
import { beginsLikeOurs } from './known.ts'

type Tags = Readonly<Record<string, string>>

/** Something of a kind whose listing shows no tags. */
export interface Candidate extends Omit<Sighting, 'why' | 'fate'> {
  readonly name: string
  readonly arn: string
}

/** So many at once. */
const AT_ONCE = 8

/** One after the other, a few at once: some of these calls are counted narrowly, and an account may hold a lot. */
export async function inTurns<T, R>(items: readonly T[], act: (item: T) => Promise<readonly R[]>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const some = await Promise.all(items.slice(from, from + AT_ONCE).map(act))
    results.push(...some.flat())
  }
  return results
}

/** Those that carry our tag, of those that have a name like ours or are hinted at: only these are asked. */
export async function confirmed(
  ctx: Ctx,
  { arns }: Hints,
  candidates: readonly Candidate[],
  tagsOf: (candidate: Candidate) => Promise<Tags>,
): Promise<readonly Sighting[]> {
  const suspects = candidates.filter(({ name, arn }) => beginsLikeOurs(ctx.stack, name) || arns.includes(arn))
  return inTurns(suspects, (one) => confirm(ctx, one, tagsOf))
}

async function confirm(
  ctx: Ctx,
  candidate: Candidate,
  tagsOf: (candidate: Candidate) => Promise<Tags>,
): Promise<readonly Sighting[]> {
  const { type, id, monthlyUsd } = candidate
  const sighting = { type, id, monthlyUsd, fate: 'there' as const }
  try {
    const tags = await unlessGone(tagsOf(candidate))
    return tags && isOurs(ctx, tags) ? [{ ...sighting, why: tagged(ctx) }] : []
  } catch (error) {
    if (!isDenied(error)) throw error
    return [{ ...sighting, why: 'its name is like ours, and its tags may not be read' }]
  }
}

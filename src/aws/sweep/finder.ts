import type { Filter, Tag } from '@aws-sdk/client-ec2'
import { type Prices, pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { isDenied } from '../failure.ts'
import { isLacking } from '../lacking.ts'
import { all, oursFilter, STACK, toRecord } from '../ownership.ts'

/** Something that a teardown has left behind, or keeps on purpose. */
export interface Leftover {
  readonly type: string
  readonly id: string
  /** Why it is taken for ours, and is still there. */
  readonly why: string
  /** What it costs a month if it stays, at the list prices of its region; null: not known, or it depends on what is in it. */
  readonly monthlyUsd: number | null
}

/** Still there; AWS is taking it away by itself; or it stays on purpose, and is no leftover. */
export type Fate = 'there' | 'going' | 'kept'

export interface Sighting extends Leftover {
  readonly fate: Fate
}

/** What AWS's own lists of tags say is ours. They lag, and show ghosts, so each has to be seen by its own service. */
export interface Hints {
  /** EC2's ids. */
  readonly ids: readonly string[]
  /** Everything but EC2. */
  readonly arns: readonly string[]
  /** Networks that this run has deleted, or has tried to. */
  readonly vpcs: readonly string[]
}

/** What a finder is given. */
export interface SweepCtx extends Ctx {
  /** Takes down that nobody could look there, and why. */
  unseen(denial: unknown): void
}

/** Looks for things of some kinds that are the stack's. Dead ones are no sightings. */
export type Finder = (ctx: SweepCtx, hints: Hints) => Promise<readonly Sighting[]>

export const isOurs = (ctx: Ctx, tags: Readonly<Record<string, string>>): boolean => tags[STACK] === ctx.stack

/** Of things that are counted by the gigabyte. Null: the price is not known, or how much there is. */
export const byTheGb = (price: number | null, bytes: number | undefined): number | null =>
  price === null || bytes === undefined ? null : Math.round(price * (bytes / GIB) * 100) / 100

export const GIB = 1024 ** 3

export const tagged = (ctx: Ctx): string => `it carries the tag ${STACK}=${ctx.stack}`

/**
 * A listing. One that is denied proves nothing: that is told, and the others go on. What an emulator does not have
 * cannot have left anything.
 */
export const ifAllowed = <T>(ctx: SweepCtx, list: Promise<readonly T[]>): Promise<readonly T[]> =>
  orUnseen(ctx, list, [])

/** Every item of every page of one. */
export const listing = <Page, Item>(
  ctx: SweepCtx,
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> => ifAllowed(ctx, all(pages, items))

/** The same of an answer that is no list. */
export async function orUnseen<T>(ctx: SweepCtx, ask: Promise<T>, instead: T): Promise<T> {
  try {
    return await ask
  } catch (error) {
    if (isDenied(error)) ctx.unseen(error)
    else if (!isLacking(error)) throw error
    return instead
  }
}

interface Taggable {
  readonly Tags?: Tag[] | undefined
}

/** One kind of EC2 thing. */
export interface Kind<Item extends Taggable> {
  readonly type: string
  /** What its ids begin with, up to the hyphen. */
  readonly prefix: string
  readonly list: (ctx: Ctx, filters: Filter[]) => Promise<readonly Item[]>
  readonly id: (item: Item) => string | undefined
  /** How it is looked up by id: the name of a filter, or a call for each where no filter takes ids. */
  readonly look: string | ((ctx: Ctx, id: string) => Promise<readonly Item[]>)
  /** Left out: a thing of this kind is either there or not. */
  readonly fate?: (item: Item) => 'there' | 'going' | 'gone'
  /** Whether its network brings it along, and takes it away. */
  readonly inborn?: (item: Item) => boolean
  /** Left out: a thing of this kind costs nothing by itself. */
  readonly usd?: (item: Item, prices: Prices) => number | null
}

/** Lists a kind by our tag and then, by id, what the hints name and the listing has not shown. */
export const finderOf =
  <Item extends Taggable>(kind: Kind<Item>): Finder =>
  async (ctx, { ids }) => {
    const tagging = await ifAllowed(ctx, kind.list(ctx, oursFilter(ctx)))
    const seen = new Set(tagging.map(kind.id))
    const hinted = ids.filter((id) => id.startsWith(`${kind.prefix}-`) && !seen.has(id))
    const items = [...tagging, ...(await lookedUp(ctx, kind, hinted))]
    // Some emulators ignore a filter, and a hint may tell of a tag that was taken away.
    const ours = items.filter((item) => isOurs(ctx, toRecord(item.Tags)))
    return ours.flatMap((item) => sightingsOf(ctx, kind, { item, why: tagged(ctx) }))
  }

/** One thing of a kind, as it is told. */
export function sightingsOf<Item extends Taggable>(
  ctx: Ctx,
  kind: Kind<Item>,
  { item, why }: { readonly item: Item; readonly why: string },
): readonly Sighting[] {
  const fate = kind.fate?.(item) ?? 'there'
  if (fate === 'gone') return []
  const monthlyUsd = kind.usd ? kind.usd(item, pricesOf(ctx.region)) : 0
  return [{ type: kind.type, id: kind.id(item) ?? '', why, monthlyUsd, fate }]
}

async function lookedUp<Item extends Taggable>(
  ctx: SweepCtx,
  { look, list }: Kind<Item>,
  ids: readonly string[],
): Promise<readonly Item[]> {
  if (ids.length === 0) return []
  if (typeof look === 'string') return ifAllowed(ctx, list(ctx, [{ Name: look, Values: [...ids] }]))
  return (await Promise.all(ids.map((id) => ifAllowed(ctx, look(ctx, id))))).flat()
}

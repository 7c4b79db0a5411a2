import type { ResourceType as Ec2Kind, Filter, TagSpecification } from '@aws-sdk/client-ec2'
import type { Address } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'

export const STACK = 'ecom-infra:stack'
export const ADDRESS = 'ecom-infra:address'

type Tags = Readonly<Record<string, string>>
interface Pair {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The tags of cli.md: owner, address, Name, and the config's. */
export const tagsFor = (stack: string, address: Address, extra: Tags): Tags => ({
  ...extra,
  [STACK]: stack,
  [ADDRESS]: address,
  Name: `${stack}-${address.slice(address.indexOf('/') + 1)}`,
})

/** A config gives no tags of these names. */
const NOT_THE_CONFIGS = /^(name$|aws:|ecom-infra:)/i

/** Names of the tags that the config last applied has put on everything, and that are not wanted any more. */
export const retiredTags = (applied: Tags, wanted: Tags): readonly string[] =>
  Object.keys(applied).filter((key) => !Object.hasOwn(wanted, key) && !NOT_THE_CONFIGS.test(key))

/** AWS's list of pairs as a record. */
export const toRecord = (pairs: readonly Pair[] | undefined): Tags =>
  Object.fromEntries((pairs ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))

/** A record as AWS's list of pairs. */
export const toPairs = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

/** Goes into an EC2 create call itself, so that nothing of ours is ever without its name. */
export const born = (ctx: Ctx, kind: Ec2Kind, address: Address, generation?: string): TagSpecification[] => [
  { ResourceType: kind, Tags: toPairs(ctx.tags(address, generation)) },
]

/** One filter finds everything of ours, remembered or not. */
export const oursFilter = (ctx: Ctx): Filter[] => [{ Name: `tag:${STACK}`, Values: [ctx.stack] }]

/** Every item of every page. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const list: Item[] = []
  for await (const page of pages) list.push(...(items(page) ?? []))
  return list
}

/**
 * Lists an EC2 kind by our tag, and then by id what the manifest remembers and the tag did not show
 * (its tags were changed by a stranger, or AWS lags). A filter, because a missing id in an id list fails the whole call.
 */
export async function oursAndAsked<Item>(
  ctx: Ctx,
  asked: readonly Asked[],
  how: {
    readonly list: (filters: Filter[]) => Promise<readonly Item[]>
    readonly idFilter: string
    readonly id: (item: Item) => string | undefined
  },
): Promise<readonly Item[]> {
  const ours = await how.list(oursFilter(ctx))
  const seen = new Set(ours.map(how.id))
  const missing = asked.flatMap(({ id }) => (id !== null && !seen.has(id) ? [id] : []))
  if (missing.length === 0) return ours
  return [...ours, ...(await how.list([{ Name: how.idFilter, Values: missing }]))]
}

/**
 * Whose a tagged thing is. Ours: our stack's tag, or none at all on an id that our manifest remembers.
 * The address is the tag's, else the one that was asked for by that id.
 */
export function claim(
  ctx: Ctx,
  id: string,
  tags: Tags,
  asked: readonly Asked[],
): { readonly address: Address; readonly ours: boolean } {
  const remembered = asked.find((one) => one.id === id)
  const ours = tags[STACK] === ctx.stack || (tags[STACK] === undefined && remembered !== undefined)
  const address = (ours && remembered?.address) || tags[ADDRESS] || remembered?.address || `unknown/${id}`
  return { address: address as Address, ours }
}

/**
 * Puts our tags on an EC2 thing and takes off those that we have given up; foreign ones stay (aws-behaviours.md 0.6).
 * Here as everywhere the old ones go first: there may be no room for both, and IAM takes `Team` and `team` for one.
 */
export async function tagEc2(ctx: Ctx, id: string, address: Address, generation?: string): Promise<void> {
  const Resources = [id]
  if (ctx.retired.length > 0) await ctx.ec2.deleteTags({ Resources, Tags: ctx.retired.map((Key) => ({ Key })) })
  await ctx.ec2.createTags({ Resources, Tags: toPairs(ctx.tags(address, generation)) })
}

import type { Address } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { isDenied } from './failure.ts'
import { isLacking } from './lacking.ts'
import { ADDRESS, all, STACK, toRecord } from './ownership.ts'

type Tags = Readonly<Record<string, string>>

/** The services whose things are asked for their tags one at a time; then those that are asked for the hints alone. */
const SERVICES = [
  ...['cloudwatch', 'dynamodb', 'kms', 'logs', 'rds', 's3', 'sns'],
  ...['ec2', 'elasticfilesystem', 'elasticloadbalancing'],
]

/**
 * What the tagging API shows of ours in these services, tags by ARN: one listing a look, where the services themselves
 * give the tags of one thing at a time. It lags and shows ghosts (aws-behaviours.md 0.7), so it only ever hints. Empty
 * where it may not be asked, or is not there.
 */
export const taggedOurs = (ctx: Ctx): Promise<ReadonlyMap<string, Tags>> =>
  ctx.memo('tagged', async () => {
    const TagFilters = [{ Key: STACK, Values: [ctx.stack] }]
    try {
      const pages = ctx.tagging.paginateGetResources({
        ...{ TagFilters, ResourceTypeFilters: SERVICES, ResourcesPerPage: 100 },
      })
      const found = await all(pages, (page) => page.ResourceTagMappingList)
      return new Map(
        found.map(({ ResourceARN = '', Tags }) => [ResourceARN.replace(/:\*$/, ''), toRecord(Tags)] as const),
      )
    } catch (error) {
      if (!isDenied(error) && !isLacking(error)) throw error
      return new Map<string, Tags>()
    }
  })

/** The addresses that it shows. */
export const hintedAddresses = async (ctx: Ctx): Promise<readonly Address[]> =>
  [...(await taggedOurs(ctx)).values()].flatMap((tags) => (tags[ADDRESS] as Address | undefined) ?? [])

/** The ARNs that it shows of a kind, by how they go on after the account; none in a look at single things. */
export async function hintedArns(ctx: Ctx, service: string, kind = ''): Promise<readonly string[]> {
  if (!ctx.wide) return []
  const begins = `arn:${ctx.partition}:${service}:${ctx.region}:${ctx.account}:${kind}`
  return [...(await taggedOurs(ctx)).keys()].filter((arn) => arn.startsWith(begins))
}

/** Whether these are the tags that we would put on it: only then is a late answer as good as a fresh one. */
export const asWanted = (ctx: Ctx, address: Address, tags: Tags): boolean =>
  Object.entries(ctx.tags(address)).every(([key, value]) => tags[key] === value) &&
  !ctx.retired.some((key) => Object.hasOwn(tags, key))

interface Tagged<T> {
  readonly arn: string
  /** Who asks for it; undefined: nobody does. */
  readonly asker: Asked | undefined
  /** Asks the service itself. */
  readonly ask: () => Promise<T>
}

/** What the tagging API says where it says what is wanted, else what the service says of the thing itself. */
export async function tagsShown<T>(ctx: Ctx, { arn, asker, ask }: Tagged<T>): Promise<T | Tags> {
  if (!ctx.wide || asker === undefined) return ask()
  const hint = (await taggedOurs(ctx)).get(arn)
  return hint && asWanted(ctx, asker.address, hint) ? hint : ask()
}

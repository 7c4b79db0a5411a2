import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { isDenied } from './failure.ts'
import { isLacking } from './lacking.ts'
import { all, STACK, toRecord } from './ownership.ts'

type Tags = Readonly<Record<string, string>>

/**
 * What the tagging API shows of ours of one kind (`cloudwatch:alarm`), tags by ARN: one listing a look, where the
 * service itself gives the tags of one thing at a time. It lags and shows ghosts (aws-behaviours.md 0.7), so it only
 * ever hints. Empty where it may not be asked, or is not there.
 */
export const taggedOurs = (ctx: Ctx, kind: string): Promise<ReadonlyMap<string, Tags>> =>
  ctx.memo(`tagged:${kind}`, async () => {
    const TagFilters = [{ Key: STACK, Values: [ctx.stack] }]
    try {
      const pages = ctx.tagging.paginateGetResources({ TagFilters, ResourceTypeFilters: [kind] })
      const found = await all(pages, (page) => page.ResourceTagMappingList)
      return new Map(found.map(({ ResourceARN = '', Tags }) => [ResourceARN, toRecord(Tags)] as const))
    } catch (error) {
      if (!isDenied(error) && !isLacking(error)) throw error
      return new Map<string, Tags>()
    }
  })

/** Whether these are the tags that we would put on it: only then is a late answer as good as a fresh one. */
export const asWanted = (ctx: Ctx, address: Address, tags: Tags): boolean =>
  Object.entries(ctx.tags(address)).every(([key, value]) => tags[key] === value) &&
  !ctx.retired.some((key) => Object.hasOwn(tags, key))

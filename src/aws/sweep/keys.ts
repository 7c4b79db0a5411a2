import type { AliasListEntry, KeyMetadata } from '@aws-sdk/client-kms'
import { pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { isDenied, unlessGone } from '../failure.ts'
import { all } from '../ownership.ts'
import { inTurns } from './confirm.ts'
import { type Finder, isOurs, listing, orUnseen, type Sighting, type SweepCtx, tagged } from './finder.ts'
import { beginsLikeOurs } from './known.ts'

/** Keys are listed without names and tags, so those are asked that are hinted at, have an alias like ours, or none at all. */
const keys: Finder = async (ctx, { arns }) => {
  const [listed, aliases] = await Promise.all([
    listing(ctx, ctx.kms.paginateListKeys({ Limit: 1000 }), (page) => page.Keys),
    listing(ctx, ctx.kms.paginateListAliases({ Limit: 100 }), (page) => page.Aliases),
  ])
  const target = ({ TargetKeyId }: AliasListEntry) => TargetKeyId ?? []
  const hinted = arns.flatMap((arn) => /:kms:[^:]*:[^:]*:key\/(.+)$/.exec(arn)?.[1] ?? [])
  const named = new Set(aliases.flatMap(target))
  const bare = listed.flatMap(({ KeyId }) => (KeyId === undefined || named.has(KeyId) ? [] : [KeyId]))
  const like = aliases.filter(({ AliasName = '' }) => beginsLikeOurs(ctx.stack, AliasName.replace('alias/', '')))
  const suspects = new Set([...hinted, ...like.flatMap(target), ...bare])
  const ours = await inTurns([...suspects], (id) => keyOfOurs(ctx, id))
  const ids = new Set(ours.map(({ KeyId }) => KeyId))
  const left = aliases.filter(({ TargetKeyId }) => TargetKeyId !== undefined && ids.has(TargetKeyId))
  return [...ours.map((key) => sightingOf(ctx, key)), ...left.map(aliasOf)]
}

async function keyOfOurs(ctx: SweepCtx, KeyId: string): Promise<readonly KeyMetadata[]> {
  if (!(await hasOurTag(ctx, KeyId))) return []
  const answer = await orUnseen(ctx, unlessGone(ctx.kms.describeKey({ KeyId })), undefined)
  return answer?.KeyMetadata ? [answer.KeyMetadata] : []
}

/** One whose tags may not be read is somebody else's. */
async function hasOurTag(ctx: Ctx, KeyId: string): Promise<boolean> {
  try {
    const pages = ctx.kms.paginateListResourceTags({ KeyId })
    const tags = (await unlessGone(all(pages, (page) => page.Tags))) ?? []
    const record = Object.fromEntries(tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]))
    return isOurs(ctx, record)
  } catch (error) {
    if (!isDenied(error)) throw error
    return false
  }
}

/** AWS deletes no key at once. One that waits for it serves nobody any more, and costs nothing. */
function sightingOf(ctx: Ctx, { KeyId: id = '', KeyState, DeletionDate }: KeyMetadata): Sighting {
  if (KeyState !== 'PendingDeletion' && KeyState !== 'PendingReplicaDeletion') {
    return { type: 'kms:key', id, why: tagged(ctx), monthlyUsd: pricesOf(ctx.region).keyMonthly(), fate: 'there' }
  }
  const day = DeletionDate ? ` for ${DeletionDate.toISOString().slice(0, 10)}` : ''
  const why = `its deletion is scheduled${day}; until then \`aws kms cancel-key-deletion --key-id ${id}\` saves it`
  return { type: 'kms:key', id, why, monthlyUsd: 0, fate: 'kept' }
}

/** A key that waits for its deletion keeps its aliases, and the next one could not have them. */
const aliasOf = ({ AliasName: id = '', TargetKeyId }: AliasListEntry): Sighting => ({
  ...{ type: 'kms:alias', id, why: `it names our key ${TargetKeyId}`, monthlyUsd: 0, fate: 'there' },
})

export const KEYS: readonly Finder[] = [keys]

import type { KeyMetadata } from '@aws-sdk/client-kms'
import type { Ctx } from './ctx.ts'
import { codeOf, isDenied, unlessGone } from './failure.ts'
import { all, STACK } from './ownership.ts'
import { taggedOurs } from './tagged.ts'

type Tags = Readonly<Record<string, string>>

const isDoomed = ({ KeyState }: KeyMetadata): boolean =>
  KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion'

/** A key by its id or alias. One that is on its way out counts as absent: it serves nobody any more. */
export async function keyAt(ctx: Ctx, KeyId: string): Promise<KeyMetadata | undefined> {
  const key = (await unlessGone(ctx.kms.describeKey({ KeyId })))?.KeyMetadata
  return key === undefined || isDoomed(key) ? undefined : key
}

export async function keyTags(ctx: Ctx, KeyId: string): Promise<Tags> {
  const tags = await all(ctx.kms.paginateListResourceTags({ KeyId }), (page) => page.Tags)
  return Object.fromEntries(tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]))
}

/** Ids of the keys that the tagging API shows with our stack's tag: some may be dead, and the youngest are missing. */
export async function hintedKeys(ctx: Ctx): Promise<readonly string[]> {
  const arns = [...(await taggedOurs(ctx)).keys()].filter((arn) => arn.split(':')[2] === 'kms')
  return arns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1))
}

/**
 * Ids of all keys with our stack's tag. What the tagging API does not show yet is younger than a few minutes, so nobody
 * has given it an alias but us: only keys without any alias are asked one by one, which leaves out those that AWS keeps.
 */
export async function ownKeys(ctx: Ctx): Promise<readonly string[]> {
  const [hinted, bare] = await Promise.all([hintedKeys(ctx), bareKeys(ctx)])
  const own: string[] = [...hinted]
  const rest = bare.filter((id) => !hinted.includes(id))
  for (let from = 0; from < rest.length; from += AT_ONCE) {
    const some = rest.slice(from, from + AT_ONCE)
    const ours = await Promise.all(some.map((id) => isOwn(ctx, id)))
    own.push(...some.filter((_, index) => ours[index]))
  }
  return own
}

const AT_ONCE = 8

async function bareKeys(ctx: Ctx): Promise<readonly string[]> {
  const [keys, aliases] = await Promise.all([
    all(ctx.kms.paginateListKeys({ Limit: 1000 }), (page) => page.Keys),
    all(ctx.kms.paginateListAliases({ Limit: 100 }), (page) => page.Aliases),
  ])
  const named = new Set(aliases.map(({ TargetKeyId }) => TargetKeyId))
  return keys.flatMap(({ KeyId }) => (KeyId === undefined || named.has(KeyId) ? [] : [KeyId]))
}

/** A key whose tags we may not read is somebody else's. */
async function isOwn(ctx: Ctx, id: string): Promise<boolean> {
  try {
    return (await unlessGone(keyTags(ctx, id)))?.[STACK] === ctx.stack
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

/** The aliases of a key that are ours: one has no tags, but it is named after the stack. */
export async function ownAliases(ctx: Ctx, KeyId: string): Promise<readonly string[]> {
  const aliases = await unlessGone(all(ctx.kms.paginateListAliases({ KeyId }), (page) => page.Aliases))
  const names = (aliases ?? []).flatMap(({ AliasName }) => AliasName ?? [])
  return names.filter((name) => name.startsWith(`alias/${ctx.stack}-`)).sort()
}

/** Days that AWS keeps a key at the least. */
const SHORTEST = 7

/** Asks for the deletion and returns the day of it; null when the key is gone. */
export async function scheduleDeletion(ctx: Ctx, KeyId: string): Promise<string | null> {
  const input = { KeyId, PendingWindowInDays: SHORTEST }
  const answer = await unlessGone(ctx.kms.scheduleKeyDeletion(input).catch((error) => scheduled(ctx, KeyId, error)))
  if (!answer) return null
  return answer.DeletionDate?.toISOString().slice(0, 10) ?? 'a day that AWS does not tell'
}

/** What was scheduled before is refused. */
async function scheduled(ctx: Ctx, KeyId: string, error: unknown): Promise<KeyMetadata> {
  const { KeyMetadata } = codeOf(error) === 'KMSInvalidState' ? await ctx.kms.describeKey({ KeyId }) : {}
  if (!KeyMetadata || !isDoomed(KeyMetadata)) throw error
  return KeyMetadata
}

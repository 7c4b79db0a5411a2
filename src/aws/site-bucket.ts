import type { ObjectIdentifier } from '@aws-sdk/client-s3'
import { Failed, Refused } from '../engine/errors.ts'
import { owned, tagsOf } from './buckets.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { STACK } from './ownership.ts'

/** Throws unless the bucket is there and the stack's own. The name alone proves nothing: names are everybody's. */
export async function refuseForeignSite(ctx: Ctx, bucket: string): Promise<void> {
  const tags = await tagsOf(ctx, bucket)
  if (tags === undefined) {
    throw new Refused('NoBucket', `${ctx.stack} has no bucket for its site yet (${bucket}).`, {
      hint: 'Run `ecom-infra up` first: it makes the bucket.',
    })
  }
  if (tags === 'closed') {
    throw new Refused('BucketDenied', `The bucket ${bucket} is there, but not for these credentials.`, {
      hint: `Either s3:GetBucketTagging is missing on it, or it belongs to another account than ${ctx.account}.`,
    })
  }
  if (tags[STACK] === ctx.stack) return
  throw new Refused('ForeignBucket', `The bucket ${bucket} does not carry the tag ${STACK}=${ctx.stack}.`, {
    hint: '`ecom-infra status` tells what is wrong with it, and `ecom-infra up` puts it right where it is ours.',
  })
}

interface Listed {
  readonly bytes: number
  readonly etag: string
}

/** Every object of a bucket, by its key: one call for a thousand. */
export async function listSite(ctx: Ctx, bucket: string): Promise<ReadonlyMap<string, Listed>> {
  const found = new Map<string, Listed>()
  // XML cannot carry every name that S3 takes.
  const pages = ctx.s3.paginateListObjectsV2({ ...owned(ctx, bucket), EncodingType: 'url' })
  for await (const { Contents = [], EncodingType } of pages) {
    for (const { Key = '', Size = 0, ETag = '' } of Contents) {
      const key = EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key
      found.set(key, { bytes: Size, etag: ETag.replaceAll('"', '') })
    }
  }
  return found
}

/** Where our own sum of an object's content stands: a copy keeps it, even one that S3 makes in several pieces. */
export const SHA256 = 'sha256'

/** The SHA-256 of an object's content, in base64, as far as anybody knows it; null: nobody does. */
export async function sha256Of(ctx: Ctx, bucket: string, key: string): Promise<string | null> {
  const head = await unlessGone(ctx.s3.headObject({ ...owned(ctx, bucket), Key: key, ChecksumMode: 'ENABLED' }))
  const whole = head?.ChecksumSHA256
  // Of what was uploaded in pieces S3 has a sum of sums, with the number of pieces behind it.
  if (whole !== undefined && !whole.includes('-')) return whole
  return head?.Metadata?.[SHA256] ?? null
}

/** S3 deletes no more with one call. */
const AT_ONCE = 1_000

/** Deletes objects; in a versioned bucket they can be brought back. Tells of each batch. */
export async function deleteFromSite(
  ctx: Ctx,
  bucket: string,
  keys: readonly string[],
  told: (keys: readonly string[]) => void,
): Promise<void> {
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const batch = keys.slice(from, from + AT_ONCE)
    const Objects = batch.map((Key): ObjectIdentifier => ({ Key }))
    // It answers 200 with failures inside.
    const { Errors = [] } = await ctx.s3.deleteObjects({ ...owned(ctx, bucket), Delete: { Objects, Quiet: true } })
    const refused = new Set(Errors.map(({ Key }) => Key))
    told(batch.filter((key) => !refused.has(key)))
    const [first] = Errors
    if (first) {
      throw new Failed('NotDeleted', `S3 refused to delete ${Errors.length} objects, "${first.Key}" first.`, {
        ...{ action: 's3:DeleteObjects', awsCode: first.Code, hint: first.Message },
      })
    }
  }
}

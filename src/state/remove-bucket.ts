import { emptyPast } from '../aws/bucket-content.ts'
import type { Ctx } from '../aws/ctx.ts'
import { codeOf, statusOf, unlessGone } from '../aws/failure.ts'
import type { S3Store } from './s3-store.ts'

const own = (ctx: Ctx, store: S3Store) => ({ Bucket: store.bucket, ExpectedBucketOwner: ctx.account })

export async function hasStateBucket(ctx: Ctx, store: S3Store): Promise<boolean> {
  try {
    await ctx.s3.headBucket(own(ctx, store))
    return true
  } catch (error) {
    // HeadBucket has no body, so its error has no name to go by (aws-behaviours.md 0.1).
    if (statusOf(error) === 404) return false
    throw error
  }
}

/**
 * Removes the state bucket when no stack has anything in it any more. True: it is gone. No lock is held for it, so
 * another stack may begin at any moment: nothing that stands in it is deleted, and S3 itself refuses to delete the
 * bucket as long as something does.
 */
export async function removeStateBucket(ctx: Ctx, store: S3Store): Promise<boolean> {
  if ((await store.list('')).length > 0) return false
  if (!(await emptyPast(ctx, store.bucket))) return false
  try {
    await unlessGone(ctx.s3.deleteBucket(own(ctx, store)))
  } catch (error) {
    // Another stack has begun meanwhile: the bucket is its home now.
    if (codeOf(error) === 'BucketNotEmpty') return false
    throw error
  }
  return true
}

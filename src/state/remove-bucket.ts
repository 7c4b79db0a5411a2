import { emptyBucket } from '../aws/bucket-content.ts'
import type { Ctx } from '../aws/ctx.ts'
import { codeOf, unlessGone } from '../aws/failure.ts'
import type { S3Store } from './s3-store.ts'

/** Removes the state bucket when no stack has anything in it any more. True: it is gone. */
export async function removeStateBucket(ctx: Ctx, store: S3Store): Promise<boolean> {
  if ((await store.list('')).length > 0) return false
  await emptyBucket(ctx, store.bucket)
  try {
    await unlessGone(ctx.s3.deleteBucket({ Bucket: store.bucket, ExpectedBucketOwner: ctx.account }))
  } catch (error) {
    // Another stack has begun meanwhile: the bucket is its home now.
    if (codeOf(error) === 'BucketNotEmpty') return false
    throw error
  }
  return true
}

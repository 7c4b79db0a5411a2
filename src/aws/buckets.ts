import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, isDenied, isGone, statusOf } from './failure.ts'
import { namesAsked } from './named.ts'
import { all, toPairs, toRecord } from './ownership.ts'
import type { Passing } from './wait.ts'

/** A bucket's name is not known to all of S3 the moment it was created (aws-behaviours.md 5.8). */
export const FRESH_BUCKET: Passing = {
  codes: ['NoSuchBucket'],
  seconds: 120,
  what: 'the new bucket to be known everywhere',
}

/** Two calls that configure one bucket, or a name that was deleted a moment ago (aws-behaviours.md 5.8). */
export const BUCKET_BUSY: Passing = {
  codes: ['OperationAborted'],
  seconds: 1_200,
  what: 'another operation on the bucket to end',
}

/** Balancers deliver access logs for some minutes after their end. */
export const LATE_WRITERS: Passing = {
  codes: ['BucketNotEmpty'],
  seconds: 600,
  what: 'the last writers of the bucket to end',
}

/** Names a bucket, and makes S3 refuse when it has come to belong to somebody else. */
export const owned = (ctx: Ctx, Bucket: string) => ({ Bucket, ExpectedBucketOwner: ctx.account })

/**
 * S3 lists no tags and filters by none: whatever may have our name is a candidate, to be told by its tags. A name
 * that had to be cut still begins like the stack's and ends with account and region (`bucketNameOf`).
 */
export async function candidates(ctx: Ctx, asked: readonly Asked[]): Promise<readonly string[]> {
  const pages = ctx.s3.paginateListBuckets({ Prefix: ctx.stack.slice(0, 8), BucketRegion: ctx.region })
  const listed = (await all(pages, (page) => page.Buckets)).map(({ Name }) => Name ?? '')
  const tail = `-${ctx.account}-${ctx.region}`
  const alike = listed.filter((name) => name.startsWith(`${ctx.stack}-`) || name.endsWith(tail))
  return [...new Set([...alike, ...namesAsked(asked)])]
}

/** S3's answer for a bucket that is another account's or region's, or hidden from us. */
export const isElsewhere = (error: unknown): boolean => isDenied(error) || statusOf(error) === 301

/** A bucket's tags; `closed` when it is another account's or region's, or hidden from us; undefined when there is none. */
export async function tagsOf(ctx: Ctx, name: string): Promise<Readonly<Record<string, string>> | 'closed' | undefined> {
  try {
    return toRecord((await ctx.s3.getBucketTagging(owned(ctx, name))).TagSet)
  } catch (error) {
    if (codeOf(error) === 'NoSuchTagSet') return {}
    if (isGone(error)) return undefined
    if (isElsewhere(error)) return 'closed'
    throw error
  }
}

/**
 * Throws when the name is taken. In us-east-1 S3 answers a second creation with 200 and resets the bucket's ACL, so
 * it has to be looked for first (aws-behaviours.md 5.8). HEAD's answer has no body: only the status tells (0.1).
 */
export async function refuseTaken(ctx: Ctx, name: string): Promise<void> {
  const taken = (code: string, message: string) => Object.assign(new Error(message), { name: code })
  try {
    await ctx.s3.headBucket(owned(ctx, name))
  } catch (error) {
    const status = statusOf(error)
    if (isGone(error) || status === 404) return
    if (status === 403) throw taken('BucketAlreadyExists', `The bucket ${name} is not ours, or hidden from us.`)
    if (status === 301) throw taken('BucketAlreadyExists', `The bucket ${name} is in another region.`)
    throw error
  }
  throw taken('BucketAlreadyOwnedByYou', `This account has a bucket ${name} already.`)
}

/** PutBucketTagging replaces the whole set, so the tags of others go along (aws-behaviours.md 0.6), but not those given up. */
export async function tagBucket(ctx: Ctx, name: string, ours: Readonly<Record<string, string>>): Promise<void> {
  const theirs = await tagsOf(ctx, name)
  const others = Object.entries(theirs === 'closed' ? {} : (theirs ?? {})).filter(([key]) => !ctx.retired.includes(key))
  const TagSet = toPairs({ ...Object.fromEntries(others), ...ours })
  await ctx.s3.putBucketTagging({ ...owned(ctx, name), Tagging: { TagSet } })
}

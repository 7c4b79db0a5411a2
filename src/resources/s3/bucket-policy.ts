import { BUCKET_BUSY, FRESH_BUCKET, owned, tagsOf } from '../../aws/buckets.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { codeOf, isGone, unlessGone } from '../../aws/failure.ts'
import { STACK } from '../../aws/ownership.ts'
import { FRESH_IAM } from '../../aws/passing.ts'
import { type PolicyDocument, samePolicy } from '../../aws/policy.ts'
import { policyFrom } from '../../aws/policy-text.ts'
import { patiently, until } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

/** A type of its own, because it may name what names the bucket (a CloudFront distribution). */
export interface BucketPolicySpec {
  readonly bucket: string
  /** Null: the bucket shall have none, and one that somebody puts on it goes. */
  readonly policy: PolicyDocument | null
}

export interface BucketPolicyOut {
  readonly bucket: string
}

/** aws-behaviours.md 5.8. Its id is the bucket's name. */
export const bucketPolicy: ResourceType<BucketPolicySpec, BucketPolicyOut, Ctx> = {
  type: 's3:bucket-policy',
  parents: ['s3:bucket'],
  fields: { bucket: 'immutable', policy: 'mutable' },
  same: { policy: samePolicy },
  about: {
    // A bucket has one policy: a second one takes the place of the first.
    identity: 'name',
    usable: 'created',
    seconds: { create: 1, delete: 1 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['s3:GetBucketPolicy', 's3:GetBucketTagging'],
      create: ['s3:PutBucketPolicy'],
      sync: ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
      destroy: ['s3:DeleteBucketPolicy', 's3:GetBucketPolicy'],
    },
  },

  /** One call a bucket: S3 answers one by one, and a policy has neither tags nor a listing. */
  async read(ctx, asked) {
    const found = await Promise.all(asked.flatMap((one) => bucketsOf(one).map((bucket) => look(ctx, bucket, one))))
    return found.filter((one) => one !== null)
  },

  async create(ctx, _address, spec) {
    // Where none is wanted, a bucket that was made a moment ago is as it shall be: the look that follows proves it.
    if (spec.policy !== null) await put(ctx, spec.bucket, spec.policy)
    return spec.bucket
  },

  async sync(ctx, { bucket, policy }) {
    if (policy === null) await takeOff(ctx, bucket)
    else await put(ctx, bucket, policy)
  },

  async destroy(ctx, live) {
    if (live.spec.policy === null) return
    await takeOff(ctx, live.id)
    await until(ctx, { what: 'the bucket policy to be gone', every: 2, timeout: 300 }, async () => {
      const answer = await unlessGone(ctx.s3.getBucketPolicy(owned(ctx, live.id)))
      return answer === undefined ? true : undefined
    })
  },
}

/** A policy that names a role which S3 does not know yet is called malformed for a while. */
async function put(ctx: Ctx, bucket: string, policy: PolicyDocument): Promise<void> {
  const input = { ...owned(ctx, bucket), Policy: JSON.stringify(policy) }
  await patiently(ctx, [FRESH_BUCKET, BUCKET_BUSY, FRESH_IAM], () => ctx.s3.putBucketPolicy(input))
}

const takeOff = (ctx: Ctx, bucket: string) =>
  patiently(ctx, [BUCKET_BUSY], () => unlessGone(ctx.s3.deleteBucketPolicy(owned(ctx, bucket))))

const wishOf = ({ spec }: Asked): Partial<BucketPolicySpec> => (spec ?? {}) as Partial<BucketPolicySpec>

/** The bucket it was on, and the one that it shall be on. */
function bucketsOf(one: Asked): readonly string[] {
  const wanted = wishOf(one).bucket
  return [...new Set([one.id ?? [], wanted === undefined || wanted === UNKNOWN ? [] : wanted].flat())]
}

/** A bucket that is asked for by name has been looked at: it is ours. Of one that is only remembered the tags tell. */
async function isOurs(ctx: Ctx, bucket: string, one: Asked): Promise<boolean> {
  if (wishOf(one).bucket === bucket) return true
  const tags = await tagsOf(ctx, bucket)
  if (tags === 'closed') return false
  return tags?.[STACK] === undefined || tags[STACK] === ctx.stack
}

/**
 * What is on a bucket of ours is ours: only what was asked for is looked at. A bucket without a policy is a finding
 * where that is what was asked for.
 */
async function look(ctx: Ctx, bucket: string, one: Asked): Promise<Found<BucketPolicySpec, BucketPolicyOut> | null> {
  const text = await textOn(ctx, bucket)
  if (text === undefined || (text === null && wishOf(one).policy !== null)) return null
  const policy = text === null ? null : policyFrom(text)
  const ours = await isOurs(ctx, bucket, one)
  return { address: one.address, id: bucket, ours, spec: { bucket, policy }, tags: null, out: { bucket } }
}

/** Null: there is none. Undefined: there is no such bucket. */
async function textOn(ctx: Ctx, bucket: string): Promise<string | null | undefined> {
  try {
    return (await ctx.s3.getBucketPolicy(owned(ctx, bucket))).Policy || null
  } catch (error) {
    if (codeOf(error) === 'NoSuchBucketPolicy') return null
    if (isGone(error)) return undefined
    throw error
  }
}

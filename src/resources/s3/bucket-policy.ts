import { BUCKET_BUSY, FRESH_BUCKET, owned } from '../../aws/buckets.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { FRESH_IAM } from '../../aws/passing.ts'
import { type PolicyDocument, samePolicy } from '../../aws/policy.ts'
import { policyFrom } from '../../aws/policy-text.ts'
import { patiently, until } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

/** A type of its own, because it may name what names the bucket (a CloudFront distribution). */
export interface BucketPolicySpec {
  readonly bucket: string
  readonly policy: PolicyDocument
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
      read: ['s3:GetBucketPolicy'],
      create: ['s3:PutBucketPolicy'],
      sync: ['s3:PutBucketPolicy'],
      destroy: ['s3:DeleteBucketPolicy', 's3:GetBucketPolicy'],
    },
  },

  /** One call a bucket: S3 answers one by one, and a policy has neither tags nor a listing. */
  async read(ctx, asked) {
    const found = await Promise.all(asked.flatMap((one) => bucketsOf(one).map((bucket) => look(ctx, bucket, one))))
    return found.filter((one) => one !== null)
  },

  async create(ctx, _address, spec) {
    await put(ctx, spec)
    return spec.bucket
  },

  async sync(ctx, spec) {
    await put(ctx, spec)
  },

  async destroy(ctx, live) {
    await patiently(ctx, [BUCKET_BUSY], () => unlessGone(ctx.s3.deleteBucketPolicy(owned(ctx, live.id))))
    await until(ctx, { what: 'the bucket policy to be gone', every: 2, timeout: 300 }, async () => {
      const answer = await unlessGone(ctx.s3.getBucketPolicy(owned(ctx, live.id)))
      return answer === undefined ? true : undefined
    })
  },
}

/** A policy that names a role which S3 does not know yet is called malformed for a while. */
async function put(ctx: Ctx, { bucket, policy }: BucketPolicySpec): Promise<void> {
  const input = { ...owned(ctx, bucket), Policy: JSON.stringify(policy) }
  await patiently(ctx, [FRESH_BUCKET, BUCKET_BUSY, FRESH_IAM], () => ctx.s3.putBucketPolicy(input))
}

/** The bucket it was on, and the one that it shall be on. */
function bucketsOf({ id, spec }: Asked): readonly string[] {
  const wanted = (spec as Partial<BucketPolicySpec> | null)?.bucket
  return [...new Set([id ?? [], wanted === undefined || wanted === UNKNOWN ? [] : wanted].flat())]
}

/** What is on a bucket of ours is ours: only what was asked for is looked at. */
async function look(
  ctx: Ctx,
  bucket: string,
  { address }: Asked,
): Promise<Found<BucketPolicySpec, BucketPolicyOut> | null> {
  const answer = await unlessGone(ctx.s3.getBucketPolicy(owned(ctx, bucket)))
  if (!answer?.Policy) return null
  const policy = policyFrom(answer.Policy)
  return { address, id: bucket, ours: true, spec: { bucket, policy }, tags: null, out: { bucket } }
}

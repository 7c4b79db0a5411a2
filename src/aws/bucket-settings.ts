import type { LifecycleRule as AwsRule, PublicAccessBlockConfiguration } from '@aws-sdk/client-s3'
import { owned } from './buckets.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'

export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  /** Days after which a version that is no longer current goes; null: never. */
  readonly noncurrentDays: number | null
  /** Days after which an unfinished upload goes; null: never. */
  readonly abortUploadDays: number | null
}

/** What a bucket's sub-resources say, in our words. */
export interface BucketSettings {
  readonly versioning: 'Disabled' | 'Enabled' | 'Suspended'
  /** `AES256` (SSE-S3), or null: none seen. */
  readonly encryption: 'AES256' | 'aws:kms' | null
  readonly publicAccessBlock: {
    readonly blockPublicAcls: boolean
    readonly ignorePublicAcls: boolean
    readonly blockPublicPolicy: boolean
    readonly restrictPublicBuckets: boolean
  }
  readonly ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter' | null
  readonly lifecycle: readonly LifecycleRule[]
}

const blockFrom = (block: PublicAccessBlockConfiguration = {}): BucketSettings['publicAccessBlock'] => ({
  blockPublicAcls: block.BlockPublicAcls ?? false,
  ignorePublicAcls: block.IgnorePublicAcls ?? false,
  blockPublicPolicy: block.BlockPublicPolicy ?? false,
  restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
})

/** All that can be said of a bucket that may not be looked into. */
export const CLOSED: BucketSettings = {
  versioning: 'Disabled',
  encryption: null,
  publicAccessBlock: blockFrom(),
  ownership: null,
  lifecycle: [],
}

/**
 * One call for each sub-resource: S3 has none that answers more. What was never set is answered with an error of its
 * own, which `unlessGone` knows (aws-behaviours.md 5.8). Versioning is answered for every bucket: null where there is none.
 */
export async function readSettings(ctx: Ctx, name: string): Promise<BucketSettings | null> {
  const at = owned(ctx, name)
  const [versioning, encryption, block, controls, lifecycle] = await Promise.all([
    unlessGone(ctx.s3.getBucketVersioning(at)),
    unlessGone(ctx.s3.getBucketEncryption(at)),
    unlessGone(ctx.s3.getPublicAccessBlock(at)),
    unlessGone(ctx.s3.getBucketOwnershipControls(at)),
    unlessGone(ctx.s3.getBucketLifecycleConfiguration(at)),
  ])
  if (!versioning) return null
  const byDefault = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
  return {
    versioning: versioning.Status ?? 'Disabled',
    encryption: (byDefault?.SSEAlgorithm as BucketSettings['encryption'] | undefined) ?? null,
    publicAccessBlock: blockFrom(block?.PublicAccessBlockConfiguration),
    ownership: controls?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? null,
    lifecycle: (lifecycle?.Rules ?? []).map(ruleFrom),
  }
}

/** A rule that does more or less than our words can say must not look like one of ours: its id says so. */
function ruleFrom(rule: AwsRule): LifecycleRule {
  const { ID = '', Status, Filter, Prefix, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload, ...more } = rule
  const { Prefix: filtered, ...otherFilters } = Filter ?? {}
  const { NoncurrentDays, ...otherLimits } = NoncurrentVersionExpiration ?? {}
  const unsaid = [more, otherFilters, otherLimits].flatMap(Object.values).some((setting) => setting !== undefined)
  const remark = Status === 'Enabled' ? 'with other settings' : 'disabled'
  return {
    id: Status === 'Enabled' && !unsaid ? ID : `${ID} (${remark})`,
    prefix: filtered ?? Prefix ?? '',
    noncurrentDays: NoncurrentDays ?? null,
    abortUploadDays: AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? null,
  }
}

const ruleTo = ({ id, prefix, noncurrentDays, abortUploadDays }: LifecycleRule): AwsRule => ({
  ID: id,
  Status: 'Enabled',
  Filter: { Prefix: prefix },
  ...(noncurrentDays === null ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays } }),
  ...(abortUploadDays === null ? {} : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadDays } }),
})

type Step = readonly [field: keyof BucketSettings, act: () => Promise<unknown>]

/** In S3's order: who owns the objects, then what blocks the public, then everything else (aws-behaviours.md 5.8). */
export function settingSteps(ctx: Ctx, name: string, wanted: BucketSettings): readonly Step[] {
  const { s3 } = ctx
  const at = owned(ctx, name)
  const { versioning, encryption, publicAccessBlock: block, ownership, lifecycle } = wanted
  const PublicAccessBlockConfiguration: PublicAccessBlockConfiguration = {
    BlockPublicAcls: block.blockPublicAcls,
    IgnorePublicAcls: block.ignorePublicAcls,
    BlockPublicPolicy: block.blockPublicPolicy,
    RestrictPublicBuckets: block.restrictPublicBuckets,
  }
  const Status = versioning === 'Enabled' ? 'Enabled' : 'Suspended'
  const rules = lifecycle.map(ruleTo)
  return [
    [
      'ownership',
      () =>
        ownership === null
          ? s3.deleteBucketOwnershipControls(at)
          : s3.putBucketOwnershipControls({ ...at, OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } }),
    ],
    ['publicAccessBlock', () => s3.putPublicAccessBlock({ ...at, PublicAccessBlockConfiguration })],
    ['versioning', () => s3.putBucketVersioning({ ...at, VersioningConfiguration: { Status } })],
    [
      'encryption',
      () =>
        encryption === null
          ? s3.deleteBucketEncryption(at)
          : s3.putBucketEncryption({ ...at, ServerSideEncryptionConfiguration: encryptedBy(encryption) }),
    ],
    [
      'lifecycle',
      () =>
        rules.length === 0
          ? s3.deleteBucketLifecycle(at)
          : s3.putBucketLifecycleConfiguration({ ...at, LifecycleConfiguration: { Rules: rules } }),
    ],
  ]
}

const encryptedBy = (SSEAlgorithm: 'AES256' | 'aws:kms') => ({
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
})

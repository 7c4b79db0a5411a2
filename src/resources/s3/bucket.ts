export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  /** Days after which a version that is no longer current goes; null: never. */
  readonly noncurrentDays: number | null
  /** Days after which an unfinished upload goes; null: never. */
  readonly abortUploadDays: number | null
}

export interface BucketSpec {
  readonly name: string
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

export interface BucketOut {
  readonly name: string
  readonly arn: string
}

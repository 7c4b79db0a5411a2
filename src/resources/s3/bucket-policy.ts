import type { PolicyDocument } from '../../aws/policy.ts'

/** A type of its own, because it may name what names the bucket (a CloudFront distribution). */
export interface BucketPolicySpec {
  readonly bucket: string
  readonly policy: PolicyDocument
}

export interface BucketPolicyOut {
  readonly bucket: string
}

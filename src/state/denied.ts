import { codeOf } from '../aws/failure.ts'
import { Refused } from '../engine/errors.ts'

/** S3 refuses the bucket itself. It does not tell why: for a name of somebody else's and for a lack of rights alike. */
export const bucketDenied = (bucket: string, account: string, cause: unknown): Refused =>
  new Refused('StateBucketDenied', `The state bucket ${bucket} is there, but not for these credentials.`, {
    hint: `Either it belongs to another account than ${account}, and its owner has to give the name up, or s3:ListBucket, s3:GetObject or s3:GetBucketTagging is missing on it: \`ecom-infra policy up\` prints what is needed.`,
    awsCode: codeOf(cause),
    cause,
  })

/** What it takes to look at the state: nothing is made. */
export const STATE_READS: readonly string[] = ['s3:GetObject', 's3:ListBucket', 's3:GetBucketTagging']

/** What it takes to keep the state, and the bucket that it lies in. */
export const STATE_WRITES: readonly string[] = [
  's3:CreateBucket',
  's3:PutObject',
  's3:DeleteObject',
  's3:PutBucketTagging',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPublicAccessBlock',
  's3:PutEncryptionConfiguration',
  's3:PutBucketVersioning',
  's3:PutBucketPolicy',
]

/** What it takes to remove the bucket after the last stack. */
export const STATE_REMOVAL: readonly string[] = [
  's3:ListBucketVersions',
  's3:DeleteObjectVersion',
  's3:DeleteBucket',
  's3:ListBucketMultipartUploads',
  's3:AbortMultipartUpload',
]

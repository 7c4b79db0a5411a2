const PREFIX: Readonly<Record<string, string>> = {
  elbv2: 'elasticloadbalancing',
  tagging: 'tag',
  quotas: 'servicequotas',
  efs: 'elasticfilesystem',
  secrets: 'secretsmanager',
  instanceConnect: 'ec2-instance-connect',
}

/** Where the IAM action is not called as the operation is. */
const RENAMED: Readonly<Record<string, string>> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:ListMultipartUploads': 's3:ListBucketMultipartUploads',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:DeleteBucketLifecycle': 's3:PutLifecycleConfiguration',
}

/** The IAM action that an operation needs. */
export function actionOf(call: string): string {
  const [service = '', operation = ''] = call.split(':')
  return RENAMED[call] ?? `${PREFIX[service] ?? service}:${operation}`
}

export const actionsAllow = (declared: readonly string[], call: string): boolean =>
  declared.map((one) => one.toLowerCase()).includes(actionOf(call).toLowerCase())

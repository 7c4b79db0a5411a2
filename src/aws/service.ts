/** The services that are called, by the names of their clients. */
export type Service =
  | 'ec2'
  | 'elbv2'
  | 'autoscaling'
  | 'iam'
  | 's3'
  | 'logs'
  | 'ssm'
  | 'sts'
  | 'tagging'
  | 'rds'
  | 'dynamodb'
  | 'efs'
  | 'kms'
  | 'sns'
  | 'cloudwatch'
  | 'acm'
  | 'instanceConnect'
  | 'secrets'
  | 'quotas'

/** What IAM calls them, where that is something else. */
const IN_IAM: Readonly<Partial<Record<Service, string>>> = {
  elbv2: 'elasticloadbalancing',
  tagging: 'tag',
  efs: 'elasticfilesystem',
  instanceConnect: 'ec2-instance-connect',
  secrets: 'secretsmanager',
  quotas: 'servicequotas',
}

/** A call as people know it, from their policies and from CloudTrail: `secretsmanager:GetSecretValue`. */
export const callName = (service: Service, operation: string): string => `${IN_IAM[service] ?? service}:${operation}`

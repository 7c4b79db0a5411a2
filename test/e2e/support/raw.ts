import { ACM } from '@aws-sdk/client-acm'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { EC2 } from '@aws-sdk/client-ec2'
import { EFS } from '@aws-sdk/client-efs'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAM } from '@aws-sdk/client-iam'
import { KMS } from '@aws-sdk/client-kms'
import { RDS } from '@aws-sdk/client-rds'
import { S3 } from '@aws-sdk/client-s3'
import { SNS } from '@aws-sdk/client-sns'

/** The SDK as a stranger uses it: nothing of ours in between. */
export interface Raw {
  readonly ec2: EC2
  readonly elbv2: ElasticLoadBalancingV2
  readonly autoscaling: AutoScaling
  readonly iam: IAM
  readonly s3: S3
  readonly logs: CloudWatchLogs
  readonly rds: RDS
  readonly dynamodb: DynamoDB
  readonly efs: EFS
  readonly kms: KMS
  readonly sns: SNS
  readonly cloudwatch: CloudWatch
  readonly acm: ACM
}

export function rawClients(endpoint: string): Raw {
  const credentials = { accessKeyId: 'stranger', secretAccessKey: 'stranger' }
  const given = { endpoint, credentials, region: 'us-east-1' }
  return {
    ec2: new EC2(given),
    elbv2: new ElasticLoadBalancingV2(given),
    autoscaling: new AutoScaling(given),
    iam: new IAM(given),
    s3: new S3({ ...given, forcePathStyle: true }),
    logs: new CloudWatchLogs(given),
    rds: new RDS(given),
    dynamodb: new DynamoDB(given),
    efs: new EFS(given),
    kms: new KMS(given),
    sns: new SNS(given),
    cloudwatch: new CloudWatch(given),
    acm: new ACM(given),
  }
}

type Pairs = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]

export const tagsIn = (pairs: Pairs | undefined): Record<string, string> =>
  Object.fromEntries((pairs ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))

/** The one thing that carries this address. */
export function at<T extends { readonly Tags?: Pairs | undefined }>(
  things: readonly T[] | undefined,
  address: string,
): T {
  const found = (things ?? []).filter(({ Tags }) => tagsIn(Tags)['ecom-infra:address'] === address)
  const [one] = found
  if (one === undefined || found.length > 1) throw new Error(`${found.length} things carry the address ${address}`)
  return one
}

/** The part of an address after the slash. */
export const nameIn = (tags: Pairs | undefined): string =>
  (tagsIn(tags)['ecom-infra:address'] ?? '').replace(/^.*\//, '')

/** A policy as IAM keeps it: URL-encoded JSON. */
export const policyIn = (text: string | undefined): unknown => JSON.parse(decodeURIComponent(text ?? 'null'))

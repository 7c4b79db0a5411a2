import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EFSClient } from '@aws-sdk/client-efs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { RDSClient } from '@aws-sdk/client-rds'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { beforeEach } from 'vitest'
import type { Ctx } from '../../src/aws/ctx.ts'
import { sweep } from '../../src/aws/sweep/index.ts'
import { scripted } from '../support/scripted.ts'

/** Every service that the sweep asks: an empty account, until a test says otherwise. */
export const services = {
  ec2: scripted(EC2Client),
  elbv2: scripted(ElasticLoadBalancingV2Client),
  autoscaling: scripted(AutoScalingClient),
  iam: scripted(IAMClient),
  logs: scripted(CloudWatchLogsClient),
  s3: scripted(S3Client),
  tagging: scripted(ResourceGroupsTaggingAPIClient),
  rds: scripted(RDSClient),
  dynamodb: scripted(DynamoDBClient),
  efs: scripted(EFSClient),
  kms: scripted(KMSClient),
  sns: scripted(SNSClient),
  cloudwatch: scripted(CloudWatchClient),
  secrets: scripted(SecretsManagerClient),
}

export const emptyAccount = () =>
  beforeEach(() => {
    for (const service of Object.values(services)) service.answers({})
  })

export const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
/** Of a stack whose name begins with ours. */
export const THEIRS = [{ Key: 'ecom-infra:stack', Value: 'shop-dev-qa' }]
export const why = 'it carries the tag ecom-infra:stack=shop-dev'

/** What the tagging API says is ours. */
export const hints = (...arns: string[]) => ({
  GetResources: () => ({ ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN })) }),
})

export const arnOf = (service: string, what: string) => `arn:aws:${service}:us-east-1:123456789012:${what}`

export const left = async (ctx: Ctx) => (await sweep(ctx)).leftovers
export const kept = async (ctx: Ctx) => (await sweep(ctx)).kept

import { toPairs } from '../../src/aws/ownership.ts'
import type { World } from '../support/contract.ts'

type Tags = Readonly<Record<string, string>>
type Raw = Pick<World, 'raw' | 'region' | 'account'>

/** One of every kind that holds data, with raw calls. */
export async function stores(
  { raw }: Raw,
  stack: string,
  tags: Tags,
  subnets: string[],
): Promise<Record<string, string>> {
  const { rds, dynamodb, efs } = raw
  const Tags = toPairs(tags)
  const name = `${stack}-any`
  const described = { DBSubnetGroupDescription: 'any', SubnetIds: subnets, Tags }
  await rds.createDBSubnetGroup({ DBSubnetGroupName: name, ...described })
  const family = { DBParameterGroupFamily: 'postgres16', Description: 'any' }
  await rds.createDBParameterGroup({ DBParameterGroupName: name, ...family, Tags })
  await rds.createDBInstance({
    ...{ DBInstanceIdentifier: name, DBInstanceClass: 'db.t3.micro', Engine: 'postgres', AllocatedStorage: 20 },
    ...{
      MasterUsername: 'anybody',
      ManageMasterUserPassword: true,
      StorageType: 'gp3',
      CopyTagsToSnapshot: true,
      Tags,
    },
  })
  const hash = { AttributeName: 'id', AttributeType: 'S' as const }
  await dynamodb.createTable({
    ...{ TableName: name, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [hash], Tags },
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  })
  const FileSystemId = (await efs.createFileSystem({ CreationToken: name, Tags })).FileSystemId!
  const mount = (await efs.createMountTarget({ FileSystemId, SubnetId: subnets[0]! })).MountTargetId!
  const point = (await efs.createAccessPoint({ ClientToken: name, FileSystemId, Tags })).AccessPointId!
  return {
    ...{ 'rds:subnet-group': name, 'rds:parameter-group': name, 'rds:instance': name, 'dynamodb:table': name },
    ...{ 'efs:file-system': FileSystemId, 'efs:mount-target': mount, 'efs:access-point': point },
  }
}

/** One of every kind that watches. */
export async function watchers(
  { raw, region, account }: Raw,
  stack: string,
  tags: Tags,
  VpcId: string,
): Promise<Record<string, string>> {
  const { ec2, kms, sns, cloudwatch, logs } = raw
  const Tags = toPairs(tags)
  const name = `${stack}-any`
  const log = await ec2.createFlowLogs({
    ...{
      ResourceType: 'VPC',
      ResourceIds: [VpcId],
      TrafficType: 'ALL',
      LogGroupName: `/ecom-infra/${stack}/flow-logs`,
    },
    ...{ DeliverLogsPermissionArn: `arn:aws:iam::${account}:role/${name}` },
    TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags }],
  })
  const keyTags = Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }))
  const key = (await kms.createKey({ Tags: keyTags })).KeyMetadata!.KeyId!
  await kms.createAlias({ AliasName: `alias/${name}`, TargetKeyId: key })
  const topic = (await sns.createTopic({ Name: name, Tags })).TopicArn!
  await cloudwatch.putMetricAlarm({
    ...{ AlarmName: name, Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Statistic: 'Average', Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 70, ComparisonOperator: 'GreaterThanThreshold', Tags },
  })
  const dashboard = `${stack}-${region}`
  await cloudwatch.putDashboard({ DashboardName: dashboard, DashboardBody: '{"widgets":[]}', Tags })
  const late = `/aws/rds/instance/${stack}-main/postgresql`
  await logs.createLogGroup({ logGroupName: late })
  return {
    ...{ 'ec2:flow-log': log.FlowLogIds![0]!, 'kms:key': key, 'kms:alias': `alias/${name}`, 'sns:topic': topic },
    ...{ 'cloudwatch:alarm': name, 'cloudwatch:dashboard': dashboard, 'logs:log-group 2': late },
  }
}

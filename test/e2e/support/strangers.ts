import type { Stack } from './stack.ts'

/** Tags of a stack whose id begins as ours does, and is another's. */
const THEIRS = [
  { Key: 'ecom-infra:stack', Value: 'shop-dev2' },
  { Key: 'ecom-infra:address', Value: 'ec2:vpc/main' },
]

/** Things of strangers, whose names are as near to ours as AWS lets them be. */
export async function settle({ raw, account }: Stack): Promise<void> {
  await Promise.all([networks(raw), stores(raw, account.id), watchers(raw)])
}

async function networks({ ec2 }: Stack['raw']): Promise<void> {
  const TagSpecifications = [{ ResourceType: 'vpc' as const, Tags: THEIRS }]
  for (const tags of [{ TagSpecifications }, {}]) {
    const { Vpc } = await ec2.createVpc({ CidrBlock: '10.20.0.0/16', ...tags })
    await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.20.0.0/24' })
    await ec2.createSecurityGroup({ VpcId: Vpc?.VpcId, GroupName: 'shop-dev-web', Description: 'theirs' })
  }
  await ec2.allocateAddress({ Domain: 'vpc' })
  await ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1 })
}

async function stores({ s3, dynamodb, rds, iam }: Stack['raw'], account: string): Promise<void> {
  for (const name of ['shop-dev2-assets', 'shop-dev-photos']) {
    await s3.createBucket({ Bucket: `${name}-${account}-us-east-1` })
    await s3.putObject({ Bucket: `${name}-${account}-us-east-1`, Key: 'index.html', Body: 'theirs' })
  }
  await dynamodb.createTable({
    ...{ TableName: 'shop-dev-sessions2', BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  })
  await rds.createDBParameterGroup({
    ...{ DBParameterGroupName: 'shop-dev-database2', DBParameterGroupFamily: 'postgres16', Description: 'theirs' },
  })
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  for (const Path of ['/ecom-infra/shop-dev2/us-east-1/', '/ecom-infra/shop-dev/eu-west-1/']) {
    const RoleName = `shop-dev-web-${Path.includes('dev2') ? '2' : 'eu-west-1'}`
    await iam.createRole({ RoleName, Path, AssumeRolePolicyDocument })
  }
}

async function watchers({ logs, sns, cloudwatch, kms }: Stack['raw']): Promise<void> {
  for (const logGroupName of ['/ecom-infra/shop-dev2/web/access', '/aws/rds/instance/shop-dev-main2/postgresql'])
    await logs.createLogGroup({ logGroupName })
  await sns.createTopic({ Name: 'shop-dev-alerts2', Tags: THEIRS })
  await kms.createKey({ Tags: THEIRS.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) })
  await cloudwatch.putMetricAlarm({
    ...{ AlarmName: 'shop-dev-web-cpu2', Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Statistic: 'Average' },
    ...{ Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
  })
  await cloudwatch.putDashboard({ DashboardName: 'shop-dev2-us-east-1', DashboardBody: '{"widgets":[]}' })
}

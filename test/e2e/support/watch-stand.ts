import type { MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { expect, it } from 'vitest'
import { OURS } from './ours.ts'
import { at, policyIn, type Raw, tagsIn } from './raw.ts'
import type { Stack } from './stack.ts'

const TOPIC = 'shop-dev-alerts'
const GROUP = '/ecom-infra/shop-dev/flow-logs'

/** Issue 4, item 6: where alarms go, what raises them, and who talked to whom. */
export function watchStands(open: () => Stack): void {
  const topicArn = () => `arn:aws:sns:us-east-1:${open().account.id}:${TOPIC}`

  it('sends alarms to a topic that CloudWatch of this account alone may publish to', async () => {
    const { raw, account } = open()
    const { Topics } = await raw.sns.listTopics({})
    expect(Topics).toEqual([{ TopicArn: topicArn() }])
    const { Attributes = {} } = await raw.sns.getTopicAttributes({ TopicArn: topicArn() })
    expect(JSON.parse(Attributes.Policy ?? '{}').Statement).toEqual([
      {
        ...{ Sid: 'AlarmsOfThisAccount', Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn() },
        ...{ Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: fromHere(account.id) },
      },
    ])
    const { Subscriptions } = await raw.sns.listSubscriptionsByTopic({ TopicArn: topicArn() })
    expect(Subscriptions).toMatchObject([{ Protocol: 'email', Endpoint: 'ops@example.com' }])
  })

  it('encrypts it with a key of its own, which turns every year and which CloudWatch may use', async () => {
    const { raw, account } = open()
    const { Attributes = {} } = await raw.sns.getTopicAttributes({ TopicArn: topicArn() })
    const { KeyMetadata } = await raw.kms.describeKey({ KeyId: `alias/${TOPIC}` })
    expect(KeyMetadata).toMatchObject({ Arn: Attributes.KmsMasterKeyId, KeyState: 'Enabled', KeyManager: 'CUSTOMER' })
    const { KeyId } = KeyMetadata ?? {}
    expect(await raw.kms.getKeyRotationStatus({ KeyId })).toMatchObject({ KeyRotationEnabled: true })
    const { Policy = '{}' } = await raw.kms.getKeyPolicy({ KeyId, PolicyName: 'default' })
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        ...{ Sid: 'ThisAccount', Effect: 'Allow', Action: 'kms:*', Resource: '*' },
        Principal: { AWS: `arn:aws:iam::${account.id}:root` },
      },
      {
        ...{ Sid: 'AlarmsOfThisAccount', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] },
        ...{ Principal: { Service: 'cloudwatch.amazonaws.com' }, Resource: '*', Condition: fromHere(account.id) },
      },
    ])
  })

  it('raises an alarm for each of these, and calls it off', async () => {
    const { raw } = open()
    const { MetricAlarms = [] } = await raw.cloudwatch.describeAlarms({})
    expect(MetricAlarms.map(lineOf).sort()).toEqual((await wantedAlarms(raw)).sort())
    for (const alarm of MetricAlarms) {
      expect(alarm, alarm.AlarmName).toMatchObject({
        ...{
          ActionsEnabled: true,
          AlarmActions: [topicArn()],
          OKActions: [topicArn()],
          TreatMissingData: 'notBreaching',
        },
        ...{ AlarmDescription: expect.stringMatching(/\w/), DatapointsToAlarm: alarm.EvaluationPeriods },
      })
      const { Tags } = await raw.cloudwatch.listTagsForResource({ ResourceARN: alarm.AlarmArn })
      expect(tagsIn(Tags)).toMatchObject({ 'ecom-infra:stack': 'shop-dev', owner: 'web-team' })
    }
  })

  it('shows it all on one dashboard', async () => {
    const { cloudwatch } = open().raw
    const { DashboardEntries = [] } = await cloudwatch.listDashboards({})
    expect(DashboardEntries.map(({ DashboardName }) => DashboardName)).toEqual(['shop-dev-us-east-1'])
    const { DashboardBody = '{}' } = await cloudwatch.getDashboard({ DashboardName: 'shop-dev-us-east-1' })
    const { widgets } = JSON.parse(DashboardBody) as { widgets: { properties: { metrics?: string[][] } }[] }
    const shown = new Set(widgets.flatMap(({ properties }) => properties.metrics ?? []).map(([space]) => space))
    expect([...shown].sort()).toEqual([
      ...['AWS/ApplicationELB', 'AWS/AutoScaling', 'AWS/DynamoDB', 'AWS/EC2', 'AWS/NATGateway', 'AWS/RDS'],
    ])
    const { MetricAlarms = [] } = await cloudwatch.describeAlarms({})
    for (const { MetricName } of MetricAlarms) expect(DashboardBody).toContain(MetricName)
  })

  it('logs all traffic of the VPC into a group of its own, by a role that may do just that', async () => {
    const { raw, account } = open()
    const RoleName = 'shop-dev-flow-logs-us-east-1'
    const { Vpcs } = await raw.ec2.describeVpcs({ Filters: OURS })
    const { Role } = await raw.iam.getRole({ RoleName })
    const { FlowLogs } = await raw.ec2.describeFlowLogs({})
    expect(FlowLogs).toMatchObject([
      {
        ...{ ResourceId: at(Vpcs, 'ec2:vpc/main').VpcId, TrafficType: 'ALL', FlowLogStatus: 'ACTIVE' },
        ...{ LogGroupName: GROUP, DeliverLogsPermissionArn: Role?.Arn, MaxAggregationInterval: 600 },
      },
    ])
    const { logGroups } = await raw.logs.describeLogGroups({ logGroupNamePrefix: GROUP })
    expect(logGroups).toMatchObject([{ logGroupName: GROUP, retentionInDays: 7 }])
    expect(policyIn(Role?.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': account.id },
            ArnLike: { 'aws:SourceArn': `arn:aws:ec2:us-east-1:${account.id}:vpc-flow-log/*` },
          },
        },
      ],
    })
    expect((await raw.iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toEqual([])
    const { PolicyDocument } = await raw.iam.getRolePolicy({ RoleName, PolicyName: 'write' })
    const group = `arn:aws:logs:us-east-1:${account.id}:log-group:${GROUP}`
    expect(policyIn(PolicyDocument)).toMatchObject({
      Statement: [
        {
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          Resource: [group, `${group}:*`],
        },
        { Action: 'logs:DescribeLogGroups', Resource: '*' },
      ],
    })
  })
}

const fromHere = (account: string) => ({
  StringEquals: { 'aws:SourceAccount': account },
  ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:us-east-1:${account}:alarm:*` },
})

const SIGNS: Readonly<Record<string, string>> = { GreaterThanThreshold: '>', LessThanThreshold: '<' }

/** Name: statistic of metric, compared, for how long, over what. */
function lineOf(alarm: MetricAlarm): string {
  const { AlarmName, Namespace, MetricName, Threshold, Period, EvaluationPeriods, ComparisonOperator = '' } = alarm
  const over = (alarm.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).sort()
  const value = [alarm.Statistic ?? alarm.ExtendedStatistic, `${Namespace}/${MetricName}`]
  const limit = [SIGNS[ComparisonOperator] ?? ComparisonOperator, Threshold, `${EvaluationPeriods}x${Period}`]
  return [`${AlarmName}:`, ...value, ...limit, ...over].join(' ')
}

async function wantedAlarms({ elbv2, ec2 }: Raw): Promise<string[]> {
  const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({})
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({})
  const { NatGateways } = await ec2.describeNatGateways({ Filter: OURS })
  const balancer = `LoadBalancer=${LoadBalancers[0]?.LoadBalancerArn?.split(':loadbalancer/')[1]}`
  const targets = `TargetGroup=${TargetGroups[0]?.TargetGroupArn?.split(':').at(-1)}`
  const nat = `NatGatewayId=${at(NatGateways, 'ec2:nat-gateway/a').NatGatewayId}`
  const [database, table] = ['DBInstanceIdentifier=shop-dev-main', 'TableName=shop-dev-sessions']
  return [
    'web-cpu: Average AWS/EC2/CPUUtilization > 70 5x60 AutoScalingGroupName=shop-dev-web',
    `unhealthy-hosts: Maximum AWS/ApplicationELB/UnHealthyHostCount > 0 3x60 ${balancer} ${targets}`,
    `alb-5xx: Sum AWS/ApplicationELB/HTTPCode_ELB_5XX_Count > 10 1x300 ${balancer}`,
    `web-5xx: Sum AWS/ApplicationELB/HTTPCode_Target_5XX_Count > 10 1x300 ${balancer}`,
    `alb-latency: p95 AWS/ApplicationELB/TargetResponseTime > 1 5x60 ${balancer}`,
    `database-cpu: Average AWS/RDS/CPUUtilization > 80 5x60 ${database}`,
    `database-storage: Minimum AWS/RDS/FreeStorageSpace < ${2 * 1024 ** 3} 5x60 ${database}`,
    // Three fifths of what a GiB of memory allows: 1,073,741,824 / 9,531,392.
    `database-connections: Maximum AWS/RDS/DatabaseConnections > 67 5x60 ${database}`,
    `sessions-read-throttles: Sum AWS/DynamoDB/ReadThrottleEvents > 0 1x60 ${table}`,
    `sessions-write-throttles: Sum AWS/DynamoDB/WriteThrottleEvents > 0 1x60 ${table}`,
    `nat-a-ports: Sum AWS/NATGateway/ErrorPortAllocation > 0 1x60 ${nat}`,
  ].map((line) => `shop-dev-${line}`)
}

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

export interface Connection {
  readonly region: string
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

type Names = readonly (string | undefined)[] | undefined

/** Names of all that is in the account and is neither AWS's own nor already ending. It had nothing before the demo. */
export async function remains(connection: Connection): Promise<readonly string[]> {
  const found: readonly Names[] = (
    await Promise.all([
      network(new EC2(connection)),
      edge(connection),
      stores(connection),
      watch(connection),
      keys(new KMS(connection)),
    ])
  ).flat()
  return found.flatMap((names) => names ?? []).map((name) => name ?? 'something without a name')
}

/** Each region is born with a network, which is nobody's. */
async function network(ec2: EC2): Promise<Names[]> {
  const living = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }
  return Promise.all([
    ec2.describeVpcs().then(({ Vpcs }) => Vpcs?.filter((one) => !one.IsDefault).map((one) => one.VpcId)),
    ec2.describeAddresses().then(({ Addresses }) => Addresses?.map((one) => one.AllocationId)),
    ec2
      .describeInstances({ Filters: [living] })
      .then(({ Reservations }) =>
        Reservations?.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)),
      ),
    ec2.describeLaunchTemplates().then(({ LaunchTemplates }) => LaunchTemplates?.map((one) => one.LaunchTemplateId)),
    ec2.describeVolumes().then(({ Volumes }) => Volumes?.map((one) => one.VolumeId)),
  ])
}

async function edge(connection: Connection): Promise<Names[]> {
  const elb = new ElasticLoadBalancingV2(connection)
  return Promise.all([
    elb.describeLoadBalancers().then(({ LoadBalancers }) => LoadBalancers?.map((one) => one.LoadBalancerArn)),
    elb.describeTargetGroups().then(({ TargetGroups }) => TargetGroups?.map((one) => one.TargetGroupArn)),
    new AutoScaling(connection)
      .describeAutoScalingGroups()
      .then(({ AutoScalingGroups }) => AutoScalingGroups?.map((one) => one.AutoScalingGroupName)),
    new IAM(connection).listRoles({ PathPrefix: '/ecom-infra/' }).then(({ Roles }) => Roles?.map((one) => one.Arn)),
  ])
}

async function stores(connection: Connection): Promise<Names[]> {
  const rds = new RDS(connection)
  const s3 = new S3({ ...connection, forcePathStyle: true })
  return Promise.all([
    rds.describeDBInstances().then(({ DBInstances }) => DBInstances?.map((one) => one.DBInstanceArn)),
    rds.describeDBSnapshots().then(({ DBSnapshots }) => DBSnapshots?.map((one) => one.DBSnapshotArn)),
    rds.describeDBSubnetGroups().then(({ DBSubnetGroups }) => DBSubnetGroups?.map((one) => one.DBSubnetGroupArn)),
    new DynamoDB(connection).listTables().then(({ TableNames }) => TableNames),
    new EFS(connection).describeFileSystems().then(({ FileSystems }) => FileSystems?.map((one) => one.FileSystemId)),
    s3.listBuckets().then(({ Buckets }) => Buckets?.map((one) => one.Name)),
  ])
}

async function watch(connection: Connection): Promise<Names[]> {
  const cloudwatch = new CloudWatch(connection)
  return Promise.all([
    cloudwatch.describeAlarms().then(({ MetricAlarms }) => MetricAlarms?.map((one) => one.AlarmArn)),
    cloudwatch.listDashboards().then(({ DashboardEntries }) => DashboardEntries?.map((one) => one.DashboardArn)),
    new SNS(connection).listTopics().then(({ Topics }) => Topics?.map((one) => one.TopicArn)),
    new CloudWatchLogs(connection)
      .describeLogGroups()
      .then(({ logGroups }) => logGroups?.map((one) => one.logGroupName)),
  ])
}

/**
 * AWS never deletes a key at once: one that waits for its end is gone. The local AWS passes its own keys off as the
 * customer's, so the stack's is known by its tag.
 */
async function keys(kms: KMS): Promise<Names[]> {
  const { Keys = [] } = await kms.listKeys()
  return Promise.all(
    Keys.map(async ({ KeyId }) => {
      const [{ KeyMetadata }, { Tags }] = await Promise.all([
        kms.describeKey({ KeyId }),
        kms.listResourceTags({ KeyId }),
      ])
      const ours = Tags?.some(({ TagKey }) => TagKey === 'ecom-infra:stack') ?? false
      return ours && KeyMetadata?.KeyState !== 'PendingDeletion' ? [KeyMetadata?.Arn] : []
    }),
  )
}

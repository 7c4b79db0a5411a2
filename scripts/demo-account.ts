import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { EC2, type SecurityGroup } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAM } from '@aws-sdk/client-iam'
import { S3 } from '@aws-sdk/client-s3'
import { LOCAL_CREDENTIALS } from '../src/local/index.ts'

/** The demo's account seen by somebody who knows nothing of ecom-infra but its tags. */
export class Account {
  readonly #ec2: EC2
  readonly #elb: ElasticLoadBalancingV2
  readonly #iam: IAM
  readonly #logs: CloudWatchLogs
  readonly #s3: S3

  constructor(region: string, endpoint: string) {
    const connection = { region, endpoint, credentials: LOCAL_CREDENTIALS }
    this.#ec2 = new EC2(connection)
    this.#elb = new ElasticLoadBalancingV2(connection)
    this.#iam = new IAM(connection)
    this.#logs = new CloudWatchLogs(connection)
    this.#s3 = new S3({ ...connection, forcePathStyle: true })
  }

  /** Opens the database to the world and gives its group another tag. Tells what was done. */
  async tamper(stack: string): Promise<readonly string[]> {
    const group = await this.#databaseGroup(stack)
    const id = group.GroupId ?? ''
    const rule = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
    await this.#ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: [rule] })
    await this.#ec2.createTags({ Resources: [id], Tags: [{ Key: 'Name', Value: 'do-not-touch' }] })
    return [
      `ec2:AuthorizeSecurityGroupIngress  ${id}  tcp 5432 from 0.0.0.0/0`,
      `ec2:CreateTags                     ${id}  Name=do-not-touch`,
    ]
  }

  /** Everything in the account that is neither AWS's own nor already ending. */
  async remains(stack: string): Promise<readonly string[]> {
    const tagged = { Filters: [{ Name: 'tag:ecom-infra:stack', Values: [stack] }] }
    const found = await Promise.all([
      this.#ec2.describeVpcs(tagged).then(({ Vpcs }) => Vpcs?.map(({ VpcId }) => VpcId)),
      this.#ec2.describeAddresses(tagged).then(({ Addresses }) => Addresses?.map(({ AllocationId }) => AllocationId)),
      this.#instances(tagged.Filters),
      this.#ec2
        .describeLaunchTemplates(tagged)
        .then(({ LaunchTemplates }) => LaunchTemplates?.map(({ LaunchTemplateId }) => LaunchTemplateId)),
      this.#elb.describeLoadBalancers().then(({ LoadBalancers }) => LoadBalancers?.map((one) => one.LoadBalancerArn)),
      this.#elb.describeTargetGroups().then(({ TargetGroups }) => TargetGroups?.map((one) => one.TargetGroupArn)),
      this.#iam.listRoles({ PathPrefix: '/ecom-infra/' }).then(({ Roles }) => Roles?.map(({ Arn }) => Arn)),
      this.#logs.describeLogGroups().then(({ logGroups }) => logGroups?.map(({ logGroupName }) => logGroupName)),
      this.#s3.listBuckets().then(({ Buckets }) => Buckets?.map(({ Name }) => Name)),
    ])
    return found.flatMap((ids) => ids ?? []).map((id) => id ?? 'something without a name')
  }

  close(): void {
    for (const client of [this.#ec2, this.#elb, this.#iam, this.#logs, this.#s3]) client.destroy()
  }

  async #databaseGroup(stack: string): Promise<SecurityGroup> {
    const Filters = [
      { Name: 'tag:ecom-infra:stack', Values: [stack] },
      { Name: 'tag:ecom-infra:address', Values: ['ec2:security-group/database'] },
    ]
    const { SecurityGroups } = await this.#ec2.describeSecurityGroups({ Filters })
    const group = SecurityGroups?.[0]
    if (group === undefined) throw new Error('there is no security group of the database')
    return group
  }

  async #instances(stack: { Name: string; Values: string[] }[]): Promise<(string | undefined)[]> {
    const running = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }
    const { Reservations } = await this.#ec2.describeInstances({ Filters: [...stack, running] })
    return (Reservations ?? []).flatMap(({ Instances }) => (Instances ?? []).map(({ InstanceId }) => InstanceId))
  }
}

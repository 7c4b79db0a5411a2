import { expect } from 'vitest'
import { at, policyIn, type Raw, tagsIn } from './raw.ts'

/** What a stranger does, and what `status` has to say of it. */
export interface Drift {
  readonly name: string
  readonly address: string
  make(raw: Raw, account: string): Promise<unknown>
  /** The thing that was changed, as AWS has it. */
  read(raw: Raw, account: string): Promise<unknown>
  readonly path: string
  readonly desired: unknown
  readonly actual: unknown
}

const Filters = [{ Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] }]
const ROLE = { RoleName: 'shop-dev-web-us-east-1', PolicyName: 'web' }
const LOGS = '/ecom-infra/shop-dev/web/access'
const ATTRIBUTE = 'routing.http.drop_invalid_header_fields.enabled'
const ANYWHERE = '0.0.0.0/0'
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

const group = async ({ ec2 }: Raw) =>
  at((await ec2.describeSecurityGroups({ Filters })).SecurityGroups, 'ec2:security-group/web')
const acl = async ({ ec2 }: Raw) =>
  at((await ec2.describeNetworkAcls({ Filters })).NetworkAcls, 'ec2:network-acl/public')
const table = async ({ ec2 }: Raw) =>
  at((await ec2.describeRouteTables({ Filters })).RouteTables, 'ec2:route-table/private-b')
const subnet = async ({ ec2 }: Raw) => at((await ec2.describeSubnets({ Filters })).Subnets, 'ec2:subnet/public-a')
const balancer = async ({ elbv2 }: Raw) => (await elbv2.describeLoadBalancers({})).LoadBalancers?.[0]?.LoadBalancerArn
const assets = (account: string) => ({ Bucket: `shop-dev-assets-${account}-us-east-1` })

/** The drifts of issue 3, "Done when", but for the target group: that one is missing, not changed. */
export const DRIFTS: readonly Drift[] = [
  {
    name: 'a rule opened',
    address: 'ec2:security-group/web',
    make: async (raw) =>
      raw.ec2.authorizeSecurityGroupIngress({
        GroupId: (await group(raw)).GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: ANYWHERE }] }],
      }),
    read: async (raw) => (await group(raw)).IpPermissions?.map(({ FromPort }) => FromPort).sort(),
    path: 'ingress',
    desired: expect.not.arrayContaining([expect.objectContaining({ fromPort: 22 })]),
    actual: expect.arrayContaining([expect.objectContaining({ fromPort: 22, cidr: ANYWHERE })]),
  },
  {
    name: 'an ACL entry added',
    address: 'ec2:network-acl/public',
    make: async (raw) =>
      raw.ec2.createNetworkAclEntry({
        NetworkAclId: (await acl(raw)).NetworkAclId,
        ...{ RuleNumber: 50, Egress: false, Protocol: '-1', RuleAction: 'allow', CidrBlock: ANYWHERE },
      }),
    read: async (raw) => (await acl(raw)).Entries?.map(({ RuleNumber, Egress }) => `${RuleNumber} ${Egress}`).sort(),
    path: 'entries',
    desired: expect.not.arrayContaining([expect.objectContaining({ rule: 50 })]),
    actual: expect.arrayContaining([expect.objectContaining({ rule: 50, action: 'allow', protocol: '-1' })]),
  },
  {
    name: 'a route removed',
    address: 'ec2:route-table/private-b',
    make: async (raw) =>
      raw.ec2.deleteRoute({ RouteTableId: (await table(raw)).RouteTableId, DestinationCidrBlock: ANYWHERE }),
    read: async (raw) => (await table(raw)).Routes?.map(({ DestinationCidrBlock }) => DestinationCidrBlock).sort(),
    path: 'routes',
    desired: [{ destination: ANYWHERE, target: expect.stringMatching(/^nat-/) }],
    actual: [],
  },
  {
    name: 'a tag changed',
    address: 'ec2:subnet/public-a',
    make: async (raw) =>
      raw.ec2.createTags({
        Resources: [(await subnet(raw)).SubnetId ?? ''],
        Tags: [{ Key: 'owner', Value: 'somebody' }],
      }),
    read: async (raw) => tagsIn((await subnet(raw)).Tags),
    path: 'tags.owner',
    desired: 'web-team',
    actual: 'somebody',
  },
  {
    name: 'log retention changed',
    address: 'logs:log-group/web-access',
    make: ({ logs }) => logs.putRetentionPolicy({ logGroupName: LOGS, retentionInDays: 30 }),
    read: async ({ logs }) =>
      (await logs.describeLogGroups({ logGroupNamePrefix: LOGS })).logGroups?.map((it) => it.retentionInDays),
    path: 'retentionDays',
    desired: 7,
    actual: 30,
  },
  {
    name: 'the maximum of the group changed',
    address: 'autoscaling:group/web',
    make: ({ autoscaling }) => autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: 'shop-dev-web', MaxSize: 5 }),
    read: async ({ autoscaling }) =>
      (await autoscaling.describeAutoScalingGroups({})).AutoScalingGroups?.map(({ MaxSize }) => MaxSize),
    path: 'maxSize',
    desired: 2,
    actual: 5,
  },
  {
    name: 'an attribute of the load balancer changed',
    address: 'elbv2:load-balancer/web',
    make: async (raw) =>
      raw.elbv2.modifyLoadBalancerAttributes({
        LoadBalancerArn: await balancer(raw),
        Attributes: [{ Key: ATTRIBUTE, Value: 'false' }],
      }),
    read: async (raw) => {
      const { Attributes } = await raw.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: await balancer(raw) })
      return Attributes?.find(({ Key }) => Key === ATTRIBUTE)?.Value
    },
    path: `attributes.${ATTRIBUTE}`,
    desired: 'true',
    actual: 'false',
  },
  {
    name: 'a policy of the role edited',
    address: 'iam:role/web',
    make: ({ iam }) => iam.putRolePolicy({ ...ROLE, PolicyDocument: JSON.stringify(EVERYTHING) }),
    read: async ({ iam }) => policyIn((await iam.getRolePolicy(ROLE)).PolicyDocument),
    path: 'inlinePolicies.web.Statement',
    desired: expect.arrayContaining([expect.objectContaining({ Sid: 'OurLogGroupsOnly' })]),
    actual: EVERYTHING.Statement,
  },
  {
    name: 'versioning suspended',
    address: 's3:bucket/assets',
    make: ({ s3 }, account) =>
      s3.putBucketVersioning({ ...assets(account), VersioningConfiguration: { Status: 'Suspended' } }),
    read: async ({ s3 }, account) => (await s3.getBucketVersioning(assets(account))).Status,
    path: 'versioning',
    desired: 'Enabled',
    actual: 'Suspended',
  },
]

import { expect } from 'vitest'
import { ANYWHERE, type Drift, Filters, only } from './drift.ts'
import { at, type Raw, tagsIn } from './raw.ts'

const group = async ({ ec2 }: Raw, name: string) =>
  at((await ec2.describeSecurityGroups({ Filters })).SecurityGroups, `ec2:security-group/${name}`)
const acl = async ({ ec2 }: Raw) =>
  at((await ec2.describeNetworkAcls({ Filters })).NetworkAcls, 'ec2:network-acl/public')
const table = async ({ ec2 }: Raw) =>
  at((await ec2.describeRouteTables({ Filters })).RouteTables, 'ec2:route-table/private-b')
const subnet = async ({ ec2 }: Raw) => at((await ec2.describeSubnets({ Filters })).Subnets, 'ec2:subnet/public-a')
const vpc = async ({ ec2 }: Raw) => ({ VpcId: only((await ec2.describeVpcs({ Filters })).Vpcs).VpcId })

/** SSH from the whole world. */
const opened = (name: string): Pick<Drift, 'address' | 'make' | 'read'> => ({
  address: `ec2:security-group/${name}`,
  make: async (raw) =>
    raw.ec2.authorizeSecurityGroupIngress({
      GroupId: (await group(raw, name)).GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: ANYWHERE }] }],
    }),
  read: async (raw) => {
    const rules = (await group(raw, name)).IpPermissions ?? []
    return rules.map(({ FromPort, IpRanges = [] }) => `${FromPort} ${IpRanges.map(({ CidrIp }) => CidrIp)}`).sort()
  },
})

export const NETWORK: readonly Drift[] = [
  {
    ...opened('web'),
    ...{ name: 'a rule of the web servers opened', status: 'drifted', path: 'ingress' },
    desired: expect.not.arrayContaining([expect.objectContaining({ fromPort: 22 })]),
    actual: expect.arrayContaining([expect.objectContaining({ fromPort: 22, cidr: ANYWHERE })]),
  },
  {
    ...opened('bastion'),
    ...{ name: "the bastion's group opened to the world", status: 'drifted', path: 'ingress' },
    desired: [expect.objectContaining({ fromPort: 22, cidr: '203.0.113.7/32' })],
    actual: expect.arrayContaining([expect.objectContaining({ fromPort: 22, cidr: ANYWHERE })]),
  },
  {
    ...{ name: 'an ACL entry added', address: 'ec2:network-acl/public', status: 'drifted', path: 'entries' },
    make: async (raw) =>
      raw.ec2.createNetworkAclEntry({
        NetworkAclId: (await acl(raw)).NetworkAclId,
        ...{ RuleNumber: 50, Egress: false, Protocol: '-1', RuleAction: 'allow', CidrBlock: ANYWHERE },
      }),
    read: async (raw) => (await acl(raw)).Entries?.map(({ RuleNumber, Egress }) => `${RuleNumber} ${Egress}`).sort(),
    desired: expect.not.arrayContaining([expect.objectContaining({ rule: 50 })]),
    actual: expect.arrayContaining([expect.objectContaining({ rule: 50, action: 'allow', protocol: '-1' })]),
  },
  {
    ...{ name: 'a route removed', address: 'ec2:route-table/private-b', status: 'drifted', path: 'routes' },
    make: async (raw) =>
      raw.ec2.deleteRoute({ RouteTableId: (await table(raw)).RouteTableId, DestinationCidrBlock: ANYWHERE }),
    read: async (raw) => (await table(raw)).Routes?.map(({ DestinationCidrBlock }) => DestinationCidrBlock).sort(),
    desired: [{ destination: ANYWHERE, target: expect.stringMatching(/^nat-/) }],
    actual: [],
  },
  {
    ...{ name: 'a tag changed', address: 'ec2:subnet/public-a', status: 'drifted', path: 'tags.owner' },
    make: async (raw) =>
      raw.ec2.createTags({
        Resources: [(await subnet(raw)).SubnetId ?? ''],
        Tags: [{ Key: 'owner', Value: 'somebody' }],
      }),
    read: async (raw) => tagsIn((await subnet(raw)).Tags),
    ...{ desired: 'web-team', actual: 'somebody' },
  },
  {
    ...{ name: 'host names of the VPC off', address: 'ec2:vpc/main', status: 'drifted', path: 'dnsHostnames' },
    make: async (raw) => raw.ec2.modifyVpcAttribute({ ...(await vpc(raw)), EnableDnsHostnames: { Value: false } }),
    read: async (raw) => {
      const asked = { ...(await vpc(raw)), Attribute: 'enableDnsHostnames' as const }
      return (await raw.ec2.describeVpcAttribute(asked)).EnableDnsHostnames?.Value
    },
    ...{ desired: true, actual: false },
  },
  {
    ...{ name: 'the flow log deleted', address: 'ec2:flow-log/vpc', status: 'missing' },
    make: async ({ ec2 }) =>
      ec2.deleteFlowLogs({ FlowLogIds: [only((await ec2.describeFlowLogs({})).FlowLogs).FlowLogId ?? ''] }),
    read: async ({ ec2 }) =>
      (await ec2.describeFlowLogs({})).FlowLogs?.map((one) => [
        ...[one.ResourceId, one.TrafficType, one.LogGroupName, one.DeliverLogsPermissionArn, tagsIn(one.Tags)],
      ]),
  },
]

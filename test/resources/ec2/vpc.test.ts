import { expect } from 'vitest'
import { vpc } from '../../../src/resources/ec2/vpc.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { network, ourTags, retag, tagsOf, VPC } from './parts.ts'

const ADDRESS = 'ec2:vpc/main'
const ANYWHERE = '0.0.0.0/0'

const inVpc = (id: string) => [{ Name: 'vpc-id', Values: [id] }]

async function defaultsOf({ raw }: World, id: string) {
  const [{ SecurityGroups }, { NetworkAcls }] = await Promise.all([
    raw.ec2.describeSecurityGroups({ Filters: [...inVpc(id), { Name: 'group-name', Values: ['default'] }] }),
    raw.ec2.describeNetworkAcls({ Filters: [...inVpc(id), { Name: 'default', Values: ['true'] }] }),
  ])
  return { group: SecurityGroups?.at(0), acl: NetworkAcls?.at(0) }
}

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const dns = variant !== 'changed'
    const cidrBlock = variant === 'replaced' ? '10.21.0.0/16' : VPC.cidrBlock
    part.add(vpc, 'main', { ...VPC, cidrBlock, dnsSupport: dns, dnsHostnames: dns })
    return graph
  },
  async verify(world, id, variant) {
    const { ec2 } = world.raw
    const { Vpcs } = await ec2.describeVpcs({ VpcIds: [id] })
    expect(Vpcs?.at(0)).toMatchObject({ CidrBlock: VPC.cidrBlock, State: 'available' })
    const support = await ec2.describeVpcAttribute({ VpcId: id, Attribute: 'enableDnsSupport' })
    const names = await ec2.describeVpcAttribute({ VpcId: id, Attribute: 'enableDnsHostnames' })
    expect([support.EnableDnsSupport?.Value, names.EnableDnsHostnames?.Value]).toEqual(
      variant === 'changed' ? [false, false] : [true, true],
    )
    const { group, acl } = await defaultsOf(world, id)
    expect([group?.IpPermissions, group?.IpPermissionsEgress]).toEqual([[], []])
    expect(acl?.Entries?.every(({ RuleNumber }) => (RuleNumber ?? 0) >= 32_767)).toBe(true)
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: {
    dnsSupport: ({ raw }, id) => raw.ec2.modifyVpcAttribute({ VpcId: id, EnableDnsSupport: { Value: false } }),
    dnsHostnames: ({ raw }, id) => raw.ec2.modifyVpcAttribute({ VpcId: id, EnableDnsHostnames: { Value: false } }),
    async defaultSecurityGroupRules(world, id) {
      const { group } = await defaultsOf(world, id)
      const GroupId = group?.GroupId
      const IpRanges = [{ CidrIp: ANYWHERE }]
      const ports = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }
      await world.raw.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...ports, IpRanges }] })
      await world.raw.ec2.authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [{ ...ports, Ipv6Ranges: [{ CidrIpv6: '::/0', Description: 'from anywhere' }] }],
      })
      await world.raw.ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions: [{ IpProtocol: '-1', IpRanges }] })
    },
    async defaultNetworkAclEntries(world, id) {
      const { acl } = await defaultsOf(world, id)
      const entry = { RuleNumber: 100, Protocol: '-1', RuleAction: 'allow', CidrBlock: ANYWHERE } as const
      for (const Egress of [true, false]) {
        await world.raw.ec2.createNetworkAclEntry({ NetworkAclId: acl?.NetworkAclId, ...entry, Egress })
      }
    },
    tags: retag,
  },
  vanish: ({ raw }, id) => raw.ec2.deleteVpc({ VpcId: id }),
  async gone({ raw }, id) {
    return (await raw.ec2.describeVpcs({ Filters: inVpc(id) })).Vpcs?.length === 0
  },
  replaced: 'replace',
})

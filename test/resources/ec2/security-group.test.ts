import type { IpPermission } from '@aws-sdk/client-ec2'
import { expect } from 'vitest'
import { type GroupRule, securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addVpc, network, ourTags, retag, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:security-group/web'

const rule = (more: Partial<GroupRule>): GroupRule => ({
  ...{ protocol: 'tcp', fromPort: 80, toPort: 80, cidr: null, groupId: null, description: '' },
  ...more,
})
const everywhere = { protocol: '-1', fromPort: null, toPort: null, cidr: '0.0.0.0/0' }

async function group({ raw }: World, id: string) {
  const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: [{ Name: 'group-id', Values: [id] }] })
  return SecurityGroups?.at(0)
}

/** One line for each source. */
const lines = (permissions: IpPermission[] = []) =>
  permissions
    .flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) =>
      [
        ...IpRanges.map(({ CidrIp, Description }) => [CidrIp, Description]),
        ...Ipv6Ranges.map(({ CidrIpv6, Description }) => [CidrIpv6, Description]),
        ...UserIdGroupPairs.map(({ Description }) => ['a group', Description]),
      ].map((source) => [IpProtocol, FromPort, ToPort, ...source].join(' ')),
    )
    .sort()

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const vpcId = addVpc(part).ref('id')
    const base = { vpcId, ingress: [], egress: [] }
    const front = part.add(securityGroup, 'front', { ...base, name: 'shop-front', description: 'The balancer' })
    const fromFront = { ...rule({ description: 'Requests from the balancer' }), groupId: front.ref('id') }
    const changed = variant === 'changed'
    part.add(securityGroup, 'web', {
      vpcId,
      name: 'shop-web',
      description: variant === 'replaced' ? 'The other web servers' : 'The web servers',
      ingress: [
        ...(changed ? [] : [fromFront]),
        rule({ cidr: '10.20.0.0/16', description: changed ? 'Within' : 'From within' }),
        rule({ cidr: '10.20.0.0/16', protocol: 'icmp', fromPort: 8, toPort: null, description: 'Ping' }),
        ...(changed ? [rule({ cidr: '10.20.0.0/16', fromPort: 8080, toPort: 8090 })] : []),
      ],
      egress: changed
        ? [rule({ cidr: '0.0.0.0/0', fromPort: 443, toPort: 443 })]
        : [rule({ ...everywhere, description: 'Anything' })],
    })
    return graph
  },
  async verify(world, id, variant) {
    const now = await group(world, id)
    expect(now?.GroupName).toMatch(/^shop-web-[0-9a-f]{6}$/)
    expect(now?.Description).toBe('The web servers')
    expect(lines(now?.IpPermissions)).toEqual(
      variant === 'first'
        ? [
            'icmp 8 -1 10.20.0.0/16 Ping',
            'tcp 80 80 10.20.0.0/16 From within',
            'tcp 80 80 a group Requests from the balancer',
          ]
        : ['icmp 8 -1 10.20.0.0/16 Ping', 'tcp 80 80 10.20.0.0/16 Within', 'tcp 8080 8090 10.20.0.0/16 '],
    )
    expect(lines(now?.IpPermissionsEgress)).toEqual(
      variant === 'first' ? ['-1   0.0.0.0/0 Anything'] : ['tcp 443 443 0.0.0.0/0 '],
    )
    const generation = now?.GroupName?.slice(-6)
    expect(await tagsOf(world, id)).toMatchObject({ ...ourTags(world, ADDRESS), 'ecom-infra:generation': generation })
  },
  drifts: {
    // Opened to everybody, one rule taken away, one described otherwise.
    async ingress({ raw }, id) {
      const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }
      await raw.ec2.authorizeSecurityGroupIngress({
        GroupId: id,
        IpPermissions: [
          {
            ...ssh,
            IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'Just for today' }],
            Ipv6Ranges: [{ CidrIpv6: '::/0' }],
          },
        ],
      })
      const ping = { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: '10.20.0.0/16' }] }
      await raw.ec2.revokeSecurityGroupIngress({ GroupId: id, IpPermissions: [ping] })
      const described = {
        IpProtocol: 'tcp',
        FromPort: 80,
        ToPort: 80,
        IpRanges: [{ CidrIp: '10.20.0.0/16', Description: 'Hm' }],
      }
      await raw.ec2.updateSecurityGroupRuleDescriptionsIngress({ GroupId: id, IpPermissions: [described] })
    },
    egress: ({ raw }, id) =>
      raw.ec2.revokeSecurityGroupEgress({
        GroupId: id,
        IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
    tags: retag,
  },
  vanish: ({ raw }, id) => raw.ec2.deleteSecurityGroup({ GroupId: id }),
  gone: async (world, id) => (await group(world, id)) === undefined,
  replaced: 'replace',
})

import { expect, it } from 'vitest'
import { OURS } from './ours.ts'
import { at, nameIn, tagsIn } from './raw.ts'
import type { Stack } from './stack.ts'

const SSH = ['203.0.113.7/32', '198.51.100.0/24']

/** The network of issue 3, item 7, read back with a stranger's clients. */
export function networkStands(open: () => Stack): void {
  it('makes the VPC with DNS, and empties what AWS put into it', async () => {
    const { raw } = open()
    const { Vpcs } = await raw.ec2.describeVpcs({})
    const vpc = at(Vpcs, 'ec2:vpc/main')
    expect(vpc).toMatchObject({ CidrBlock: '10.20.0.0/16', IsDefault: false })
    const ask = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
      raw.ec2.describeVpcAttribute({ VpcId: vpc.VpcId, Attribute })
    expect((await ask('enableDnsSupport')).EnableDnsSupport).toEqual({ Value: true })
    expect((await ask('enableDnsHostnames')).EnableDnsHostnames).toEqual({ Value: true })
    const inside = { Name: 'vpc-id', Values: [vpc.VpcId ?? ''] }
    const { SecurityGroups = [] } = await raw.ec2.describeSecurityGroups({
      Filters: [inside, { Name: 'group-name', Values: ['default'] }],
    })
    expect(SecurityGroups).toMatchObject([{ IpPermissions: [], IpPermissionsEgress: [] }])
    const { NetworkAcls = [] } = await raw.ec2.describeNetworkAcls({
      Filters: [inside, { Name: 'default', Values: ['true'] }],
    })
    expect(NetworkAcls).toHaveLength(1)
    expect(NetworkAcls[0]?.Entries?.filter(({ RuleNumber = 0 }) => RuleNumber < 32_767)).toEqual([])
    expect(NetworkAcls[0]?.Associations).toEqual([])
  })

  it('lays out the subnets, none of which gives public addresses by default', async () => {
    const { Subnets = [] } = await open().raw.ec2.describeSubnets({ Filters: OURS })
    const seen = Subnets.map((one) => [nameIn(one.Tags), one.CidrBlock, one.AvailabilityZone, one.MapPublicIpOnLaunch])
    expect(seen.sort()).toEqual([
      ['private-a', '10.20.128.0/19', 'us-east-1a', false],
      ['private-b', '10.20.160.0/19', 'us-east-1b', false],
      ['public-a', '10.20.0.0/19', 'us-east-1a', false],
      ['public-b', '10.20.32.0/19', 'us-east-1b', false],
    ])
  })

  it('opens the ways out: one gateway, one NAT gateway with its address, and the routes there', async () => {
    const { ec2 } = open().raw
    const [vpcs, gateways, nats, addresses, subnets, tables] = await Promise.all([
      ec2.describeVpcs({ Filters: OURS }),
      ec2.describeInternetGateways({ Filters: OURS }),
      ec2.describeNatGateways({ Filter: OURS }),
      ec2.describeAddresses({}),
      ec2.describeSubnets({ Filters: OURS }),
      ec2.describeRouteTables({ Filters: OURS }),
    ])
    const gateway = at(gateways.InternetGateways, 'ec2:internet-gateway/main')
    expect(gateway.Attachments).toMatchObject([{ VpcId: at(vpcs.Vpcs, 'ec2:vpc/main').VpcId, State: 'available' }])
    const subnet = (name: string) => at(subnets.Subnets, `ec2:subnet/${name}`).SubnetId
    expect(addresses.Addresses).toHaveLength(1)
    const { AllocationId } = at(addresses.Addresses, 'ec2:elastic-ip/nat-a')
    expect(nats.NatGateways).toMatchObject([
      { SubnetId: subnet('public-a'), State: 'available', NatGatewayAddresses: [{ AllocationId }] },
    ])
    const nat = at(nats.NatGateways, 'ec2:nat-gateway/a').NatGatewayId
    expect(tables.RouteTables).toHaveLength(3)
    const ways = (name: string) => {
      const { Routes = [], Associations = [] } = at(tables.RouteTables, `ec2:route-table/${name}`)
      const routes = Routes.filter(
        ({ GatewayId, DestinationPrefixListId }) => GatewayId !== 'local' && !DestinationPrefixListId,
      )
      return {
        routes: routes
          .filter(({ GatewayId = '' }) => !GatewayId.startsWith('vpce-'))
          .map((one) => [one.DestinationCidrBlock, one.GatewayId ?? one.NatGatewayId]),
        subnets: Associations.map(({ SubnetId }) => SubnetId).sort(),
      }
    }
    expect(ways('public')).toEqual({
      routes: [['0.0.0.0/0', gateway.InternetGatewayId]],
      subnets: [subnet('public-a'), subnet('public-b')].sort(),
    })
    for (const zone of ['a', 'b']) {
      expect(ways(`private-${zone}`)).toEqual({ routes: [['0.0.0.0/0', nat]], subnets: [subnet(`private-${zone}`)] })
    }
  })

  it('opens free ways to S3 and DynamoDB for this account, and to the package buckets for anybody', async () => {
    const { raw, account } = open()
    const [{ VpcEndpoints = [] }, { RouteTables = [] }] = await Promise.all([
      raw.ec2.describeVpcEndpoints({ Filters: OURS }),
      raw.ec2.describeRouteTables({ Filters: OURS }),
    ])
    const tables = RouteTables.map(({ RouteTableId }) => RouteTableId).sort()
    const ours = {
      ...{ Sid: 'ThisAccount', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
      Condition: { StringEquals: { 'aws:PrincipalAccount': account.id } },
    }
    const packages = {
      ...{ Sid: 'AmazonLinuxPackages', Effect: 'Allow', Principal: '*', Action: 's3:GetObject' },
      Resource: ['arn:aws:s3:::al2023-repos-us-east-1-de612dc2/*'],
    }
    const seen = VpcEndpoints.map((one) => ({
      ...{ name: nameIn(one.Tags), service: one.ServiceName, type: one.VpcEndpointType },
      ...{ tables: [...(one.RouteTableIds ?? [])].sort(), says: JSON.parse(one.PolicyDocument ?? '{}').Statement },
    }))
    const gateway = (name: string, says: object[]) => ({
      ...{ name, service: `com.amazonaws.us-east-1.${name}`, type: 'Gateway', tables, says },
    })
    expect(seen).toHaveLength(2)
    expect(seen).toContainEqual(gateway('s3', [ours, packages]))
    expect(seen).toContainEqual(gateway('dynamodb', [ours]))
  })

  it('guards the subnets with network ACLs, rule by rule in this order', async () => {
    const { NetworkAcls } = await open().raw.ec2.describeNetworkAcls({ Filters: OURS })
    const { Subnets } = await open().raw.ec2.describeSubnets({ Filters: OURS })
    const [any, vpc] = ['0.0.0.0/0', '10.20.0.0/16']
    const rules = (name: string, egress: boolean) =>
      (at(NetworkAcls, `ec2:network-acl/${name}`).Entries ?? [])
        .filter((entry) => entry.Egress === egress && (entry.RuleNumber ?? 0) < 32_767)
        .sort((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0))
        .map(({ RuleAction, Protocol, CidrBlock, PortRange }) =>
          [RuleAction, Protocol, CidrBlock, PortRange?.From, PortRange?.To]
            .filter((part) => part !== undefined)
            .join(' '),
        )
    expect(rules('public', false)).toEqual([
      `deny 6 ${any} 3389 3389`,
      `allow 6 ${any} 80 80`,
      `allow 6 ${any} 443 443`,
      ...SSH.map((cidr) => `allow 6 ${cidr} 22 22`),
      `allow 6 ${any} 1024 65535`,
    ])
    expect(rules('private', false)).toEqual([
      ...[`allow 6 ${vpc} 5432 5432`, `allow 6 ${vpc} 2049 2049`],
      ...[`deny 6 ${any} 5432 5432`, `deny 6 ${any} 2049 2049`, `deny 6 ${any} 3389 3389`],
      ...[`allow 6 ${vpc} 80 80`, `allow 6 ${vpc} 443 443`],
      `allow 6 ${any} 1024 65535`,
    ])
    for (const name of ['public', 'private']) {
      expect(rules(name, true)).toEqual([`allow -1 ${any}`])
      const guarded = at(NetworkAcls, `ec2:network-acl/${name}`).Associations?.map(({ SubnetId }) => SubnetId)
      const wanted = ['a', 'b'].map((zone) => at(Subnets, `ec2:subnet/${name}-${zone}`).SubnetId)
      expect(guarded?.sort()).toEqual(wanted.sort())
    }
  })

  it('lets each tier in only from the one before it, and describes every rule', async () => {
    const { ec2 } = open().raw
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters: OURS })
    const nameOf = (id?: string) => nameIn(SecurityGroups.find(({ GroupId }) => GroupId === id)?.Tags)
    const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({
      Filters: [{ Name: 'group-id', Values: SecurityGroups.map(({ GroupId = '' }) => GroupId) }],
    })
    const rules = SecurityGroupRules.map((rule) => {
      const peer = rule.CidrIpv4 ?? nameOf(rule.ReferencedGroupInfo?.GroupId)
      return [
        nameOf(rule.GroupId),
        rule.IsEgress ? 'out' : 'in',
        rule.IpProtocol,
        rule.FromPort,
        rule.ToPort,
        peer,
      ].join(' ')
    })
    expect(rules.sort()).toEqual(
      [
        ...['alb in tcp 80 80 0.0.0.0/0', 'alb in tcp 443 443 0.0.0.0/0', 'alb out -1 -1 -1 0.0.0.0/0'],
        ...['web in tcp 80 80 alb', 'web in tcp 443 443 alb', 'web out -1 -1 -1 0.0.0.0/0'],
        ...[...SSH.map((cidr) => `bastion in tcp 22 22 ${cidr}`), 'bastion out -1 -1 -1 0.0.0.0/0'],
        ...['database in tcp 5432 5432 web', 'database in tcp 5432 5432 bastion', 'files in tcp 2049 2049 web'],
      ].sort(),
    )
    // moto's list of rules leaves out how those from groups are described; its groups have it.
    const permissions = SecurityGroups.flatMap((one) => [
      ...(one.IpPermissions ?? []),
      ...(one.IpPermissionsEgress ?? []),
    ])
    const sources = permissions.flatMap((one) => [...(one.IpRanges ?? []), ...(one.UserIdGroupPairs ?? [])])
    expect(sources).toHaveLength(rules.length)
    expect(sources.filter(({ Description }) => !Description)).toEqual([])
    for (const group of SecurityGroups) {
      const { 'ecom-infra:generation': generation } = tagsIn(group.Tags)
      expect(generation).toMatch(/^[0-9a-z]{4,12}$/)
      expect(group.GroupName).toBe(`shop-dev-${nameIn(group.Tags)}-${generation}`)
    }
  })
}

import { describe, expect, test } from 'vitest'
import { sweep } from '../../src/aws/sweep/index.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail } from '../support/scripted.ts'
import { emptyAccount, left, services, Tags, THEIRS } from './sweep-services.ts'

const { ec2, secrets } = services
emptyAccount()

type Input = Readonly<Record<string, unknown>>

/** A listing that answers to who asks by network; by our tag there is nothing. */
const within = (what: string, items: readonly object[]) => (input: Input) =>
  JSON.stringify(input).includes('vpc-1') ? { [what]: items.map((item) => ({ VpcId: 'vpc-1', ...item })) } : {}

const named = (found: readonly { readonly type: string; readonly id: string }[]) =>
  found.map(({ type, id }) => `${type} ${id}`)

describe('a network of ours that cannot go', () => {
  const standing = {
    DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }),
    DescribeSecurityGroups: within('SecurityGroups', [
      { GroupId: 'sg-0', GroupName: 'default' },
      { GroupId: 'sg-1', GroupName: 'theirs', Description: 'made by hand' },
      { GroupId: 'sg-2', GroupName: 'qa', Tags: THEIRS },
      { GroupId: 'sg-3', GroupName: 'elsewhere', VpcId: 'vpc-9' },
    ]),
    DescribeSubnets: within('Subnets', [{ SubnetId: 'subnet-1' }]),
    DescribeRouteTables: within('RouteTables', [
      { RouteTableId: 'rtb-0', Associations: [{ Main: true }] },
      { RouteTableId: 'rtb-1' },
    ]),
    DescribeNetworkAcls: within('NetworkAcls', [{ NetworkAclId: 'acl-0', IsDefault: true }, { NetworkAclId: 'acl-1' }]),
    DescribeVpcEndpoints: within('VpcEndpoints', [{ VpcEndpointId: 'vpce-1', State: 'available' }]),
    DescribeNatGateways: within('NatGateways', [
      { NatGatewayId: 'nat-1', State: 'available' },
      { NatGatewayId: 'nat-2', State: 'deleted' },
    ]),
    DescribeInstances: within('Reservations', [
      { Instances: [{ InstanceId: 'i-1', VpcId: 'vpc-1', InstanceType: 't3.micro', State: { Name: 'running' } }] },
    ]),
    DescribeNetworkInterfaces: within('NetworkInterfaces', [{ NetworkInterfaceId: 'eni-1' }]),
    DescribeVpcPeeringConnections: () => ({
      VpcPeeringConnections: ['active', 'deleted'].map((Code) => ({
        VpcPeeringConnectionId: `pcx-${Code}`,
        ...{ Status: { Code }, RequesterVpcInfo: { VpcId: 'vpc-9' }, AccepterVpcInfo: { VpcId: 'vpc-1' } },
      })),
    }),
    DescribeVpnGateways: () => ({
      VpnGateways: [{ VpnGatewayId: 'vgw-1', VpcAttachments: [{ VpcId: 'vpc-1', State: 'attached' }] }],
    }),
  }

  test('is told with everything that stands in it, tagged or not, but for what comes with it', async () => {
    ec2.answers(standing)
    const found = await left(fakeCtx())
    expect(named(found)).toEqual([
      'ec2:instance i-1',
      'ec2:nat-gateway nat-1',
      'ec2:network-acl acl-1',
      'ec2:network-interface eni-1',
      'ec2:route-table rtb-1',
      'ec2:security-group sg-1',
      'ec2:security-group sg-2',
      'ec2:subnet subnet-1',
      'ec2:vpc vpc-1',
      'ec2:vpc-endpoint vpce-1',
      'ec2:vpc-peering-connection pcx-active',
      'ec2:vpn-gateway vgw-1',
    ])
    const by = new Map(found.map((one) => [one.id, one]))
    expect(by.get('sg-1')).toMatchObject({ why: 'it is in our VPC vpc-1: made by hand', monthlyUsd: 0 })
    expect(by.get('i-1')).toMatchObject({ why: 'it is in our VPC vpc-1', monthlyUsd: 7.59 })
    expect(by.get('nat-1')).toMatchObject({ monthlyUsd: 32.85 })
    expect(by.get('vgw-1')).toMatchObject({ monthlyUsd: null })
  })

  test('who may not list peerings is told the rest', async () => {
    ec2.answers({ ...standing, DescribeVpcPeeringConnections: () => fail('UnauthorizedOperation') })
    const { leftovers, unseen } = await sweep(fakeCtx())
    expect(leftovers).toHaveLength(11)
    expect(unseen).toHaveLength(1)
  })
})

describe('a network that this run has deleted', () => {
  const late = {
    DescribeSecurityGroups: within('SecurityGroups', [
      { GroupId: 'sg-0', GroupName: 'default' },
      { GroupId: 'sg-1', GroupName: 'theirs' },
    ]),
    DescribeNetworkInterfaces: within('NetworkInterfaces', [{ NetworkInterfaceId: 'eni-1' }]),
  }

  test('is searched for what came into it at the very last, and for nothing more', async () => {
    ec2.answers(late)
    const { leftovers } = await sweep(fakeCtx(), ['vpc-1'])
    expect(named(leftovers)).toEqual(['ec2:security-group sg-1'])
    expect(JSON.stringify(ec2.inputsOf('DescribeSubnets'))).not.toContain('vpc-1')
    expect(ec2.called()).not.toContain('DescribeVpnGateways')
  })

  test('where none was, nothing is asked', async () => {
    ec2.answers(late)
    expect((await sweep(fakeCtx())).leftovers).toEqual([])
    expect(JSON.stringify(ec2.inputsOf('DescribeSecurityGroups'))).not.toContain('vpc-id')
  })
})

describe("the secret of the database's password", () => {
  const secret = (name: string, database: string, more: object = {}) => ({
    ...{ ARN: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`, Name: name },
    Tags: [
      { Key: 'aws:secretsmanager:owningService', Value: 'rds' },
      { Key: 'aws:rds:primaryDBInstanceArn', Value: `arn:aws:rds:us-east-1:123456789012:db:${database}` },
    ],
    ...more,
  })

  test('is known by the database that it names, exactly, and waited for', async () => {
    const ours = secret('rds!db-1', 'shop-dev-main')
    const SecretList = [
      secret('rds!db-2', 'shop-dev-main-2'),
      secret('rds!db-3', 'shop-dev-qa-main'),
      secret('rds!db-4', 'shop-dev-main', { DeletedDate: new Date() }),
      secret('rds!db-5', 'shop-dev-main', { Tags: [] }),
    ]
    secrets.answers({ ListSecrets: (_, nth) => ({ SecretList: nth < 4 ? [ours, ...SecretList] : SecretList }) })
    const ctx = fakeCtx()
    expect(await left(ctx)).toEqual([])
    expect(secrets.inputsOf('ListSecrets')).toHaveLength(4)
    expect(secrets.inputsOf('ListSecrets')[0]).toMatchObject({ Filters: [{ Key: 'owning-service', Values: ['rds'] }] })
    secrets.answers({ ListSecrets: () => ({ SecretList: [ours, ...SecretList] }) })
    expect(await left(fakeCtx())).toEqual([
      {
        ...{ type: 'secretsmanager:secret', id: ours.ARN, monthlyUsd: 0.4 },
        why: 'RDS keeps the password of shop-dev-main in it; AWS takes it away by itself, but has not yet',
      },
    ])
  })
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { networkAcl } from '../../../src/resources/ec2/network-acl.ts'
import { securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { type VpcOut, type VpcSpec, vpc } from '../../../src/resources/ec2/vpc.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { VPC } from './parts.ts'

const address = 'ec2:vpc/main'
const terms = { deleteData: false, snapshotName: null }
const ours = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
const mine = [...ours, { Key: 'ecom-infra:address', Value: address }]
const live: Found<VpcSpec, VpcOut> = {
  ...{ address, id: 'vpc-1', ours: true, tags: {}, out: { id: 'vpc-1', cidrBlock: VPC.cidrBlock } },
  spec: VPC,
}
const asked = (id: string | null): Asked => ({ address, id, token: null, spec: null })
const on = ({ Attribute }: Readonly<Record<string, unknown>>) =>
  Attribute === 'enableDnsSupport' ? { EnableDnsSupport: { Value: true } } : { EnableDnsHostnames: { Value: true } }
const one = { VpcId: 'vpc-1', CidrBlock: VPC.cidrBlock, State: 'available', Tags: mine }
const emptyDefaults = {
  DescribeSecurityGroups: () => ({ SecurityGroups: [{ GroupId: 'sg-0', GroupName: 'default', VpcId: 'vpc-1' }] }),
  DescribeNetworkAcls: () => ({ NetworkAcls: [{ NetworkAclId: 'acl-0', IsDefault: true, VpcId: 'vpc-1' }] }),
}

const { answers, called, inputsOf } = scripted(EC2Client)
const efs = scripted(EFSClient)
beforeEach(() => {
  answers({})
  efs.answers({})
})

describe('reading', () => {
  test('its own, the groups and the ACLs share their listings: five calls for three types', async () => {
    answers({ DescribeVpcs: () => ({ Vpcs: [one] }), DescribeVpcAttribute: on, ...emptyDefaults })
    const ctx = fakeCtx()
    const [found] = await Promise.all([
      vpc.read(ctx, [asked('vpc-1')]),
      securityGroup.read(ctx, []),
      networkAcl.read(ctx, []),
    ])
    expect(found).toMatchObject([{ address, id: 'vpc-1', ours: true, spec: VPC }])
    expect([...called()].sort()).toEqual([
      'DescribeNetworkAcls',
      'DescribeSecurityGroups',
      'DescribeVpcAttribute',
      'DescribeVpcAttribute',
      'DescribeVpcs',
    ])
  })

  test('without a VPC there is nothing to ask', async () => {
    answers({ DescribeVpcs: () => ({ Vpcs: [] }) })
    const ctx = fakeCtx()
    await Promise.all([vpc.read(ctx, []), securityGroup.read(ctx, []), networkAcl.read(ctx, [])])
    expect(called()).toEqual(['DescribeVpcs'])
  })

  test('all pages, and by id what has lost its tags', async () => {
    const bare = { ...one, VpcId: 'vpc-3', Tags: [] }
    answers({
      DescribeVpcs: ({ Filters, NextToken }) => {
        if (JSON.stringify(Filters).includes('vpc-id')) return { Vpcs: [bare] }
        return NextToken ? { Vpcs: [{ ...one, VpcId: 'vpc-2' }] } : { Vpcs: [one], NextToken: 'more' }
      },
      DescribeVpcAttribute: on,
    })
    const found = await vpc.read(fakeCtx(), [asked('vpc-3')])
    expect(found.map(({ id, ours }) => [id, ours])).toEqual([
      ['vpc-1', true],
      ['vpc-2', true],
      ['vpc-3', true],
    ])
  })

  test('one that vanishes between two calls is absent', async () => {
    answers({ DescribeVpcs: () => ({ Vpcs: [one] }), DescribeVpcAttribute: () => fail('InvalidVpcID.NotFound') })
    expect(await vpc.read(fakeCtx(), [])).toEqual([])
  })

  test('a default group or ACL that AWS does not show yet is not taken for an empty one', async () => {
    answers({ DescribeVpcs: () => ({ Vpcs: [one] }), DescribeVpcAttribute: on })
    const [found] = await vpc.read(fakeCtx(), [])
    expect(found?.spec.defaultSecurityGroupRules).not.toEqual([])
    expect(found?.spec.defaultNetworkAclEntries).not.toEqual([])
  })
})

describe('changing', () => {
  const switches = () => inputsOf('ModifyVpcAttribute').map((input) => Object.keys(input).at(-1))

  test('DNS comes before the names, and goes after them, one in a call', async () => {
    await vpc.sync?.(fakeCtx(), VPC, live, new Set(['dnsSupport', 'dnsHostnames'] as const))
    expect(switches()).toEqual(['EnableDnsSupport', 'EnableDnsHostnames'])
    answers({})
    const off = { ...VPC, dnsSupport: false, dnsHostnames: false }
    await vpc.sync?.(fakeCtx(), off, live, new Set(['dnsSupport', 'dnsHostnames'] as const))
    expect(switches()).toEqual(['EnableDnsHostnames', 'EnableDnsSupport'])
  })

  test('what is not known everywhere yet is asked again', async () => {
    answers({ ModifyVpcAttribute: (_, nth) => (nth < 3 ? fail('InvalidVpcID.NotFound') : {}) })
    await vpc.sync?.(fakeCtx(), VPC, live, new Set(['dnsSupport'] as const))
    expect(called()).toHaveLength(3)
  })

  test('the default group is emptied as soon as it shows', async () => {
    const open = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
    answers({
      DescribeSecurityGroups: (_, nth) =>
        nth < 3 ? { SecurityGroups: [] } : { SecurityGroups: [{ GroupId: 'sg-0', IpPermissionsEgress: open }] },
    })
    await vpc.sync?.(fakeCtx(), VPC, live, new Set(['defaultSecurityGroupRules'] as const))
    expect(inputsOf('RevokeSecurityGroupEgress')).toEqual([{ GroupId: 'sg-0', IpPermissions: open }])
    expect(called()).not.toContain('RevokeSecurityGroupIngress')
  })
})

test('it is ready when it is available', async () => {
  answers({
    DescribeVpcs: (_, nth) => ({ Vpcs: nth < 2 ? [] : [{ ...one, State: nth < 4 ? 'pending' : 'available' }] }),
  })
  await vpc.ready?.(fakeCtx(), 'vpc-1')
  expect(called()).toHaveLength(4)
})

describe('deleting', () => {
  test('waits for what still uses it, and until it is gone', async () => {
    answers({
      DeleteVpc: (_, nth) => (nth < 3 ? fail('DependencyViolation') : {}),
      DescribeVpcs: (_, nth) => ({ Vpcs: nth < 2 ? [one] : [] }),
    })
    await vpc.destroy(fakeCtx(), live, terms)
    expect(called().filter((operation) => operation === 'DeleteVpc')).toHaveLength(3)
    expect(inputsOf('DescribeVpcs')).toHaveLength(2)
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteVpc: () => fail('InvalidVpcID.NotFound') })
    await expect(vpc.destroy(fakeCtx(), live, terms)).resolves.toBeUndefined()
  })
})

describe('what stands in the way', () => {
  const eni = (NetworkInterfaceId: string, more: object) => ({ NetworkInterfaceId, ...more })
  const scene = (interfaces: object[]) => ({
    DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-1', Tags: ours }, { SubnetId: 'subnet-2' }] }),
    DescribeSecurityGroups: () => ({
      SecurityGroups: [
        { GroupId: 'sg-0', GroupName: 'default' },
        { GroupId: 'sg-1', GroupName: 'ours', Tags: ours },
        { GroupId: 'sg-2', GroupName: 'theirs' },
      ],
    }),
    DescribeNetworkAcls: () => ({
      NetworkAcls: [{ NetworkAclId: 'acl-0', IsDefault: true }, { NetworkAclId: 'acl-2' }],
    }),
    DescribeRouteTables: () => ({
      RouteTables: [
        { RouteTableId: 'rtb-0', Associations: [{ Main: true }] },
        { RouteTableId: 'rtb-1', Tags: ours },
      ],
    }),
    DescribeNatGateways: () => ({
      NatGateways: [
        {
          NatGatewayId: 'nat-1',
          State: 'available',
          Tags: ours,
          NatGatewayAddresses: [{ NetworkInterfaceId: 'eni-nat' }],
        },
        { NatGatewayId: 'nat-2', State: 'deleted' },
      ],
    }),
    DescribeInstances: () => ({
      Reservations: [{ Instances: [{ InstanceId: 'i-1', Tags: ours }, { InstanceId: 'i-2' }] }],
    }),
    DescribeNetworkInterfaces: () => ({ NetworkInterfaces: interfaces }),
  })
  const blockers = async (interfaces: object[]) => {
    answers(scene(interfaces))
    const farewell = await vpc.farewell?.(fakeCtx(), live)
    return farewell?.blockers.map((text) => text.replace(' in vpc-1 does not belong to this stack', ''))
  }

  test('strangers of every kind, and nothing that is ours or comes with the VPC', async () => {
    expect(await blockers([])).toEqual(['subnet subnet-2', 'security group sg-2', 'network ACL acl-2'])
    expect(called()).not.toContain('DescribeInstances')
  })

  test('interfaces are known by their gateway, their instance or their groups', async () => {
    const found = await blockers([
      eni('eni-nat', { RequesterManaged: true, Groups: [] }),
      eni('eni-alb', { RequesterManaged: true, Groups: [{ GroupId: 'sg-1' }], Description: 'ELB app/shop/1' }),
      eni('eni-web', { Attachment: { InstanceId: 'i-1' }, Groups: [{ GroupId: 'sg-0' }] }),
      eni('eni-a', { Attachment: { InstanceId: 'i-2' }, Groups: [{ GroupId: 'sg-1' }] }),
      eni('eni-b', { RequesterManaged: true, Groups: [{ GroupId: 'sg-0' }], Description: 'AWS Lambda VPC ENI-x' }),
      eni('eni-c', { Groups: [{ GroupId: 'sg-1' }] }),
    ])
    expect(efs.called()).toEqual(['DescribeFileSystems'])
    expect(found?.slice(3)).toEqual([
      'network interface eni-a (i-2)',
      'network interface eni-b (AWS Lambda VPC ENI-x)',
      'network interface eni-c (not attached)',
    ])
  })

  test('a mount target of ours is no stranger, also where nobody says that EFS keeps its interface', async () => {
    efs.answers({
      DescribeFileSystems: () => ({
        FileSystems: [{ FileSystemId: 'fs-1', LifeCycleState: 'available', Tags: ours }, { FileSystemId: 'fs-2' }],
      }),
      DescribeMountTargets: ({ FileSystemId }) => ({
        MountTargets: [{ NetworkInterfaceId: FileSystemId === 'fs-1' ? 'eni-mine' : 'eni-theirs' }],
      }),
    })
    const bare = { Groups: [{ GroupId: 'sg-1' }] }
    const found = await blockers([eni('eni-mine', bare), eni('eni-theirs', bare)])
    expect(found?.slice(3)).toEqual(['network interface eni-theirs (not attached)'])
  })
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { EFSClient } from '@aws-sdk/client-efs'
import { expect, test } from 'vitest'
import { securityGroup } from '../../src/resources/ec2/security-group.ts'
import { vpc } from '../../src/resources/ec2/vpc.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail, scripted } from '../support/scripted.ts'

const ec2 = scripted(EC2Client)
// Its mount targets are asked for where an interface is nobody's known.
scripted(EFSClient)

const OWN = { VpcId: 'vpc-1', OwnerId: '123456789012', Region: 'us-east-1' }
const peering = (id: string, other: object, Code = 'active') => ({
  VpcPeeringConnectionId: id,
  Status: { Code },
  RequesterVpcInfo: { ...OWN, VpcId: 'vpc-2', ...other },
  AccepterVpcInfo: OWN,
})
const naming = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId: 'sg-1' }] }]

/** Groups by the VPCs that are asked for. */
const groups = (input: Readonly<Record<string, unknown>>) => ({
  SecurityGroups: JSON.stringify(input).includes('vpc-2')
    ? [
        { GroupId: 'sg-9', VpcId: 'vpc-2', IpPermissions: naming },
        { GroupId: 'sg-8', VpcId: 'vpc-2' },
      ]
    : [{ GroupId: 'sg-1', VpcId: 'vpc-1', IpPermissions: naming }],
})

const live = { address: 'ec2:vpc/main', id: 'vpc-1', ours: true, tags: {}, spec: {}, out: {} } as never
const group = { address: 'ec2:security-group/web', id: 'sg-1', ours: true, tags: {}, spec: { vpcId: 'vpc-1' }, out: {} }

const ofVpc = async () => (await vpc.farewell?.(fakeCtx(), live))?.blockers
const ofGroup = async () => (await securityGroup.farewell?.(fakeCtx(), group as never))?.blockers

test('what joins our network to another one stands in the way, and what has ended does not', async () => {
  ec2.answers({
    DescribeVpcPeeringConnections: () => ({
      VpcPeeringConnections: [
        peering('pcx-1', {}),
        peering('pcx-2', {}, 'pending-acceptance'),
        peering('pcx-3', {}, 'deleted'),
        { ...peering('pcx-4', {}), AccepterVpcInfo: { ...OWN, VpcId: 'vpc-3' } },
      ],
    }),
    DescribeVpnGateways: () => ({
      VpnGateways: [
        { VpnGatewayId: 'vgw-1', VpcAttachments: [{ VpcId: 'vpc-1', State: 'attached' }] },
        { VpnGatewayId: 'vgw-2', VpcAttachments: [{ VpcId: 'vpc-1', State: 'detached' }] },
      ],
    }),
  })
  expect(await ofVpc()).toEqual([
    'peering connection pcx-1 in vpc-1 does not belong to this stack',
    'peering connection pcx-2 in vpc-1 does not belong to this stack',
    'VPN gateway vgw-1 in vpc-1 does not belong to this stack',
  ])
})

test('a rule in a peered network that names our group stands in its way', async () => {
  ec2.answers({
    DescribeVpcPeeringConnections: () => ({ VpcPeeringConnections: [peering('pcx-1', {})] }),
    DescribeSecurityGroups: groups,
  })
  expect(await ofGroup()).toEqual([
    'a rule of sg-9 in the peered vpc-2, which does not belong to this stack, names sg-1',
  ])
  expect(ec2.called()).not.toContain('DescribeSecurityGroupReferences')
})

test("of another account's network AWS tells that it has such a rule", async () => {
  ec2.answers({
    DescribeVpcPeeringConnections: () => ({
      VpcPeeringConnections: [peering('pcx-1', { VpcId: 'vpc-7', OwnerId: '999999999999' })],
    }),
    DescribeSecurityGroups: groups,
    DescribeSecurityGroupReferences: () => ({
      SecurityGroupReferenceSet: [{ GroupId: 'sg-1', ReferencingVpcId: 'vpc-7', VpcPeeringConnectionId: 'pcx-1' }],
    }),
  })
  expect(await ofGroup()).toEqual(['a rule of vpc-7, which does not belong to this stack, names sg-1'])
  expect(JSON.stringify(ec2.inputsOf('DescribeSecurityGroups'))).not.toContain('vpc-7')
})

test('without a peering nothing more is asked', async () => {
  ec2.answers({ DescribeSecurityGroups: groups })
  expect(await ofGroup()).toEqual([])
  expect(ec2.called().toSorted()).toEqual(['DescribeSecurityGroups', 'DescribeVpcPeeringConnections'])
})

test('who may not ask is told so, and goes on', async () => {
  ec2.answers({ DescribeVpcPeeringConnections: () => fail('UnauthorizedOperation'), DescribeSecurityGroups: groups })
  const ctx = fakeCtx()
  expect((await securityGroup.farewell?.(ctx, group as never))?.blockers).toEqual([])
  expect(ctx.notes).toEqual([expect.stringContaining('peering connections may not be read')])
  ec2.answers({ DescribeVpcPeeringConnections: () => fail('InternalFailure', 'no', 500) })
  await expect(ofGroup()).rejects.toThrow('no')
})

test('an interface is told with what it belongs to', async () => {
  const NetworkInterfaces = [
    { NetworkInterfaceId: 'eni-1', Attachment: { InstanceId: 'i-2' } },
    { NetworkInterfaceId: 'eni-2', Description: 'ELB app/theirs/1' },
    { NetworkInterfaceId: 'eni-3', InterfaceType: 'transit_gateway' },
    { NetworkInterfaceId: 'eni-4', RequesterId: 'amazon-elasticache' },
    { NetworkInterfaceId: 'eni-5' },
    // A function of a stranger's, in a group of ours.
    { NetworkInterfaceId: 'eni-6', InterfaceType: 'lambda', RequesterManaged: true, Groups: [{ GroupId: 'sg-1' }] },
    { NetworkInterfaceId: 'eni-7', RequesterManaged: true, Groups: [{ GroupId: 'sg-1' }] },
  ]
  ec2.answers({
    DescribeNetworkInterfaces: () => ({ NetworkInterfaces }),
    DescribeInstances: () => ({ Reservations: [] }),
    DescribeSecurityGroups: () => ({
      SecurityGroups: [{ GroupId: 'sg-1', Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }] }],
    }),
  })
  expect((await ofVpc())?.map((text) => text.replace(/ in vpc-1.*/, ''))).toEqual([
    'network interface eni-1 (i-2)',
    'network interface eni-2 (ELB app/theirs/1)',
    'network interface eni-3 (transit gateway)',
    'network interface eni-4 (amazon-elasticache)',
    'network interface eni-5 (not attached)',
    'network interface eni-6 (lambda)',
  ])
})

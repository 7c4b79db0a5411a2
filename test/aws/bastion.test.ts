import {
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2'
import { EC2InstanceConnectClient, SendSSHPublicKeyCommand } from '@aws-sdk/client-ec2-instance-connect'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, test } from 'vitest'
import { bastionOf, consoleOf, publicAddressOf, standing } from '../../src/aws/bastion.ts'
import { sendKey } from '../../src/aws/instance-connect.ts'
import { doorsOf } from '../../src/aws/ssh-access.ts'
import { fakeCtx, refusal } from '../support/fake-ctx.ts'

const ec2 = mockClient(EC2Client)
const connect = mockClient(EC2InstanceConnectClient)
beforeEach(() => {
  ec2.reset()
  connect.reset()
})

const instance = (InstanceId: string, Name: 'running' | 'terminated' | 'pending', PublicIpAddress?: string) => ({
  ...{ InstanceId, State: { Name }, ...(PublicIpAddress ? { PublicIpAddress } : {}) },
})
const shows = (...Instances: ReturnType<typeof instance>[]) =>
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] })

describe('the bastion', () => {
  test('is the one that lives, beside its predecessors', async () => {
    shows(instance('i-old', 'terminated'), instance('i-new', 'running', '203.0.113.5'))
    const found = await bastionOf(fakeCtx())
    expect(found?.InstanceId).toBe('i-new')
    expect(ec2.commandCalls(DescribeInstancesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] },
      { Name: 'tag:ecom-infra:address', Values: ['ec2:instance/bastion'] },
    ])
  })

  test('is not guessed where two say that they are', async () => {
    shows(instance('i-1', 'running'), instance('i-2', 'pending'))
    await expect(bastionOf(fakeCtx())).rejects.toMatchObject({
      code: 'Twins',
      message: expect.stringContaining('i-1 and i-2'),
    })
  })

  test('that is missing, over, or without an address is named with what to do', async () => {
    shows(instance('i-old', 'terminated'))
    const over = await bastionOf(fakeCtx())
    expect(() => standing(fakeCtx(), over)).toThrow('The bastion i-old of shop-dev is terminated.')
    expect(() => standing(fakeCtx(), null)).toThrow('shop-dev has no bastion in us-east-1.')
    expect(() => publicAddressOf(instance('i-1', 'running'))).toThrow('The bastion i-1 has no public address.')
  })
})

describe('its console', () => {
  const asked = () => ec2.commandCalls(GetConsoleOutputCommand).map(({ args }) => args[0].input)
  const Output = Buffer.from('ssh-ed25519').toString('base64')

  test('is asked for as it is now', async () => {
    ec2.on(GetConsoleOutputCommand).resolves({ Output })
    expect(await consoleOf(fakeCtx(), 'i-1')).toBe('ssh-ed25519')
    expect(asked()).toEqual([{ InstanceId: 'i-1', Latest: true }])
  })

  test('is asked for as AWS has kept it where the type can tell no more', async () => {
    ec2.on(GetConsoleOutputCommand).rejectsOnce(refusal('UnsupportedOperation')).resolves({ Output })
    expect(await consoleOf(fakeCtx(), 'i-1')).toBe('ssh-ed25519')
    expect(asked()).toEqual([{ InstanceId: 'i-1', Latest: true }, { InstanceId: 'i-1' }])
  })
})

describe('a key', () => {
  const wish = { instanceId: 'i-1', user: 'ec2-user', publicKey: 'ssh-ed25519 AAAA' }

  test('is sent again while the instance cannot take it', async () => {
    connect
      .on(SendSSHPublicKeyCommand)
      .rejectsOnce(refusal('EC2InstanceUnavailableException'))
      .resolves({ Success: true })
    const ctx = fakeCtx()
    await sendKey(ctx, wish)
    expect(ctx.notes).toEqual(['waiting for the bastion to take a key'])
    expect(connect.commandCalls(SendSSHPublicKeyCommand)).toHaveLength(2)
  })

  test.each([
    ['AuthException', 'Permission'],
    ['EC2InstanceNotFoundException', 'NoBastion'],
    ['EC2InstanceStateInvalidException', 'BastionNotRunning'],
  ])('that is refused with %s is explained', async (name, code) => {
    connect.on(SendSSHPublicKeyCommand).rejects(refusal(name))
    await expect(sendKey(fakeCtx(), wish)).rejects.toMatchObject({ code, details: { hint: expect.any(String) } })
  })

  test('that was not taken is no success', async () => {
    connect.on(SendSSHPublicKeyCommand).resolves({ Success: false })
    await expect(sendKey(fakeCtx(), wish)).rejects.toMatchObject({ code: 'KeyNotSent' })
  })
})

describe('the doors', () => {
  test('are read in the order in which the ACL decides, for port 22 alone', async () => {
    const tcp = (RuleNumber: number, From: number, CidrBlock: string, RuleAction: 'allow' | 'deny' = 'allow') => ({
      ...{ RuleNumber, RuleAction, CidrBlock, Protocol: '6', Egress: false, PortRange: { From, To: From } },
    })
    const open = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '198.51.100.0/24' }] }]
    const web = [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ IpPermissions: [...open, ...web] }] })
    const entries = [
      ...[tcp(120, 22, '198.51.100.0/24'), tcp(110, 22, '198.51.100.7/32', 'deny'), tcp(100, 80, '0.0.0.0/0')],
      { RuleNumber: 90, RuleAction: 'allow' as const, CidrBlock: '10.0.0.0/8', Protocol: '-1', Egress: false },
      { ...tcp(80, 22, '192.0.2.0/24'), Egress: true },
    ]
    ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [{ Entries: entries }] })
    expect(await doorsOf(fakeCtx())).toEqual({
      group: ['198.51.100.0/24'],
      acl: [
        { allow: true, cidr: '10.0.0.0/8' },
        { allow: false, cidr: '198.51.100.7/32' },
        { allow: true, cidr: '198.51.100.0/24' },
      ],
    })
  })

  test('that are not found say nothing', async () => {
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] })
    ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [] })
    expect(await doorsOf(fakeCtx())).toBeNull()
  })
})

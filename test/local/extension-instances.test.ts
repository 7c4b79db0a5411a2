import { EC2 } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
let ec2: EC2
let id = ''
const group: Record<string, string> = {}

beforeAll(async () => {
  account = await freshAccount()
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  ec2 = new EC2({ endpoint: account.url, region: 'us-east-1', credentials })
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.1.0/24' })
  for (const GroupName of ['one', 'two']) {
    const made = await ec2.createSecurityGroup({ GroupName, Description: GroupName, VpcId: Vpc?.VpcId })
    group[GroupName] = made.GroupId ?? ''
  }
  const { Instances } = await ec2.runInstances({
    ...{ ImageId: 'ami-12c6146b', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ClientToken: 'a-token' },
    DisableApiTermination: true,
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: Subnet?.SubnetId, Groups: [group.one ?? ''] }],
    TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'of', Value: 'launch' }] }],
  })
  id = Instances?.[0]?.InstanceId ?? ''
})
afterAll(() => account.close())

const found = async (Name: string, value: string) =>
  (await ec2.describeInstances({ Filters: [{ Name, Values: [value] }] })).Reservations?.flatMap(
    (one) => one.Instances ?? [],
  )
const now = async () => (await found('instance-id', id))?.[0]

describe('an instance', () => {
  it('is found by its token, and by no other', async () => {
    expect((await found('client-token', 'a-token'))?.map(({ InstanceId }) => InstanceId)).toEqual([id])
    expect(await found('client-token', 'another')).toEqual([])
  })

  it('is born with the protection and the interface tags that were asked for', async () => {
    await expect(ec2.terminateInstances({ InstanceIds: [id] })).rejects.toMatchObject({ name: 'OperationNotPermitted' })
    const { NetworkInterfaces } = await ec2.describeNetworkInterfaces({
      Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
    })
    expect(NetworkInterfaces?.[0]?.TagSet).toEqual([{ Key: 'of', Value: 'launch' }])
  })

  it('changes its monitoring, and its groups with those of its interface', async () => {
    await ec2.monitorInstances({ InstanceIds: [id] })
    expect((await now())?.Monitoring?.State).toBe('enabled')
    await ec2.unmonitorInstances({ InstanceIds: [id] })
    expect((await now())?.Monitoring?.State).toBe('disabled')
    await ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [group.two ?? ''] })
    expect((await now())?.NetworkInterfaces?.[0]?.Groups).toMatchObject([{ GroupId: group.two }])
  })

  it.each([
    { InstanceType: { Value: 't3.small' } },
    { Attribute: 'userData' as const, Value: Buffer.from('x').toString('base64') },
  ])('changes %o only while it is stopped', async (change) => {
    await expect(ec2.modifyInstanceAttribute({ InstanceId: id, ...change })).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    })
    await ec2.stopInstances({ InstanceIds: [id] })
    await ec2.modifyInstanceAttribute({ InstanceId: id, ...change })
    await ec2.startInstances({ InstanceIds: [id] })
  })
})

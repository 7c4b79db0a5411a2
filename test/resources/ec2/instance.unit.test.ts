import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/aws/failure.ts'
import { isBlind } from '../../../src/aws/operations.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type InstanceOut, type InstanceSpec, instance } from '../../../src/resources/ec2/instance.ts'
import { type FakeCtx, fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:instance/bastion'
const spec: InstanceSpec = {
  ...{ imageId: 'ami-1', instanceType: 't3.micro', instanceProfileArn: 'arn:bastion', securityGroupIds: ['sg-1'] },
  ...{ publicIp: true, detailedMonitoring: true, userData: '', subnetId: 'subnet-1', terminationProtection: false },
  metadata: { httpTokens: 'required', hopLimit: 1 },
  rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
}
const live: Found<InstanceSpec, InstanceOut> = {
  ...{ address, id: 'i-1', ours: true, tags: {}, spec, out: { id: 'i-1', publicIp: '', privateIp: '' } },
}
const asked: Asked = { address, id: null, token: null, spec }
const TERMS = { deleteData: false, snapshotName: null }

const launched = { owner: 'web-team', 'ecom-infra:stack': 'shop-dev', Name: 'shop-dev-bastion' }
const own = { ...launched, 'ecom-infra:address': address }
const pairs = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

const item = (more: object = {}) => ({
  ...{ InstanceId: 'i-1', ImageId: 'ami-1', InstanceType: 't3.micro', SubnetId: 'subnet-1', Tags: pairs(own) },
  ...{ State: { Name: 'running' }, PublicIpAddress: '203.0.113.7', RootDeviceName: '/dev/xvda' },
  ...{ IamInstanceProfile: { Arn: 'arn:bastion' }, Monitoring: { State: 'enabled' } },
  MetadataOptions: { State: 'applied', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  NetworkInterfaces: [
    {
      ...{ NetworkInterfaceId: 'eni-1', Groups: [{ GroupId: 'sg-1' }] },
      Attachment: { DeviceIndex: 0, DeleteOnTermination: true },
    },
    { NetworkInterfaceId: 'eni-theirs', Groups: [], Attachment: { DeviceIndex: 1, DeleteOnTermination: false } },
  ],
  BlockDeviceMappings: [
    { DeviceName: '/dev/sdf', Ebs: { VolumeId: 'vol-theirs' } },
    { DeviceName: '/dev/xvda', Ebs: { VolumeId: 'vol-1' } },
  ],
  ...more,
})
const shown = (...Instances: object[]) => ({ Reservations: Instances.map((one) => ({ Instances: [one] })) })
const inState = (Name: string, more: object = {}) => shown(item({ State: { Name }, ...more }))
const volume = (more: object = {}) => ({
  Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp3', Size: 8, Encrypted: true, Tags: pairs(launched), ...more }],
})
const filterNames = ({ Filters }: Readonly<Record<string, unknown>>) =>
  (Filters as { Name: string; Values: string[] }[]).map(({ Name }) => Name)

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('reading', () => {
  const whole = {
    DescribeInstances: () => shown(item()),
    DescribeVolumes: () => volume(),
    DescribeInstanceAttribute: ({ Attribute }: Readonly<Record<string, unknown>>) =>
      Attribute === 'userData'
        ? { UserData: { Value: Buffer.from('#!/bin/sh\n# Grüße').toString('base64') } }
        : { DisableApiTermination: { Value: true } },
  }
  const read = (more: Parameters<typeof answers>[0] = {}, ctx: FakeCtx = fakeCtx(), one: Asked = asked) => {
    answers({ ...whole, ...more })
    return instance.read(ctx, [one])
  }

  test('in the words of the spec, with one listing, one call for the volumes and two for each instance', async () => {
    const [found] = await read()
    expect(found).toMatchObject({ address, ours: true, id: 'i-1', tags: own })
    expect(found?.spec).toEqual({ ...spec, userData: '#!/bin/sh\n# Grüße', terminationProtection: true })
    expect(found?.out.publicIp).toBe('203.0.113.7')
    expect([...called()].sort()).toEqual([
      ...['DescribeInstanceAttribute', 'DescribeInstanceAttribute', 'DescribeInstances', 'DescribeVolumes'],
    ])
    expect(inputsOf('DescribeVolumes')).toEqual([{ Filters: [{ Name: 'volume-id', Values: ['vol-1'] }] }])
  })

  test('asks for those with an address: what a group launches has none and is not ours to look at', async () => {
    await read()
    expect(inputsOf('DescribeInstances')[0]?.Filters).toEqual([
      { Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] },
      { Name: 'tag-key', Values: ['ecom-infra:address'] },
      { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
    ])
  })

  test('all pages; what is over, or on its way there, is not there', async () => {
    const found = await read({
      DescribeInstances: ({ NextToken }) =>
        NextToken
          ? inState('running', { InstanceId: 'i-2' })
          : {
              ...shown(item({ State: { Name: 'terminated' } }), item({ State: { Name: 'shutting-down' } })),
              NextToken: 'x',
            },
    })
    expect(found.map(({ id }) => id)).toEqual(['i-2'])
  })

  test('by the remembered id what lost its tags, and by its token what never showed any', async () => {
    const bare = { Tags: [] }
    const byId = await read(
      { DescribeInstances: (input) => (filterNames(input)[0] === 'instance-id' ? shown(item(bare)) : shown()) },
      fakeCtx(),
      { ...asked, id: 'i-1' },
    )
    expect(byId).toMatchObject([{ address, ours: true }])
    const byToken = await read(
      {
        DescribeInstances: (input) =>
          filterNames(input)[0] === 'client-token' ? shown(item({ ...bare, ClientToken: 'announced' })) : shown(),
      },
      fakeCtx(),
      { ...asked, token: 'announced' },
    )
    expect(byToken).toMatchObject([{ address, ours: true }])
  })

  test('an emulator without that filter is forgiven, AWS is not', async () => {
    const lacking = (error: Error) => ({
      DescribeInstances: (input: Readonly<Record<string, unknown>>) => {
        if (filterNames(input)[0] === 'client-token') throw error
        return shown()
      },
    })
    const one = { ...asked, token: 'announced' }
    expect(await read(lacking(refusal('NotImplemented', 'no such filter', 501)), fakeCtx(), one)).toEqual([])
    await expect(read(lacking(refusal('UnauthorizedOperation', 'no', 403)), fakeCtx(), one)).rejects.toThrow()
  })

  test('what AWS does not show yet is taken as wanted, and is no drift', async () => {
    const hidden = { PublicIpAddress: undefined, BlockDeviceMappings: [] }
    const [pending] = await read({ DescribeInstances: () => inState('pending', hidden) })
    expect(pending?.spec).toMatchObject({ publicIp: true, rootVolume: spec.rootVolume })
    const [late] = await read({ DescribeVolumes: () => ({ Volumes: [] }) })
    expect(late?.spec.rootVolume).toEqual(spec.rootVolume)
  })

  test('stopped by somebody it is configured right, though its address is gone; running without one it is not', async () => {
    const hidden = { PublicIpAddress: undefined }
    const [stopped] = await read({ DescribeInstances: () => inState('stopped', hidden) })
    expect(stopped?.spec).toMatchObject({ publicIp: true, instanceType: 't3.micro' })
    const [running] = await read({ DescribeInstances: () => inState('running', hidden) })
    expect(running?.spec.publicIp).toBe(false)
  })

  test('stopped by a change of ours that did not come to start it again, it is not what was asked for', async () => {
    const mark = { Tags: pairs({ ...own, 'ecom-infra:restart': 'yes' }) }
    const [stopped] = await read({ DescribeInstances: () => inState('stopped', mark) })
    expect(stopped?.spec.instanceType).toBe('t3.micro, stopped by a change that was interrupted')
    const [running] = await read({ DescribeInstances: () => inState('running', mark) })
    expect(running?.spec.instanceType).toBe('t3.micro')
  })

  test('a tag that its volume lacks counts as lacking, one given up that the volume still has as there', async () => {
    const volumes = (tags: Readonly<Record<string, string>>) => ({
      DescribeVolumes: () => volume({ Tags: pairs(tags) }),
    })
    const [lacking] = await read(volumes({ ...launched, owner: 'somebody' }))
    expect(lacking?.tags).toEqual({
      'ecom-infra:stack': 'shop-dev',
      'ecom-infra:address': address,
      Name: launched.Name,
    })
    const [old] = await read(volumes({ ...launched, old: 'x', theirs: 'x' }), fakeCtx({ retired: ['old'] }))
    expect(old?.tags).toEqual({ ...own, old: 'x' })
  })

  test('one that goes in between is left out', async () => {
    expect(await read({ DescribeInstanceAttribute: () => fail('InvalidInstanceID.NotFound') })).toEqual([])
  })
})

describe('creating', () => {
  const create = (want: Partial<InstanceSpec> = {}) =>
    instance.create(fakeCtx(), address, { ...spec, ...want }, 'token')
  const made = { Instances: [{ InstanceId: 'i-1' }] }

  test('one call: one instance, with its token, no key pair, and everything as asked', async () => {
    answers({ RunInstances: () => made })
    expect(await create({ userData: '#!/bin/sh\n', terminationProtection: true })).toBe('i-1')
    expect(called()).toEqual(['RunInstances'])
    expect(inputsOf('RunInstances')[0]).toEqual({
      ...{ ImageId: 'ami-1', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ClientToken: 'token' },
      ...{ IamInstanceProfile: { Arn: 'arn:bastion' }, Monitoring: { Enabled: true }, DisableApiTermination: true },
      MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      // The subnet too: AWS takes it on the interface or on the instance, never on both.
      NetworkInterfaces: [
        {
          ...{ DeviceIndex: 0, AssociatePublicIpAddress: true, Groups: ['sg-1'], DeleteOnTermination: true },
          SubnetId: 'subnet-1',
        },
      ],
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/xvda',
          Ebs: { VolumeType: 'gp3', VolumeSize: 8, Encrypted: true, DeleteOnTermination: true },
        },
      ],
      UserData: Buffer.from('#!/bin/sh\n').toString('base64'),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: expect.arrayContaining(pairs(own)) },
        { ResourceType: 'volume', Tags: expect.arrayContaining(pairs(launched)) },
        { ResourceType: 'network-interface', Tags: expect.arrayContaining(pairs(launched)) },
      ],
    })
    const [input] = inputsOf('RunInstances')
    expect(JSON.stringify([input?.TagSpecifications].flat().slice(1))).not.toContain('ecom-infra:address')
  })

  test('no user data is none, and not an empty script', async () => {
    answers({ RunInstances: () => made })
    await create()
    expect(inputsOf('RunInstances')[0]).not.toHaveProperty('UserData')
  })

  test.each([
    [
      'InvalidParameterValue',
      'Value (bastion) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ],
    ['InvalidParameterValue', 'IAM Instance Profile "arn:bastion" has no associated IAM Roles'],
    ['InvalidGroup.NotFound', "The security group 'sg-1' does not exist"],
    ['InvalidSubnetID.NotFound', "The subnet ID 'subnet-1' does not exist"],
  ])('waits for what is new, with the same token: %s %s', async (code, message) => {
    answers({ RunInstances: (_, nth) => (nth < 3 ? fail(code, message) : made) })
    await create()
    expect(inputsOf('RunInstances').map(({ ClientToken }) => ClientToken)).toEqual(['token', 'token', 'token'])
  })

  test.each([
    ['InsufficientInstanceCapacity', 500],
    ['InstanceLimitExceeded', 400],
    ['VcpuLimitExceeded', 400],
    ['Unsupported', 400],
    ['InvalidAMIID.NotFound', 400],
    ['OptInRequired', 400],
  ])('is told at once and never asked for again: %s', async (code, status) => {
    answers({ RunInstances: () => fail(code, 'no', status) })
    await expect(create()).rejects.toThrow('no')
    expect(called()).toEqual(['RunInstances'])
    expect(verdictOf(refusal(code, 'no', status))).not.toBe('lost')
  })

  test('a token of one that was terminated means: look, and take another token', () => {
    expect(verdictOf(refusal('IdempotentInstanceTerminated'))).toBe('exists')
    expect(isBlind('ec2', 'RunInstances')).toBe(false)
  })
})

describe('becoming ready', () => {
  const status = (state: string, own: string, system = own) => ({
    InstanceStatuses: [
      {
        ...{ InstanceId: 'i-1', InstanceState: { Name: state } },
        ...{ InstanceStatus: { Status: own }, SystemStatus: { Status: system } },
      },
    ],
  })
  const ready = () => instance.ready?.(fakeCtx(), 'i-1')

  test('running is not booted: both status checks have to pass, and a look may miss it', async () => {
    const steps = [
      ...[status('pending', 'not-applicable'), {}, status('running', 'initializing')],
      ...[status('running', 'ok', 'initializing'), status('running', 'initializing', 'ok'), status('running', 'ok')],
    ]
    answers({
      DescribeInstanceStatus: (_, nth) => (nth === 2 ? fail('InvalidInstanceID.NotFound') : steps[nth - 1]),
    })
    await ready()
    expect(inputsOf('DescribeInstanceStatus')).toHaveLength(6)
    expect(inputsOf('DescribeInstanceStatus')[0]).toEqual({ InstanceIds: ['i-1'], IncludeAllInstances: true })
  })

  test.each(['shutting-down', 'terminated', 'stopped'])(
    'one that is %s ends the wait with the reason',
    async (state) => {
      const Message = 'Client.VolumeLimitExceeded: Volume limit exceeded'
      answers({
        DescribeInstanceStatus: (_, nth) => status(nth < 3 ? 'pending' : state, 'not-applicable'),
        DescribeInstances: () => inState(state, { StateReason: { Code: 'Client.VolumeLimitExceeded', Message } }),
      })
      await expect(ready()).rejects.toThrow(`The instance i-1 is ${state}: ${Message}`)
      expect(inputsOf('DescribeInstanceStatus')).toHaveLength(3)
    },
  )
})

describe('bringing in line', () => {
  const sync = (want: Partial<InstanceSpec>, have: Partial<InstanceSpec> = {}, ctx = fakeCtx()) => {
    const changed = new Set(Object.keys(want) as (keyof InstanceSpec)[])
    return instance.sync?.(ctx, { ...spec, ...want }, { ...live, spec: { ...spec, ...have } }, changed)
  }
  const changes = () => called().filter((call) => !call.startsWith('Describe'))

  test('groups are those of the first interface, also where a stranger has attached another', async () => {
    answers({ DescribeInstances: () => shown(item()) })
    await sync({ securityGroupIds: ['sg-2'] })
    expect(inputsOf('ModifyNetworkInterfaceAttribute')).toEqual([{ NetworkInterfaceId: 'eni-1', Groups: ['sg-2'] }])
    expect(changes()).toEqual(['ModifyNetworkInterfaceAttribute'])
  })

  test('monitoring, and protection', async () => {
    answers({ DescribeInstances: () => shown(item()) })
    await sync({ detailedMonitoring: false, terminationProtection: true })
    expect(changes()).toEqual(['UnmonitorInstances', 'ModifyInstanceAttribute'])
    expect(inputsOf('ModifyInstanceAttribute')).toEqual([{ InstanceId: 'i-1', DisableApiTermination: { Value: true } }])
  })

  test('metadata options are waited for until they are applied', async () => {
    const pending = { MetadataOptions: { State: 'pending' } }
    answers({ DescribeInstances: (_, nth) => (nth < 4 ? shown(item(pending)) : shown(item())) })
    await sync({ metadata: { httpTokens: 'required', hopLimit: 2 } })
    expect(inputsOf('ModifyInstanceMetadataOptions')).toEqual([
      { InstanceId: 'i-1', HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    ])
    expect(inputsOf('DescribeInstances')).toHaveLength(4)
  })

  describe('the root volume', () => {
    const disk = spec.rootVolume

    test('grows and changes its type while it is used; `optimizing` is done', async () => {
      const states = ['modifying', 'modifying', 'optimizing']
      answers({
        DescribeInstances: () => shown(item()),
        DescribeVolumesModifications: (_, nth) => ({
          VolumesModifications: [
            { StartTime: new Date(0), ModificationState: 'completed' },
            { StartTime: new Date(1), ModificationState: states[nth - 1] },
          ],
        }),
      })
      await sync({ rootVolume: { ...disk, sizeGb: 20 } }, { rootVolume: { ...disk, type: 'gp2' } })
      expect(inputsOf('ModifyVolume')).toEqual([{ VolumeId: 'vol-1', Size: 20, VolumeType: 'gp3' }])
      expect(inputsOf('DescribeVolumesModifications')).toHaveLength(3)
    })

    test('a modification that failed is told', async () => {
      answers({
        DescribeInstances: () => shown(item()),
        DescribeVolumesModifications: () => ({
          VolumesModifications: [{ ModificationState: 'failed', StatusMessage: 'no room' }],
        }),
      })
      await expect(sync({ rootVolume: { ...disk, sizeGb: 20 } })).rejects.toThrow('AWS could not change vol-1: no room')
    })

    test('a larger one serves as well, for AWS does not shrink it, and so does one that the account encrypts', async () => {
      const same = (have: Partial<typeof disk>, want: Partial<typeof disk> = {}) =>
        instance.same?.rootVolume?.({ ...disk, ...want }, { ...disk, ...have })
      expect([same({}), same({ sizeGb: 20 }), same({ encrypted: true }, { encrypted: false })]).toEqual([
        true,
        true,
        true,
      ])
      expect([
        same({ sizeGb: 4 }),
        same({ type: 'gp2' }),
        same({ encrypted: false }),
        same({ device: '/dev/sda1' }),
      ]).toEqual([...[false, false, false, false]])
      answers({ DescribeInstances: () => shown(item()) })
      await sync({ rootVolume: disk }, { rootVolume: { ...disk, type: 'gp2', sizeGb: 20 } })
      expect(inputsOf('ModifyVolume')).toMatchObject([{ Size: 20, VolumeType: 'gp3' }])
    })

    test.each([
      [{ encrypted: false }, 'is not encrypted, and AWS cannot encrypt it afterwards'],
      [{ device: '/dev/sda1' }, 'is /dev/sda1, not /dev/xvda'],
    ])('what AWS cannot change is refused with what to do: %o', async (have, message) => {
      answers({ DescribeInstances: () => shown(item()) })
      await expect(sync({ rootVolume: disk }, { rootVolume: { ...disk, ...have } })).rejects.toMatchObject({
        message: expect.stringContaining(message),
        details: { hint: expect.stringContaining('Terminate the instance') },
      })
      expect(changes()).toEqual([])
    })
  })

  describe('the instance profile', () => {
    const associated = (Arn: string, State = 'associated') => ({
      IamInstanceProfileAssociations: [{ AssociationId: `iip-${Arn}`, State, IamInstanceProfile: { Arn } }],
    })
    const none = { IamInstanceProfileAssociations: [] }

    test('absent: associated, and waited for', async () => {
      const steps = [none, associated('arn:bastion', 'associating'), associated('arn:bastion')]
      answers({
        DescribeInstances: () => shown(item()),
        DescribeIamInstanceProfileAssociations: (_, nth) => steps[nth - 1],
        AssociateIamInstanceProfile: (_, nth) =>
          nth === 1 ? fail('InvalidParameterValue', 'Invalid IAM Instance Profile name') : {},
      })
      await sync({ instanceProfileArn: 'arn:bastion' })
      expect(changes()).toEqual(['AssociateIamInstanceProfile', 'AssociateIamInstanceProfile'])
      expect(inputsOf('DescribeIamInstanceProfileAssociations')).toHaveLength(3)
    })

    test('running with another: replaced, never without', async () => {
      answers({
        DescribeInstances: () => shown(item()),
        DescribeIamInstanceProfileAssociations: (_, nth) => associated(nth < 2 ? 'arn:theirs' : 'arn:bastion'),
      })
      await sync({ instanceProfileArn: 'arn:bastion' })
      expect(changes()).toEqual(['ReplaceIamInstanceProfileAssociation'])
      expect(inputsOf('ReplaceIamInstanceProfileAssociation')).toEqual([
        { AssociationId: 'iip-arn:theirs', IamInstanceProfile: { Arn: 'arn:bastion' } },
      ])
    })

    test.each([
      ['stopped with another', 'stopped', 'arn:theirs'],
      ['an instance that goes on showing what was replaced', 'running', 'arn:bastion'],
    ])('%s: taken off, waited for, and put on', async (_, state, now) => {
      const steps = [associated(now), associated(now, 'disassociating'), none, associated('arn:bastion')]
      answers({
        DescribeInstances: () => inState(state),
        DescribeIamInstanceProfileAssociations: (_input, nth) => steps[nth - 1],
      })
      await sync({ instanceProfileArn: 'arn:bastion' })
      expect(changes()).toEqual(['DisassociateIamInstanceProfile', 'AssociateIamInstanceProfile'])
    })

    test('none wanted: taken off', async () => {
      answers({
        DescribeInstances: () => shown(item()),
        DescribeIamInstanceProfileAssociations: (_, nth) => (nth === 1 ? associated('arn:theirs') : none),
      })
      await sync({ instanceProfileArn: '' })
      expect(changes()).toEqual(['DisassociateIamInstanceProfile'])
    })
  })

  describe('type and user data, which AWS changes at rest', () => {
    const states = (...names: string[]) => ({
      DescribeInstances: (_: unknown, nth: number) => inState(names[Math.min(nth, names.length) - 1] ?? ''),
    })

    test('stop, one attribute a call, start, with a note that it is ours to start', async () => {
      answers({
        ...states('running', 'stopping', 'stopped', 'pending', 'running'),
        ModifyInstanceAttribute: () => (inputsOf('DescribeInstances').length < 3 ? fail('IncorrectInstanceState') : {}),
      })
      const ctx = fakeCtx()
      await sync({ instanceType: 't3.small', userData: 'x' }, {}, ctx)
      expect(changes()).toEqual([
        ...['CreateTags', 'StopInstances', 'ModifyInstanceAttribute', 'ModifyInstanceAttribute'],
        ...['StartInstances', 'DeleteTags'],
      ])
      expect(inputsOf('CreateTags')[0]?.Tags).toEqual([{ Key: 'ecom-infra:restart', Value: 'yes' }])
      expect(inputsOf('DeleteTags')[0]?.Tags).toEqual([{ Key: 'ecom-infra:restart' }])
      expect(inputsOf('ModifyInstanceAttribute')).toEqual([
        { InstanceId: 'i-1', InstanceType: { Value: 't3.small' } },
        { InstanceId: 'i-1', Attribute: 'userData', Value: Buffer.from('x').toString('base64') },
      ])
      expect(inputsOf('DescribeInstances')).toHaveLength(5)
      expect(ctx.notes[0]).toContain('stopping the instance')
    })

    test('a new type is not known everywhere at once', async () => {
      const early = 'LaunchPlan instance type does not match attribute value'
      answers({
        ...states('running', 'stopped', 'running'),
        StartInstances: (_, nth) => (nth < 3 ? fail('InvalidParameterValue', early) : {}),
      })
      await sync({ instanceType: 't3.small' })
      expect(inputsOf('StartInstances')).toHaveLength(3)
    })

    test('one that somebody else has stopped stays so', async () => {
      answers(states('stopped'))
      await sync({ instanceType: 't3.small' })
      expect(changes()).toEqual(['ModifyInstanceAttribute'])
    })

    test('one that we had stopped ourselves is started, though nothing is left to change', async () => {
      const mark = { Tags: pairs({ ...own, 'ecom-infra:restart': 'yes' }) }
      answers({ DescribeInstances: (_, nth) => inState(nth < 3 ? 'stopped' : 'running', mark) })
      await sync({ instanceType: 't3.micro' })
      expect(changes()).toEqual(['StartInstances', 'DeleteTags'])
    })

    test('a change that AWS refuses is told, and the instance runs again', async () => {
      answers({
        ...states('running', 'stopped', 'running'),
        ModifyInstanceAttribute: () => fail('InvalidParameterCombination', 'no such type for this image'),
      })
      await expect(sync({ instanceType: 't4g.small' })).rejects.toThrow('no such type for this image')
      expect(changes().slice(-2)).toEqual(['StartInstances', 'DeleteTags'])
    })

    test('where it may not be stopped, no note stays behind', async () => {
      answers({ ...states('running'), StopInstances: () => fail('OperationNotPermitted', 'stop protection') })
      await expect(sync({ instanceType: 't3.small' })).rejects.toThrow('stop protection')
      expect(changes()).toEqual(['CreateTags', 'StopInstances', 'DeleteTags'])
    })
  })

  test('tags go on the instance with the address, and on its volume and its own interface without', async () => {
    answers({ DescribeInstances: () => shown(item()) })
    const ctx = fakeCtx({ retired: ['old'] })
    await instance.sync?.(ctx, spec, live, new Set(['tags'] as const))
    expect(changes()).toEqual(['DeleteTags', 'CreateTags', 'DeleteTags', 'CreateTags'])
    const [first, second] = inputsOf('CreateTags')
    expect([first?.Resources, second?.Resources]).toEqual([['i-1'], ['vol-1', 'eni-1']])
    expect([JSON.stringify(first), JSON.stringify(second)].map((text) => text.includes('ecom-infra:address'))).toEqual([
      ...[true, false],
    ])
  })
})

describe('going', () => {
  const destroy = () => instance.destroy(fakeCtx(), live, TERMS)
  const nics = (...ids: string[]) => ({ NetworkInterfaces: ids.map((NetworkInterfaceId) => ({ NetworkInterfaceId })) })

  test('returns when it is terminated and its own interface is gone, not before', async () => {
    const states = ['running', 'shutting-down', 'shutting-down', 'terminated']
    answers({
      DescribeInstances: (_, nth) => inState(states[nth - 1] ?? ''),
      DescribeNetworkInterfaces: (_, nth) => (nth < 3 ? nics('eni-1') : nics()),
    })
    await destroy()
    expect(inputsOf('DescribeInstances')).toHaveLength(4)
    expect(inputsOf('DescribeNetworkInterfaces')).toHaveLength(3)
    expect(inputsOf('DescribeNetworkInterfaces')[0]?.Filters).toEqual([
      { Name: 'network-interface-id', Values: ['eni-1'] },
    ])
  })

  test('one that is gone already is a success, also between two calls', async () => {
    answers({ DescribeInstances: () => shown() })
    await destroy()
    expect(called()).toEqual(['DescribeInstances'])
    answers({
      DescribeInstances: (_, nth) => (nth === 1 ? shown(item()) : shown()),
      TerminateInstances: () => fail('InvalidInstanceID.NotFound'),
    })
    await destroy()
  })

  test('protection is a blocker, told before anything is deleted', async () => {
    const guarded = { ...live, spec: { ...spec, terminationProtection: true } }
    expect((await instance.farewell?.(fakeCtx(), guarded))?.blockers).toEqual([
      'The instance i-1 has termination protection: switch it off.',
    ])
    expect((await instance.farewell?.(fakeCtx(), live))?.blockers).toEqual([])
  })
})

describe('health', () => {
  const status = (id: string, state: string, own: string, system: string) => ({
    ...{ InstanceId: id, InstanceState: { Name: state } },
    ...{ InstanceStatus: { Status: own }, SystemStatus: { Status: system } },
  })

  test.each([
    ['running', 'ok', 'ok', 'healthy', 'running, status checks passed'],
    ['running', 'initializing', 'ok', 'unknown', 'running, status checks: instance initializing, system ok'],
    ['running', 'impaired', 'ok', 'unhealthy', 'running, status checks: instance impaired, system ok'],
    ['pending', 'not-applicable', 'not-applicable', 'unknown', 'pending'],
    ['stopped', 'not-applicable', 'not-applicable', 'unhealthy', 'stopped'],
  ])('%s, checks %s and %s: %s', async (...row) => {
    const [state, own, system, health, detail] = row
    answers({ DescribeInstanceStatus: () => ({ InstanceStatuses: [status('i-1', state, own, system)] }) })
    expect(await instance.health?.(fakeCtx(), live)).toEqual({ state: health, detail })
  })

  test('one call for all of ours, on top of the listing of the look', async () => {
    const ctx = fakeCtx()
    answers({
      DescribeInstances: () => shown(item(), item({ InstanceId: 'i-2' })),
      DescribeInstanceStatus: ({ InstanceIds }) => ({
        InstanceStatuses: (InstanceIds as string[]).map((id) => status(id, 'running', 'ok', 'ok')),
      }),
    })
    await instance.read(ctx, [asked])
    await Promise.all(['i-1', 'i-2'].map((id) => instance.health?.(ctx, { ...live, id })))
    expect(inputsOf('DescribeInstanceStatus')).toEqual([{ InstanceIds: ['i-1', 'i-2'], IncludeAllInstances: true }])
    expect(inputsOf('DescribeInstances')).toHaveLength(1)
  })
})

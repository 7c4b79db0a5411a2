import type { Instance } from '@aws-sdk/client-ec2'
import { expect } from 'vitest'
import { iamPathOf } from '../../../src/aws/names.ts'
import { pause } from '../../../src/aws/wait.ts'
import { Graph } from '../../../src/engine/graph.ts'
import type { Wired } from '../../../src/engine/ref.ts'
import { type InstanceSpec, instance } from '../../../src/resources/ec2/instance.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { ground } from '../elbv2/ground.ts'

const ADDRESS = 'ec2:instance/bastion'

function profiles(graph: Graph, { stack, region }: World) {
  const security = graph.layer('Security')
  const path = iamPathOf(stack, region)
  return (name: string) => {
    const who = security.add(role, name, {
      ...{ name: `${stack}-${name}`, path, description: '', managedPolicies: [], inlinePolicies: {} },
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    })
    return security.add(instanceProfile, name, { name: `${stack}-${name}`, path, roleName: who.ref('name') })
  }
}

const one = async ({ raw }: World, id: string): Promise<Instance | undefined> => {
  const { Reservations = [] } = await raw.ec2.describeInstances({ Filters: [{ Name: 'instance-id', Values: [id] }] })
  return Reservations[0]?.Instances?.[0]
}

const attribute = async ({ raw }: World, InstanceId: string, Attribute: 'userData' | 'disableApiTermination') =>
  raw.ec2.describeInstanceAttribute({ InstanceId, Attribute })

const rootOf = async (world: World, id: string) => {
  const Values = [(await one(world, id))?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '']
  return (await world.raw.ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values }] })).Volumes?.[0]
}

const nicOf = async (world: World, id: string) =>
  (await one(world, id))?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? ''

async function reaches(world: World, id: string, state: string): Promise<void> {
  for (let look = 0; look < 200 && (await one(world, id))?.State?.Name !== state; look++) await pause(5)
}

/** As a stranger would have to do it. */
const atRest = (change: object) => async (world: World, InstanceId: string) => {
  const InstanceIds = [InstanceId]
  await world.raw.ec2.stopInstances({ InstanceIds })
  await reaches(world, InstanceId, 'stopped')
  await world.raw.ec2.modifyInstanceAttribute({ InstanceId, ...change })
  await world.raw.ec2.startInstances({ InstanceIds })
  await reaches(world, InstanceId, 'running')
}

const groupNamed = async ({ raw, stack }: World, name: string) => {
  const Filters = [{ Name: 'tag:Name', Values: [`${stack}-${name}`] }]
  return (await raw.ec2.describeSecurityGroups({ Filters })).SecurityGroups?.[0]?.GroupId ?? ''
}

const tagRecord = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))

keepsTheContract({
  address: ADDRESS,

  graph(world, variant) {
    const graph = new Graph()
    const { subnets, groups, gateway } = ground(graph, world)
    const profile = profiles(graph, world)
    const [own, other] = [profile('bastion'), profile('other')]
    const changed = variant === 'changed'
    const spec: Wired<InstanceSpec> = {
      ...{ imageId: 'ami-12c6146b', instanceType: changed ? 't3.small' : 't3.micro' },
      instanceProfileArn: (changed ? other : own).ref('arn'),
      securityGroupIds: [groups[changed ? 1 : 0].ref('id')],
      ...{ publicIp: true, detailedMonitoring: !changed, terminationProtection: changed },
      metadata: changed ? { httpTokens: 'optional', hopLimit: 2 } : { httpTokens: 'required', hopLimit: 1 },
      rootVolume: { device: '/dev/sda1', type: 'gp3', sizeGb: 8, encrypted: true },
      userData: changed ? '#!/bin/sh\necho "Grüße"\n' : '',
      subnetId: subnets[variant === 'replaced' ? 1 : 0].ref('id'),
    }
    // Its public address holds the gateway.
    graph.layer('Access').add(instance, 'bastion', spec, [gateway])
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await one(world, id)
    expect(live).toMatchObject({
      ...{ InstanceType: changed ? 't3.small' : 't3.micro', State: { Name: 'running' } },
      ...{ ImageId: 'ami-12c6146b', PublicIpAddress: expect.stringMatching(/^\d/) },
      IamInstanceProfile: { Arn: expect.stringMatching(changed ? /-other$/ : /-bastion$/) },
      Monitoring: { State: changed ? 'disabled' : 'enabled' },
      MetadataOptions: {
        ...{ HttpEndpoint: 'enabled', HttpTokens: changed ? 'optional' : 'required' },
        HttpPutResponseHopLimit: changed ? 2 : 1,
      },
      NetworkInterfaces: [{ Groups: [{ GroupId: await groupNamed(world, changed ? 'two' : 'one') }] }],
    })
    expect(live?.KeyName).toBeUndefined()
    expect(live?.BlockDeviceMappings).toMatchObject([{ DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: true } }])
    const script = (await attribute(world, id, 'userData')).UserData?.Value ?? ''
    expect(Buffer.from(script, 'base64').toString()).toBe(changed ? '#!/bin/sh\necho "Grüße"\n' : '')
    expect((await attribute(world, id, 'disableApiTermination')).DisableApiTermination?.Value).toBe(changed)
    const root = await rootOf(world, id)
    expect(root).toMatchObject({ VolumeType: 'gp3', Size: 8, Encrypted: true })
    const launched = { 'ecom-infra:stack': world.stack, Name: `${world.stack}-bastion`, team: 'web' }
    expect(tagRecord(live?.Tags)).toEqual({ ...launched, 'ecom-infra:address': ADDRESS })
    expect(tagRecord(root?.Tags)).toEqual(launched)
  },

  drifts: {
    instanceType: atRest({ InstanceType: { Value: 't3.large' } }),
    userData: atRest({ Attribute: 'userData', Value: Buffer.from('#!/bin/sh\ncurl evil').toString('base64') }),
    instanceProfileArn: async (world, id) => {
      const Filters = [{ Name: 'instance-id', Values: [id] }]
      const { IamInstanceProfileAssociations = [] } = await world.raw.ec2.describeIamInstanceProfileAssociations({
        Filters,
      })
      const { AssociationId } = IamInstanceProfileAssociations[0] ?? {}
      await world.raw.ec2.disassociateIamInstanceProfile({ AssociationId })
      const IamInstanceProfile = { Name: `${world.stack}-other` }
      await world.raw.ec2.associateIamInstanceProfile({ InstanceId: id, IamInstanceProfile })
    },
    securityGroupIds: async (world, id) =>
      world.raw.ec2.modifyNetworkInterfaceAttribute({
        NetworkInterfaceId: await nicOf(world, id),
        Groups: [await groupNamed(world, 'two')],
      }),
    detailedMonitoring: ({ raw }, id) => raw.ec2.unmonitorInstances({ InstanceIds: [id] }),
    metadata: ({ raw }, InstanceId) =>
      raw.ec2.modifyInstanceMetadataOptions({
        ...{ InstanceId, HttpTokens: 'optional', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 1 },
      }),
    rootVolume: async (world, id) =>
      world.raw.ec2.modifyVolume({ VolumeId: (await rootOf(world, id))?.VolumeId, VolumeType: 'gp2' }),
    terminationProtection: ({ raw }, InstanceId) =>
      raw.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: true } }),
    // Of the instance, and then of its volume.
    tags: async (world, id) => {
      await world.raw.ec2.createTags({ Resources: [id], Tags: [{ Key: 'Name', Value: 'theirs' }] })
      const Resources = [(await rootOf(world, id))?.VolumeId ?? '']
      await world.raw.ec2.createTags({ Resources, Tags: [{ Key: 'team', Value: 'theirs' }] })
    },
  },
  vanish: async (world, id) => {
    await world.raw.ec2.terminateInstances({ InstanceIds: [id] })
    await reaches(world, id, 'terminated')
  },
  gone: async (world, id) => ['terminated', undefined].includes((await one(world, id))?.State?.Name),
  replaced: 'replace',
})

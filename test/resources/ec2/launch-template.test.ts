import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { type LaunchTemplateSpec, launchTemplate } from '../../../src/resources/ec2/launch-template.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const profile = ({ account }: World, name: string) => `arn:aws:iam::${account}:instance-profile/${name}`

const specs = (world: World): Record<'first' | 'changed', Omit<LaunchTemplateSpec, 'name'>> => ({
  first: {
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.micro',
    instanceProfileArn: profile(world, 'web'),
    securityGroupIds: ['sg-0123456789abcdef1', 'sg-0123456789abcdef0'],
    publicIp: true,
    detailedMonitoring: true,
    metadata: { httpTokens: 'required', hopLimit: 1 },
    rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 10, encrypted: true },
    userData: '#!/bin/bash\necho "Grüße"\n',
  },
  changed: {
    imageId: 'ami-0123456789abcdef9',
    instanceType: 't3.small',
    instanceProfileArn: profile(world, 'other'),
    securityGroupIds: ['sg-0123456789abcdef2'],
    publicIp: false,
    detailedMonitoring: false,
    metadata: { httpTokens: 'optional', hopLimit: 2 },
    rootVolume: { device: '/dev/sda1', type: 'gp2', sizeGb: 20, encrypted: false },
    userData: '#!/bin/sh\n',
  },
})

const dataOf = async ({ raw }: World, LaunchTemplateId: string) => {
  const { LaunchTemplateVersions } = await raw.ec2.describeLaunchTemplateVersions({
    LaunchTemplateId,
    Versions: ['$Default'],
  })
  return LaunchTemplateVersions?.[0]?.LaunchTemplateData ?? {}
}

/** A stranger's new version, made the default. */
const drift = (change: object) => async (world: World, LaunchTemplateId: string) => {
  const LaunchTemplateData = { ...(await dataOf(world, LaunchTemplateId)), ...change } as object
  const made = await world.raw.ec2.createLaunchTemplateVersion({ LaunchTemplateId, LaunchTemplateData })
  const DefaultVersion = String(made.LaunchTemplateVersion?.VersionNumber)
  await world.raw.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion })
}

const nic = { DeviceIndex: 0, Groups: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'], DeleteOnTermination: true }

keepsTheContract({
  address: 'ec2:launch-template/web',
  graph(world, variant) {
    const graph = new Graph()
    const name = `${world.stack}-${variant === 'replaced' ? 'other' : 'web'}`
    const spec = specs(world)[variant === 'changed' ? 'changed' : 'first']
    graph.layer('Compute').add(launchTemplate, 'web', { name, ...spec })
    return graph
  },
  async verify(world, id, variant) {
    const wanted = specs(world)[variant]
    const data = await dataOf(world, id)
    expect(data).toMatchObject({
      // Initial: the living one stays.
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: wanted.instanceType,
      IamInstanceProfile: { Arn: wanted.instanceProfileArn },
      Monitoring: { Enabled: wanted.detailedMonitoring },
      MetadataOptions: {
        HttpTokens: wanted.metadata.httpTokens,
        HttpPutResponseHopLimit: wanted.metadata.hopLimit,
      },
      NetworkInterfaces: [
        { DeviceIndex: 0, AssociatePublicIpAddress: wanted.publicIp, Groups: [...wanted.securityGroupIds] },
      ],
      BlockDeviceMappings: [
        {
          DeviceName: wanted.rootVolume.device,
          Ebs: {
            VolumeType: wanted.rootVolume.type,
            VolumeSize: wanted.rootVolume.sizeGb,
            Encrypted: wanted.rootVolume.encrypted,
            DeleteOnTermination: true,
          },
        },
      ],
      UserData: Buffer.from(wanted.userData).toString('base64'),
    })
    for (const kind of ['instance', 'volume']) {
      const launched = data.TagSpecifications?.find(({ ResourceType }) => ResourceType === kind)?.Tags ?? []
      expect(Object.fromEntries(launched.map(({ Key, Value }) => [Key, Value]))).toEqual({
        'ecom-infra:stack': world.stack,
        Name: `${world.stack}-web`,
        team: 'web',
      })
    }
  },
  drifts: {
    instanceType: drift({ InstanceType: 'm5.24xlarge' }),
    instanceProfileArn: drift({ IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/theirs' } }),
    securityGroupIds: drift({
      NetworkInterfaces: [{ ...nic, AssociatePublicIpAddress: true, Groups: ['sg-0123456789abcdef7'] }],
    }),
    publicIp: drift({ NetworkInterfaces: [{ ...nic, AssociatePublicIpAddress: false }] }),
    detailedMonitoring: drift({ Monitoring: { Enabled: false } }),
    metadata: drift({ MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 1 } }),
    rootVolume: drift({
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: 10, Encrypted: false } }],
    }),
    userData: drift({ UserData: Buffer.from('#!/bin/sh\ncurl evil').toString('base64') }),
    // Of the template, and then of what is launched from it.
    tags: async (world, id) => {
      await world.raw.ec2.createTags({ Resources: [id], Tags: [{ Key: 'Name', Value: 'theirs' }] })
      await drift({ TagSpecifications: [] })(world, id)
    },
  },
  vanish: ({ raw }, LaunchTemplateId) => raw.ec2.deleteLaunchTemplate({ LaunchTemplateId }),
  async gone({ raw }, id) {
    const { LaunchTemplates = [] } = await raw.ec2.describeLaunchTemplates({})
    return LaunchTemplates.every(({ LaunchTemplateId }) => LaunchTemplateId !== id)
  },
  replaced: 'replace',
})

import { expect } from 'vitest'
import { securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { mountTarget } from '../../../src/resources/efs/mount-target.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addSubnet, addVpc, network, subnetNamed } from '../ec2/parts.ts'
import { addFiles, filesNamed } from './ground.ts'

const interfaceOf = async ({ raw }: World, MountTargetId: string): Promise<string> => {
  const { MountTargets } = await raw.efs.describeMountTargets({ MountTargetId })
  return MountTargets?.[0]?.NetworkInterfaceId ?? ''
}

const groupNamed = async ({ raw, stack }: World, name: string): Promise<string> => {
  const { SecurityGroups } = await raw.ec2.describeSecurityGroups({
    Filters: [{ Name: 'tag:Name', Values: [`${stack}-${name}`] }],
  })
  return SecurityGroups?.[0]?.GroupId ?? ''
}

const isGone = ({ raw }: World, MountTargetId: string): Promise<boolean> =>
  raw.efs.describeMountTargets({ MountTargetId }).then(
    () => false,
    () => true,
  )

keepsTheContract({
  address: 'efs:mount-target/a',
  graph({ stack }, variant) {
    const { graph, part } = network()
    const inside = addVpc(part)
    const group = (name: string) =>
      part.add(securityGroup, name, {
        ...{ name: `${stack}-${name}`, description: name, vpcId: inside.ref('id') },
        ...{ ingress: [], egress: [] },
      })
    const [files, others] = [group('files'), group('others')]
    const [here, there] = [addSubnet(part, inside, 2), addSubnet(part, inside, 3)]
    part.add(mountTarget, 'a', {
      fileSystemId: addFiles(part).ref('id'),
      subnetId: (variant === 'replaced' ? there : here).ref('id'),
      securityGroupIds: variant === 'changed' ? [files.ref('id'), others.ref('id')] : [files.ref('id')],
    })
    return graph
  },
  async verify(world, MountTargetId, variant) {
    const { MountTargets } = await world.raw.efs.describeMountTargets({ MountTargetId })
    expect(MountTargets).toMatchObject([
      {
        ...{ FileSystemId: await filesNamed(world), SubnetId: await subnetNamed(world, 2) },
        LifeCycleState: 'available',
      },
    ])
    const wanted = [
      await groupNamed(world, 'files'),
      ...(variant === 'changed' ? [await groupNamed(world, 'others')] : []),
    ]
    const told = await world.raw.efs.describeMountTargetSecurityGroups({ MountTargetId })
    expect(told.SecurityGroups?.toSorted()).toEqual(wanted.toSorted())
    const Filters = [{ Name: 'network-interface-id', Values: [await interfaceOf(world, MountTargetId)] }]
    const { NetworkInterfaces } = await world.raw.ec2.describeNetworkInterfaces({ Filters })
    expect(NetworkInterfaces?.[0]?.Groups?.map(({ GroupId }) => GroupId).toSorted()).toEqual(wanted.toSorted())
  },
  drifts: {
    securityGroupIds: async (world, MountTargetId) =>
      world.raw.efs.modifyMountTargetSecurityGroups({
        ...{ MountTargetId, SecurityGroups: [await groupNamed(world, 'others')] },
      }),
  },
  async vanish(world, MountTargetId) {
    await world.raw.efs.deleteMountTarget({ MountTargetId })
    await expect.poll(() => isGone(world, MountTargetId)).toBe(true)
  },
  gone: isGone,
  replaced: 'replace',
})

import { expect } from 'vitest'
import { subnet } from '../../../src/resources/ec2/subnet.ts'
import { keepsTheContract } from '../../support/contract.ts'
import { addVpc, network, ourTags, retag, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:subnet/public-a'

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const inside = addVpc(part)
    part.add(subnet, 'public-a', {
      vpcId: inside.ref('id'),
      cidrBlock: variant === 'replaced' ? '10.20.9.0/24' : '10.20.1.0/24',
      zone: 'us-east-1a',
      mapPublicIpOnLaunch: variant !== 'changed',
    })
    return graph
  },
  async verify(world, id, variant) {
    const { Subnets } = await world.raw.ec2.describeSubnets({ SubnetIds: [id] })
    expect(Subnets?.at(0)).toMatchObject({
      CidrBlock: '10.20.1.0/24',
      AvailabilityZone: 'us-east-1a',
      MapPublicIpOnLaunch: variant !== 'changed',
    })
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: {
    mapPublicIpOnLaunch: ({ raw }, id) =>
      raw.ec2.modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: false } }),
    tags: retag,
  },
  vanish: ({ raw }, id) => raw.ec2.deleteSubnet({ SubnetId: id }),
  async gone({ raw }, id) {
    const { Subnets } = await raw.ec2.describeSubnets({ Filters: [{ Name: 'subnet-id', Values: [id] }] })
    return Subnets?.length === 0
  },
  replaced: 'replace',
})

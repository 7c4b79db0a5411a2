import { expect } from 'vitest'
import { elasticIp } from '../../../src/resources/ec2/elastic-ip.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { network, ourTags, retag, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:elastic-ip/nat-a'

async function address({ raw }: World, id: string) {
  return (await raw.ec2.describeAddresses({ Filters: [{ Name: 'allocation-id', Values: [id] }] })).Addresses?.at(0)
}

keepsTheContract({
  address: ADDRESS,
  graph() {
    const { graph, part } = network()
    part.add(elasticIp, 'nat-a', { domain: 'vpc' })
    return graph
  },
  async verify(world, id) {
    expect(await address(world, id)).toMatchObject({ Domain: 'vpc' })
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
    const { Addresses } = await world.raw.ec2.describeAddresses({})
    expect(Addresses?.length).toBe(1)
  },
  drifts: { tags: retag },
  vanish: ({ raw }, id) => raw.ec2.releaseAddress({ AllocationId: id }),
  gone: async (world, id) => (await address(world, id)) === undefined,
  replaced: null,
})

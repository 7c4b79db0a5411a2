import { expect } from 'vitest'
import { elasticIp } from '../../../src/resources/ec2/elastic-ip.ts'
import { natGateway } from '../../../src/resources/ec2/nat-gateway.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addGateway, addSubnet, addVpc, network, ourTags, retag, subnetNamed, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:nat-gateway/a'

async function gateway({ raw }: World, id: string) {
  const { NatGateways } = await raw.ec2.describeNatGateways({ Filter: [{ Name: 'nat-gateway-id', Values: [id] }] })
  return NatGateways?.at(0)
}

async function gone(world: World, id: string): Promise<boolean> {
  return [undefined, 'deleted'].includes((await gateway(world, id))?.State)
}

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const inside = addVpc(part)
    const internet = addGateway(part, inside)
    const [one, two] = [addSubnet(part, inside, 1), addSubnet(part, inside, 2)]
    const ip = part.add(elasticIp, 'nat-a', { domain: 'vpc' })
    const subnetId = (variant === 'replaced' ? two : one).ref('id')
    part.add(natGateway, 'a', { subnetId, allocationId: ip.ref('id') }, [internet])
    return graph
  },
  async verify(world, id) {
    const now = await gateway(world, id)
    expect(now).toMatchObject({ State: 'available', SubnetId: await subnetNamed(world, 1) })
    const { Addresses } = await world.raw.ec2.describeAddresses({})
    expect(now?.NatGatewayAddresses?.map(({ AllocationId }) => AllocationId)).toEqual([Addresses?.at(0)?.AllocationId])
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: { tags: retag },
  async vanish(world, id) {
    await world.raw.ec2.deleteNatGateway({ NatGatewayId: id })
    await expect.poll(() => gone(world, id), { timeout: 20_000 }).toBe(true)
  },
  gone,
  replaced: 'replace',
})

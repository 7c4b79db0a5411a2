import { expect } from 'vitest'
import { internetGateway } from '../../../src/resources/ec2/internet-gateway.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addVpc, network, ourTags, retag, tagsOf, vpcNamed } from './parts.ts'

const ADDRESS = 'ec2:internet-gateway/main'

async function gateway({ raw }: World, id: string) {
  const Filters = [{ Name: 'internet-gateway-id', Values: [id] }]
  return (await raw.ec2.describeInternetGateways({ Filters })).InternetGateways?.at(0)
}

async function detach(world: World, id: string): Promise<unknown> {
  const VpcId = (await gateway(world, id))?.Attachments?.at(0)?.VpcId
  return world.raw.ec2.detachInternetGateway({ InternetGatewayId: id, VpcId })
}

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const main = addVpc(part)
    const other = addVpc(part, 'other', '10.21.0.0/16')
    part.add(internetGateway, 'main', { vpcId: (variant === 'changed' ? other : main).ref('id') })
    return graph
  },
  async verify(world, id, variant) {
    const wanted = await vpcNamed(world, variant === 'changed' ? 'other' : 'main')
    const attachments = (await gateway(world, id))?.Attachments
    expect(attachments?.map(({ VpcId }) => VpcId)).toEqual([wanted?.VpcId])
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: { vpcId: detach, tags: retag },
  async vanish(world, id) {
    await detach(world, id)
    await world.raw.ec2.deleteInternetGateway({ InternetGatewayId: id })
  },
  gone: async (world, id) => (await gateway(world, id)) === undefined,
  replaced: null,
})

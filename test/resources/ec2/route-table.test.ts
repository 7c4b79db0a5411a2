import { expect } from 'vitest'
import { routeTable } from '../../../src/resources/ec2/route-table.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addGateway, addSubnet, addVpc, network, ourTags, retag, subnetNamed, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:route-table/public'

async function table({ raw }: World, id: string) {
  const Filters = [{ Name: 'route-table-id', Values: [id] }]
  return (await raw.ec2.describeRouteTables({ Filters })).RouteTables?.at(0)
}

async function disassociate(world: World, id: string, subnetId?: string): Promise<void> {
  for (const { SubnetId, RouteTableAssociationId } of (await table(world, id))?.Associations ?? []) {
    if (subnetId !== undefined && SubnetId !== subnetId) continue
    await world.raw.ec2.disassociateRouteTable({ AssociationId: RouteTableAssociationId })
  }
}

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const inside = addVpc(part)
    const target = addGateway(part, inside).ref('id')
    const [one, two, three] = [1, 2, 3].map((number) => addSubnet(part, inside, number).ref('id'))
    if (!one || !two || !three) throw new Error('three subnets')
    if (variant === 'replaced') {
      const other = addVpc(part, 'other', '10.21.0.0/16')
      part.add(routeTable, 'public', { vpcId: other.ref('id'), routes: [], subnetIds: [] })
      return graph
    }
    const destinations = variant === 'first' ? ['0.0.0.0/0', '192.0.2.0/24'] : ['0.0.0.0/0', '198.51.100.0/24']
    part.add(routeTable, 'public', {
      vpcId: inside.ref('id'),
      routes: destinations.map((destination) => ({ destination, target })),
      subnetIds: variant === 'first' ? [one, two] : [two, three],
    })
    return graph
  },
  async verify(world, id, variant) {
    const now = await table(world, id)
    const routes = now?.Routes?.filter(({ GatewayId }) => GatewayId !== 'local')
    expect(routes?.map(({ DestinationCidrBlock }) => DestinationCidrBlock).sort()).toEqual(
      variant === 'first' ? ['0.0.0.0/0', '192.0.2.0/24'] : ['0.0.0.0/0', '198.51.100.0/24'],
    )
    expect(routes?.every(({ GatewayId }) => GatewayId?.startsWith('igw-'))).toBe(true)
    const wanted = await Promise.all((variant === 'first' ? [1, 2] : [2, 3]).map((one) => subnetNamed(world, one)))
    expect(now?.Associations?.map(({ SubnetId }) => SubnetId).sort()).toEqual(wanted.sort())
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: {
    // A route is removed, another one added.
    async routes({ raw }, id) {
      await raw.ec2.deleteRoute({ RouteTableId: id, DestinationCidrBlock: '0.0.0.0/0' })
      const target = (await raw.ec2.describeInternetGateways({})).InternetGateways?.at(0)?.InternetGatewayId
      await raw.ec2.createRoute({ RouteTableId: id, DestinationCidrBlock: '203.0.113.0/24', GatewayId: target })
    },
    // A subnet is moved to a table of the stranger's.
    async subnetIds(world, id) {
      const subnetId = await subnetNamed(world, 1)
      await disassociate(world, id, subnetId)
      const { RouteTable } = await world.raw.ec2.createRouteTable({ VpcId: (await table(world, id))?.VpcId })
      const RouteTableId = RouteTable?.RouteTableId
      await world.raw.ec2.associateRouteTable({ RouteTableId, SubnetId: subnetId })
    },
    tags: retag,
  },
  async vanish(world, id) {
    await disassociate(world, id)
    await world.raw.ec2.deleteRouteTable({ RouteTableId: id })
    // What the stranger of the drift left would keep the VPC alive.
    const { RouteTables } = await world.raw.ec2.describeRouteTables({})
    for (const { RouteTableId, Tags, Associations } of RouteTables ?? []) {
      if (Tags?.length === 0 && !Associations?.some(({ Main }) => Main)) {
        await world.raw.ec2.deleteRouteTable({ RouteTableId })
      }
    }
  },
  gone: async (world, id) => (await table(world, id)) === undefined,
  replaced: 'replace',
})

import { expect } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { routeTable } from '../../../src/resources/ec2/route-table.ts'
import { vpcEndpoint } from '../../../src/resources/ec2/vpc-endpoint.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addVpc, network, ourTags, retag, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:vpc-endpoint/s3'

const policy = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action, Resource: '*' }],
})
const ACTIONS = { first: 's3:GetObject', changed: 's3:PutObject', replaced: 's3:GetObject' } as const

async function endpoint({ raw }: World, id: string) {
  return (await raw.ec2.describeVpcEndpoints({})).VpcEndpoints?.find(({ VpcEndpointId }) => VpcEndpointId === id)
}

/** The tables with a route that the endpoint put there. */
async function tablesWith({ raw, stack }: World, id: string): Promise<readonly string[]> {
  const { RouteTables } = await raw.ec2.describeRouteTables({})
  return (RouteTables ?? [])
    .filter(({ Routes }) => Routes?.some(({ GatewayId }) => GatewayId === id))
    .flatMap(({ Tags }) => Tags?.find(({ Key }) => Key === 'Name')?.Value?.replace(`${stack}-`, '') ?? [])
    .sort()
}

async function gone(world: World, id: string): Promise<boolean> {
  return [undefined, 'deleted'].includes((await endpoint(world, id))?.State?.toLowerCase())
}

keepsTheContract({
  address: ADDRESS,
  graph({ region }, variant) {
    const { graph, part } = network()
    const vpcId = addVpc(part).ref('id')
    const table = (name: string) => part.add(routeTable, name, { vpcId, routes: [], subnetIds: [] }).ref('id')
    const [one, two, three] = [table('one'), table('two'), table('three')]
    part.add(vpcEndpoint, 's3', {
      vpcId,
      serviceName: `com.amazonaws.${region}.${variant === 'replaced' ? 'dynamodb' : 's3'}`,
      routeTableIds: variant === 'changed' ? [two, three] : [one, two],
      policy: policy(ACTIONS[variant]),
    })
    return graph
  },
  async verify(world, id, variant) {
    const now = await endpoint(world, id)
    expect(now).toMatchObject({ ServiceName: `com.amazonaws.${world.region}.s3`, VpcEndpointType: 'Gateway' })
    expect(JSON.parse(now?.PolicyDocument ?? '')).toEqual(policy(ACTIONS[variant]))
    expect(await tablesWith(world, id)).toEqual(variant === 'changed' ? ['three', 'two'] : ['one', 'two'])
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: {
    async routeTableIds(world, id) {
      const [RouteTableId = ''] = (await endpoint(world, id))?.RouteTableIds ?? []
      await world.raw.ec2.modifyVpcEndpoint({ VpcEndpointId: id, RemoveRouteTableIds: [RouteTableId] })
    },
    policy: ({ raw }, id) =>
      raw.ec2.modifyVpcEndpoint({ VpcEndpointId: id, PolicyDocument: JSON.stringify(policy('s3:*')) }),
    tags: retag,
  },
  async vanish(world, id) {
    await world.raw.ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] })
    await expect.poll(() => gone(world, id), { timeout: 20_000 }).toBe(true)
  },
  gone,
  replaced: 'replace',
})

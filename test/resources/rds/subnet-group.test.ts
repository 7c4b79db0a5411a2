import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { dbSubnetGroup } from '../../../src/resources/rds/subnet-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { arnOf, ground, ourTags, refused, retag, tagsOf } from './ground.ts'

const one = async ({ raw }: World, DBSubnetGroupName: string) =>
  (await raw.rds.describeDBSubnetGroups({ DBSubnetGroupName })).DBSubnetGroups?.[0]

const subnetsOf = async (world: World, name: string) =>
  ((await one(world, name))?.Subnets ?? []).map(({ SubnetIdentifier = '' }) => SubnetIdentifier)

const subnetAt = async ({ raw, stack }: World, zone: string) => {
  const Filters = [{ Name: 'tag:Name', Values: [`${stack}-${zone}`] }]
  return (await raw.ec2.describeSubnets({ Filters })).Subnets?.[0]?.SubnetId ?? ''
}

/** Half of it in capitals, as a person may write it: AWS keeps it in lower case. */
const spelt = ({ stack }: World, name: string) => `${stack}-${name}`.toUpperCase()

keepsTheContract({
  address: 'rds:subnet-group/main',

  graph(world, variant) {
    const graph = new Graph()
    const { part, subnets } = ground(graph, world)
    const [a, b, c] = subnets
    part.add(dbSubnetGroup, 'main', {
      name: spelt(world, variant === 'replaced' ? 'other' : 'main'),
      description: variant === 'changed' ? 'The other subnets' : 'The private subnets',
      subnetIds: (variant === 'changed' ? [b, c] : [a, b]).map((handle) => handle.ref('id')),
    })
    return graph
  },

  async verify(world, id, variant) {
    expect(id).toBe(spelt(world, 'main').toLowerCase())
    const zones = variant === 'changed' ? ['b', 'c'] : ['a', 'b']
    const wanted = await Promise.all(zones.map((zone) => subnetAt(world, zone)))
    expect((await subnetsOf(world, id)).sort()).toEqual(wanted.sort())
    expect((await one(world, id))?.DBSubnetGroupDescription).toBe(
      variant === 'changed' ? 'The other subnets' : 'The private subnets',
    )
    expect(await tagsOf(world, arnOf(world, 'subgrp', id))).toMatchObject(ourTags(world, 'rds:subnet-group/main'))
  },

  drifts: {
    description: async (world, id) =>
      world.raw.rds.modifyDBSubnetGroup({
        ...{ DBSubnetGroupName: id, DBSubnetGroupDescription: 'Theirs', SubnetIds: await subnetsOf(world, id) },
      }),
    subnetIds: async (world, id) => {
      const SubnetIds = await Promise.all(['a', 'b', 'c'].map((zone) => subnetAt(world, zone)))
      return world.raw.rds.modifyDBSubnetGroup({ DBSubnetGroupName: id, SubnetIds })
    },
    tags: (world, id) => retag(world, arnOf(world, 'subgrp', id)),
  },
  vanish: ({ raw }, DBSubnetGroupName) => raw.rds.deleteDBSubnetGroup({ DBSubnetGroupName }),
  gone: (world, id) => refused(one(world, id), /DBSubnetGroupNotFound/),
  replaced: 'replace',
})

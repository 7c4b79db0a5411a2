import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { dbParameterGroup } from '../../../src/resources/rds/parameter-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { arnOf, ourTags, refused, retag, tagsOf } from './ground.ts'

const one = async ({ raw }: World, DBParameterGroupName: string) => {
  const { DBParameterGroups } = await raw.rds.describeDBParameterGroups({ DBParameterGroupName })
  if (DBParameterGroups?.length) return DBParameterGroups[0]
  // moto shows nothing where AWS refuses.
  throw Object.assign(new Error('no such group'), { name: 'DBParameterGroupNotFound' })
}

const setIn = async ({ raw }: World, DBParameterGroupName: string) => {
  const { Parameters = [] } = await raw.rds.describeDBParameters({ DBParameterGroupName, Source: 'user' })
  return Object.fromEntries(Parameters.map(({ ParameterName = '', ParameterValue }) => [ParameterName, ParameterValue]))
}

const FIRST = { 'rds.force_ssl': '1', log_statement: 'ddl' }
/** More than AWS takes in one call. */
const MANY = Object.fromEntries(Array.from({ length: 25 }, (_, nth) => [`autovacuum_setting_${nth}`, String(nth)]))

keepsTheContract({
  pace: '0.002',
  address: 'rds:parameter-group/main',

  graph(world, variant) {
    const graph = new Graph()
    graph.layer('Data').add(dbParameterGroup, 'main', {
      name: `${world.stack}-main`,
      family: variant === 'replaced' ? 'postgres17' : 'postgres16',
      description: 'Settings of the database',
      parameters: variant === 'changed' ? { 'rds.force_ssl': '0', ...MANY } : FIRST,
    })
    return graph
  },

  async verify(world, id, variant) {
    expect(await setIn(world, id)).toEqual(variant === 'changed' ? { 'rds.force_ssl': '0', ...MANY } : FIRST)
    expect(await one(world, id)).toMatchObject({
      DBParameterGroupFamily: 'postgres16',
      Description: 'Settings of the database',
    })
    const tags = await tagsOf(world, arnOf(world, 'pg', id))
    expect(tags).toMatchObject(ourTags(world, 'rds:parameter-group/main'))
    expect(tags['ecom-infra:generation']).toMatch(/^[0-9a-f]{6}$/)
    expect(id).toBe(`${world.stack}-main-${tags['ecom-infra:generation']}`)
  },

  drifts: {
    parameters: ({ raw }, DBParameterGroupName) =>
      raw.rds.modifyDBParameterGroup({
        DBParameterGroupName,
        Parameters: [
          { ParameterName: 'rds.force_ssl', ParameterValue: '0', ApplyMethod: 'immediate' },
          { ParameterName: 'log_min_duration_statement', ParameterValue: '5', ApplyMethod: 'immediate' },
        ],
      }),
    tags: (world, id) => retag(world, arnOf(world, 'pg', id)),
  },
  vanish: ({ raw }, DBParameterGroupName) => raw.rds.deleteDBParameterGroup({ DBParameterGroupName }),
  gone: (world, id) => refused(one(world, id), /DBParameterGroupNotFound/),
  replaced: 'replace',
})

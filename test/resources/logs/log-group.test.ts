import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { logGroup } from '../../../src/resources/logs/log-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const arnOf = ({ account, region }: World, name: string) => `arn:aws:logs:${region}:${account}:log-group:${name}`

const groupOf = async ({ raw }: World, name: string) => {
  const { logGroups } = await raw.logs.describeLogGroups({ logGroupNamePrefix: name })
  return logGroups?.find((group) => group.logGroupName === name)
}

keepsTheContract({
  address: 'logs:log-group/web-access',
  graph({ stack }, variant) {
    const graph = new Graph()
    const watch = graph.layer('Watch')
    const name = `/ecom-infra/${stack}/web/${variant === 'replaced' ? 'other' : 'access'}`
    watch.add(logGroup, 'web-access', { name, retentionDays: variant === 'changed' ? null : 30 })
    // A sibling whose name begins alike, and one outside of the stack's prefix.
    watch.add(logGroup, 'web-access-more', { name: `/ecom-infra/${stack}/web/access-more`, retentionDays: 1 })
    watch.add(logGroup, 'elsewhere', { name: `/elsewhere/${stack}`, retentionDays: 7 })
    return graph
  },
  async verify(world, id, variant) {
    expect(await groupOf(world, id)).toMatchObject({ logGroupName: id })
    expect((await groupOf(world, id))?.retentionInDays).toBe(variant === 'changed' ? undefined : 30)
    const { tags } = await world.raw.logs.listTagsForResource({ resourceArn: arnOf(world, id) })
    expect(tags).toMatchObject({ 'ecom-infra:stack': world.stack, team: 'web', Name: `${world.stack}-web-access` })
  },
  drifts: {
    retentionDays: ({ raw }, logGroupName) => raw.logs.putRetentionPolicy({ logGroupName, retentionInDays: 1 }),
    tags: (world, id) =>
      world.raw.logs.untagResource({
        resourceArn: arnOf(world, id),
        tagKeys: ['ecom-infra:stack', 'ecom-infra:address', 'Name', 'team'],
      }),
  },
  vanish: ({ raw }, logGroupName) => raw.logs.deleteLogGroup({ logGroupName }),
  gone: async (world, id) => (await groupOf(world, id)) === undefined,
  replaced: 'replace',
})

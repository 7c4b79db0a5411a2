import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { CHECK, ground, pairs, refused, tagDrift, tagsOf } from './ground.ts'

const DELAY = 'deregistration_delay.timeout_seconds'

const one = async ({ raw }: World, arn: string) =>
  (await raw.elbv2.describeTargetGroups({ TargetGroupArns: [arn] })).TargetGroups?.[0]

/** So long that the name has to be cut to make room for the generation. */
const nameIn = ({ stack }: World) => `${stack}-a-rather-long-name-12345`

keepsTheContract({
  address: 'elbv2:target-group/web',

  graph(world, variant) {
    const graph = new Graph()
    const { vpc } = ground(graph, world)
    const changed = variant === 'changed'
    graph.layer('Edge').add(targetGroup, 'web', {
      name: nameIn(world),
      vpcId: vpc.ref('id'),
      protocol: 'HTTP',
      port: variant === 'replaced' ? 8080 : 80,
      targetType: 'instance',
      healthCheck: changed
        ? {
            path: '/',
            intervalSeconds: 30,
            timeoutSeconds: 10,
            healthyThreshold: 5,
            unhealthyThreshold: 2,
            matcher: '200-399',
          }
        : CHECK,
      attributes: { [DELAY]: changed ? '60' : '30' },
    })
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await one(world, id)
    expect(live).toMatchObject({
      ...{ Protocol: 'HTTP', Port: 80, TargetType: 'instance' },
      HealthCheckPath: changed ? '/' : '/healthz',
      HealthCheckIntervalSeconds: changed ? 30 : 15,
      HealthCheckTimeoutSeconds: changed ? 10 : 5,
      HealthyThresholdCount: changed ? 5 : 2,
      UnhealthyThresholdCount: changed ? 2 : 3,
      Matcher: { HttpCode: changed ? '200-399' : '200' },
    })
    const { Attributes } = await world.raw.elbv2.describeTargetGroupAttributes({ TargetGroupArn: id })
    expect(pairs(Attributes)[DELAY]).toBe(changed ? '60' : '30')
    const tags = await tagsOf(world, id)
    expect(tags).toMatchObject({
      'ecom-infra:stack': world.stack,
      'ecom-infra:address': 'elbv2:target-group/web',
      team: 'web',
    })
    expect(tags['ecom-infra:generation']).toMatch(/^[0-9a-f]{6}$/)
    expect(live?.TargetGroupName).toMatch(new RegExp(`^.{1,25}-${tags['ecom-infra:generation']}$`))
  },

  drifts: {
    healthCheck: ({ raw }, TargetGroupArn) =>
      raw.elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckPath: '/other', Matcher: { HttpCode: '404' } }),
    attributes: ({ raw }, TargetGroupArn) =>
      raw.elbv2.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key: DELAY, Value: '5' }] }),
    tags: tagDrift,
  },
  vanish: ({ raw }, TargetGroupArn) => raw.elbv2.deleteTargetGroup({ TargetGroupArn }),
  gone: (world, id) => refused(one(world, id), /TargetGroupNotFound/),
  replaced: 'replace',
})

import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { loadBalancer } from '../../../src/resources/elbv2/load-balancer.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { ground, pairs, refused, tagDrift, tagsOf } from './ground.ts'

const DROP = 'routing.http.drop_invalid_header_fields.enabled'
const IDLE = 'idle_timeout.timeout_seconds'

const one = async ({ raw }: World, arn: string) =>
  (await raw.elbv2.describeLoadBalancers({ LoadBalancerArns: [arn] })).LoadBalancers?.[0]

/** The ids that carry this name in our stack. */
const idsOf = async ({ raw, stack }: World, what: 'subnet' | 'security-group', names: readonly string[]) => {
  const { Tags } = await raw.ec2.describeTags({
    Filters: [
      { Name: 'key', Values: ['Name'] },
      { Name: 'resource-type', Values: [what] },
      { Name: 'value', Values: names.map((name) => `${stack}-${name}`) },
    ],
  })
  return (Tags ?? []).map(({ ResourceId }) => ResourceId ?? '').sort()
}

keepsTheContract({
  address: 'elbv2:load-balancer/web',

  graph(world, variant) {
    const graph = new Graph()
    const { vpc, gateway, subnets, groups } = ground(graph, world)
    const [a, b, c] = subnets.map((subnet) => subnet.ref('id'))
    const [first, second] = groups.map((group) => group.ref('id'))
    const changed = variant === 'changed'
    graph.layer('Edge').add(
      loadBalancer,
      'web',
      {
        name: `${world.stack}-web`,
        scheme: variant === 'replaced' ? 'internal' : 'internet-facing',
        vpcId: vpc.ref('id'),
        subnetIds: changed ? [b!, c!] : [a!, b!],
        securityGroupIds: changed ? [second!, first!] : [first!],
        attributes: { [DROP]: changed ? 'false' : 'true', [IDLE]: changed ? '120' : '60' },
      },
      [gateway],
    )
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await one(world, id)
    expect(live).toMatchObject({
      LoadBalancerName: `${world.stack}-web`,
      Scheme: 'internet-facing',
      Type: 'application',
    })
    expect(live?.AvailabilityZones?.map(({ ZoneName }) => ZoneName?.at(-1)).sort()).toEqual(
      changed ? ['b', 'c'] : ['a', 'b'],
    )
    expect([...(live?.SecurityGroups ?? [])].sort()).toEqual(
      await idsOf(world, 'security-group', changed ? ['one', 'two'] : ['one']),
    )
    const { Attributes } = await world.raw.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: id })
    expect(pairs(Attributes)).toMatchObject({ [DROP]: changed ? 'false' : 'true', [IDLE]: changed ? '120' : '60' })
    expect(await tagsOf(world, id)).toMatchObject({
      'ecom-infra:stack': world.stack,
      'ecom-infra:address': 'elbv2:load-balancer/web',
      Name: `${world.stack}-web`,
      team: 'web',
    })
  },

  drifts: {
    subnetIds: async (world, LoadBalancerArn) =>
      world.raw.elbv2.setSubnets({ LoadBalancerArn, Subnets: await idsOf(world, 'subnet', ['a', 'b', 'c']) }),
    securityGroupIds: async (world, LoadBalancerArn) =>
      world.raw.elbv2.setSecurityGroups({
        LoadBalancerArn,
        SecurityGroups: await idsOf(world, 'security-group', ['two']),
      }),
    attributes: ({ raw }, LoadBalancerArn) =>
      raw.elbv2.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key: DROP, Value: 'false' }] }),
    tags: tagDrift,
  },
  vanish: ({ raw }, LoadBalancerArn) => raw.elbv2.deleteLoadBalancer({ LoadBalancerArn }),
  gone: (world, id) => refused(one(world, id), /LoadBalancerNotFound/),
  replaced: 'replace',
})

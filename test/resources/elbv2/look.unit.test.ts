import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import type { Asked } from '../../../src/engine/resource.ts'
import { listener } from '../../../src/resources/elbv2/listener.ts'
import { loadBalancer } from '../../../src/resources/elbv2/load-balancer.ts'
import { targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const elb = scripted(ElasticLoadBalancingV2Client)

const arnOf = (what: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${what}`
const [balancer, group] = [arnOf('loadbalancer/app/web/1'), arnOf('targetgroup/web/2')]
const children = ['3', '4'].map((id) => arnOf(`listener/app/web/1/${id}`))
const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]

/** One balancer with two listeners and one target group. */
const world = {
  DescribeLoadBalancers: () => ({ LoadBalancers: [{ LoadBalancerArn: balancer, LoadBalancerName: 'web' }] }),
  DescribeTargetGroups: () => ({ TargetGroups: [{ TargetGroupArn: group, TargetGroupName: 'web' }] }),
  DescribeListeners: () => ({ Listeners: children.map((ListenerArn) => ({ ListenerArn, LoadBalancerArn: balancer })) }),
  DescribeTags: ({ ResourceArns }: { ResourceArns?: unknown }) => ({
    TagDescriptions: (ResourceArns as string[]).map((ResourceArn) => ({ ResourceArn, Tags })),
  }),
}

const ask = (id: string | null): Asked => ({ address: 'elbv2:listener/http', id, token: null, spec: null })
const counted = () =>
  Object.fromEntries([...new Set(elb.called())].sort().map((name) => [name, elb.inputsOf(name).length]))

test('a look at a remembered stack: one listing each, and the tags of all in one call', async () => {
  elb.answers(world)
  const ctx = fakeCtx()
  const asked = children.map(ask)
  const found = await Promise.all([loadBalancer.read(ctx, []), targetGroup.read(ctx, []), listener.read(ctx, asked)])
  expect(found.map((list) => list.length)).toEqual([1, 1, 2])
  expect(counted()).toEqual({
    ...{ DescribeListeners: 1, DescribeLoadBalancerAttributes: 1, DescribeLoadBalancers: 1 },
    ...{ DescribeTags: 1, DescribeTargetGroupAttributes: 1, DescribeTargetGroups: 1 },
  })
})

test('without a manifest the listeners are found through our balancers, for one call more', async () => {
  elb.answers(world)
  const ctx = fakeCtx()
  const found = await Promise.all([loadBalancer.read(ctx, []), targetGroup.read(ctx, []), listener.read(ctx, [])])
  expect(found.map((list) => list.length)).toEqual([1, 1, 2])
  expect(counted()).toMatchObject({ DescribeLoadBalancers: 1, DescribeListeners: 1, DescribeTags: 2 })
})

test('a look at one type alone does not pay for the others', async () => {
  elb.answers(world)
  await listener.read(fakeCtx(), children.map(ask))
  expect(counted()).toEqual({ DescribeListeners: 1, DescribeTags: 1 })
  elb.answers(world)
  await targetGroup.read(fakeCtx(), [])
  expect(counted()).toEqual({ DescribeTags: 1, DescribeTargetGroupAttributes: 1, DescribeTargetGroups: 1 })
})

test('a listing that is refused fails its own look alone', async () => {
  elb.answers({ ...world, DescribeTargetGroups: () => fail('AccessDenied') })
  const ctx = fakeCtx()
  const [balancers, groups] = await Promise.allSettled([loadBalancer.read(ctx, []), targetGroup.read(ctx, [])])
  expect([balancers?.status, groups?.status]).toEqual(['fulfilled', 'rejected'])
})

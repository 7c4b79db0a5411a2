import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import type { Plan } from '../../../src/engine/steps.ts'
import { autoScalingGroup } from '../../../src/resources/autoscaling/group.ts'
import { launchTemplate } from '../../../src/resources/ec2/launch-template.ts'
import { listener } from '../../../src/resources/elbv2/listener.ts'
import { targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { Bench, Notebook } from '../../support/contract.ts'
import { startProxy } from '../../support/proxy.ts'
import { balancerOn, CHECK, ground } from './ground.ts'

const actions = ({ steps }: Plan) =>
  Object.fromEntries(steps.filter(({ action }) => action !== 'none').map(({ address, action }) => [address, action]))

/** The way from the balancer to the servers, as a whole. */
describe('load balancing and the servers behind it', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let bench: Bench
  const notebook = new Notebook()
  beforeAll(async () => {
    process.env.ECOM_INFRA_PACE = '0.02'
    const account = String(100_000_000_000 + Math.floor(Math.random() * 800_000_000_000))
    proxy = await startProxy({ target: inject('emulatorUrl'), account })
    bench = new Bench(proxy.url, account)
  })
  afterAll(() => proxy.close())

  const site = (port = 80) => {
    const { world } = bench
    const graph = new Graph()
    const net = ground(graph, world)
    const balancer = balancerOn(graph, net, world)
    const edge = graph.layer('Edge')
    const targets = edge.add(targetGroup, 'web', {
      ...{ name: `${world.stack}-web`, vpcId: net.vpc.ref('id'), protocol: 'HTTP', port, targetType: 'instance' },
      ...{ healthCheck: CHECK, attributes: {} },
    })
    edge.add(listener, 'http', {
      ...{ loadBalancerArn: balancer.ref('arn'), port: 80, protocol: 'HTTP', sslPolicy: null, certificateArn: null },
      action: { type: 'forward', targetGroupArn: targets.ref('arn') },
    })
    const named = { name: `${world.stack}-web-us-east-1`, path: `/ecom-infra/${world.stack}/us-east-1/` }
    const who = graph.layer('Security').add(role, 'web', {
      ...{ ...named, description: 'Web servers', managedPolicies: [], inlinePolicies: {} },
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    })
    const profile = graph.layer('Security').add(instanceProfile, 'web', { ...named, roleName: who.ref('name') })
    const template = graph.layer('Compute').add(launchTemplate, 'web', {
      ...{ name: `${world.stack}-web`, imageId: 'ami-12c6146b', instanceType: 't3.micro', userData: '#!/bin/sh\n' },
      ...{ publicIp: true, detailedMonitoring: true, metadata: { httpTokens: 'required', hopLimit: 1 } },
      instanceProfileArn: profile.ref('arn'),
      securityGroupIds: [net.groups[0].ref('id')],
      rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
    })
    graph.layer('Compute').add(autoScalingGroup, 'web', {
      ...{ name: `${world.stack}-web`, launchTemplateId: template.ref('id'), templateVersion: template.ref('version') },
      ...{ minSize: 1, maxSize: 2, desiredCapacity: 1, healthCheckType: 'ELB', healthCheckGraceSeconds: 300 },
      subnetIds: [net.subnets[0].ref('id'), net.subnets[1].ref('id')],
      targetGroupArns: [targets.ref('arn')],
      ...{ metrics: ['GroupMinSize'], targetTracking: null },
    })
    return graph
  }
  const idOf = (address: string) => notebook.resources.get(address as 'a/b')?.id
  const targetsOf = async (address: string) => {
    const { AutoScalingGroups } = await bench.world.raw.autoscaling.describeAutoScalingGroups({
      AutoScalingGroupNames: [idOf(address) ?? ''],
    })
    return AutoScalingGroups?.[0]?.TargetGroupARNs
  }
  const forwardedTo = async () => {
    const { Listeners } = await bench.world.raw.elbv2.describeListeners({
      ListenerArns: [idOf('elbv2:listener/http') ?? ''],
    })
    return Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn
  }

  test('a stranger deletes the listener and then its target group: both are made again, and the servers move', async () => {
    await bench.apply(site(), notebook)
    const { elbv2 } = bench.world.raw
    const lost = idOf('elbv2:target-group/web')
    await elbv2.deleteListener({ ListenerArn: idOf('elbv2:listener/http') })
    // AWS takes a moment to let go of it.
    await vi.waitFor(() => elbv2.deleteTargetGroup({ TargetGroupArn: lost }), { timeout: 5_000, interval: 200 })
    const seen = await bench.plan(site(), notebook)
    expect(actions(seen)).toEqual({
      'elbv2:target-group/web': 'create',
      'elbv2:listener/http': 'create',
      'autoscaling:group/web': 'update',
    })
    await bench.apply(site(), notebook)
    const made = idOf('elbv2:target-group/web')
    expect(made).not.toBe(lost)
    expect([await forwardedTo(), await targetsOf('autoscaling:group/web')]).toEqual([made, [made]])
    expect(actions(await bench.plan(site(), notebook))).toEqual({})
  })

  test('a target group of another port: the new one first, and the old one last', async () => {
    const old = idOf('elbv2:target-group/web')
    const before = proxy.calls.length
    await bench.apply(site(8080), notebook)
    const made = idOf('elbv2:target-group/web')
    expect([await forwardedTo(), await targetsOf('autoscaling:group/web')]).toEqual([made, [made]])
    expect(made).not.toBe(old)
    const order = proxy.calls.slice(before).map(({ action }) => action)
    const at = (name: string) => order.findIndex((action) => action.endsWith(name))
    expect(at('CreateTargetGroup')).toBeLessThan(at('ModifyListener'))
    expect(at('ModifyListener')).toBeLessThan(at('DeleteTargetGroup'))
    expect(actions(await bench.plan(site(8080), notebook))).toEqual({})
  })

  test('everything goes, without a manifest', async () => {
    await bench.apply(new Graph(), new Notebook(), site(8080))
    expect(actions(await bench.plan(new Graph(), new Notebook(), site(8080)))).toEqual({})
  })
})

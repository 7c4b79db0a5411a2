import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { autoScalingGroup } from '../../../src/resources/autoscaling/group.ts'
import { launchTemplate } from '../../../src/resources/ec2/launch-template.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { type Ground, ground, targetsIn } from '../elbv2/ground.ts'

const one = async ({ raw }: World, name: string) =>
  (await raw.autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] })).AutoScalingGroups?.[0]

const policies = async ({ raw }: World, AutoScalingGroupName: string) =>
  (await raw.autoscaling.describePolicies({ AutoScalingGroupName })).ScalingPolicies ?? []

const update =
  (change: object) =>
  ({ raw }: World, AutoScalingGroupName: string) =>
    raw.autoscaling.updateAutoScalingGroup({ AutoScalingGroupName, ...change })

const METRICS = ['GroupMinSize', 'GroupMaxSize', 'GroupInServiceInstances']

function templates(graph: Graph, { groups }: Ground, { stack }: World) {
  const security = graph.layer('Security')
  const path = `/ecom-infra/${stack}/us-east-1/`
  const who = security.add(role, 'web', {
    ...{ name: `${stack}-web-us-east-1`, path, description: 'Web servers' },
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    ...{ managedPolicies: [], inlinePolicies: {} },
  })
  const profile = security.add(instanceProfile, 'web', {
    name: `${stack}-web-us-east-1`,
    path,
    roleName: who.ref('name'),
  })
  return (name: string) =>
    graph.layer('Compute').add(launchTemplate, name, {
      name: `${stack}-${name}`,
      ...{ imageId: 'ami-12c6146b', instanceType: 't3.micro', publicIp: true, detailedMonitoring: true },
      instanceProfileArn: profile.ref('arn'),
      securityGroupIds: [groups[0].ref('id')],
      metadata: { httpTokens: 'required', hopLimit: 1 },
      rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
      userData: '#!/bin/sh\n',
    })
}

keepsTheContract({
  address: 'autoscaling:group/web',

  graph(world, variant) {
    const graph = new Graph()
    const net = ground(graph, world)
    const template = templates(graph, net, world)
    const [own, other] = [template('web'), template('other')]
    const targets = [targetsIn(graph, net, world, 'one'), targetsIn(graph, net, world, 'two')]
    const [a, b, c] = net.subnets.map((subnet) => subnet.ref('id'))
    const changed = variant === 'changed'
    graph.layer('Compute').add(autoScalingGroup, 'web', {
      name: `${world.stack}-${variant === 'replaced' ? 'renamed' : 'web'}`,
      launchTemplateId: (changed ? other : own).ref('id'),
      templateVersion: (changed ? other : own).ref('version'),
      ...{ minSize: changed ? 2 : 1, maxSize: changed ? 4 : 2, desiredCapacity: changed ? 3 : 1 },
      subnetIds: changed ? [c!, b!] : [a!, b!],
      targetGroupArns: changed ? targets.map((target) => target.ref('arn')) : [targets[0]!.ref('arn')],
      healthCheckType: changed ? 'EC2' : 'ELB',
      healthCheckGraceSeconds: changed ? 60 : 300,
      metrics: changed ? ['GroupTotalInstances', 'GroupMinSize'] : METRICS,
      targetTracking: {
        name: changed ? 'processor' : 'cpu',
        metric: 'ASGAverageCPUUtilization',
        target: changed ? 50 : 70,
      },
    })
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await one(world, id)
    expect(live).toMatchObject({
      ...{ MinSize: changed ? 2 : 1, MaxSize: changed ? 4 : 2, HealthCheckType: changed ? 'EC2' : 'ELB' },
      HealthCheckGracePeriod: changed ? 60 : 300,
    })
    const edition = { LaunchTemplateName: `${world.stack}-${changed ? 'other' : 'web'}`, Version: '1' }
    expect(live?.LaunchTemplate).toMatchObject(edition)
    // Its servers too: those of the other template were replaced.
    const serving = live?.Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService') ?? []
    for (const { LaunchTemplate } of serving) expect(LaunchTemplate).toMatchObject(edition)
    expect(live?.VPCZoneIdentifier?.split(',')).toHaveLength(2)
    expect(live?.TargetGroupARNs).toHaveLength(changed ? 2 : 1)
    const metrics = live?.EnabledMetrics?.map(({ Metric }) => Metric).sort()
    expect(metrics).toEqual(changed ? ['GroupMinSize', 'GroupTotalInstances'] : [...METRICS].sort())
    const [policy, ...more] = await policies(world, id)
    expect(more).toEqual([])
    expect(policy).toMatchObject({
      ...{ PolicyName: changed ? 'processor' : 'cpu', PolicyType: 'TargetTrackingScaling' },
      TargetTrackingConfiguration: {
        TargetValue: changed ? 50 : 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
      },
    })
    // What AWS makes of it belongs to the stack, and never has an address.
    const passed = Object.fromEntries((live?.Tags ?? []).map(({ Key, PropagateAtLaunch }) => [Key, PropagateAtLaunch]))
    expect(passed).toEqual({ 'ecom-infra:stack': true, 'ecom-infra:address': false, Name: true, team: true })
    if (!changed) expect(live?.Instances?.length).toBeGreaterThan(0)
  },

  drifts: {
    launchTemplateId: async (world, id) => {
      const LaunchTemplate = { LaunchTemplateName: `${world.stack}-other`, Version: '1' }
      await update({ LaunchTemplate })(world, id)
    },
    templateVersion: async (world, id) => {
      const LaunchTemplate = { LaunchTemplateName: `${world.stack}-web`, Version: '$Default' }
      await update({ LaunchTemplate })(world, id)
    },
    minSize: update({ MinSize: 0 }),
    maxSize: update({ MaxSize: 5 }),
    subnetIds: async (world, id) => {
      const all = (await one(world, id))?.VPCZoneIdentifier?.split(',') ?? []
      await update({ VPCZoneIdentifier: all[0] })(world, id)
    },
    targetGroupArns: async (world, id) =>
      world.raw.autoscaling.detachLoadBalancerTargetGroups({
        AutoScalingGroupName: id,
        TargetGroupARNs: (await one(world, id))?.TargetGroupARNs,
      }),
    healthCheckType: update({ HealthCheckType: 'EC2' }),
    healthCheckGraceSeconds: update({ HealthCheckGracePeriod: 0 }),
    metrics: async ({ raw }, AutoScalingGroupName) => {
      await raw.autoscaling.disableMetricsCollection({ AutoScalingGroupName, Metrics: ['GroupMinSize'] })
      const Metrics = ['GroupPendingInstances']
      await raw.autoscaling.enableMetricsCollection({ AutoScalingGroupName, Granularity: '1Minute', Metrics })
    },
    targetTracking: ({ raw }, AutoScalingGroupName) =>
      raw.autoscaling.putScalingPolicy({
        ...{ AutoScalingGroupName, PolicyName: 'theirs', PolicyType: 'TargetTrackingScaling' },
        TargetTrackingConfiguration: {
          TargetValue: 10,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageNetworkIn' },
        },
      }),
    tags: ({ raw }, id) =>
      raw.autoscaling.deleteTags({ Tags: [{ ResourceId: id, ResourceType: 'auto-scaling-group', Key: 'Name' }] }),
  },
  vanish: ({ raw }, AutoScalingGroupName) =>
    raw.autoscaling.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true }),
  gone: async (world, id) => (await one(world, id)) === undefined,
  replaced: 'replace',
})

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import type { Plan } from '../../../src/engine/steps.ts'
import { autoScalingGroup } from '../../../src/resources/autoscaling/group.ts'
import { launchTemplate } from '../../../src/resources/ec2/launch-template.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { Bench, Notebook } from '../../support/contract.ts'
import { startProxy } from '../../support/proxy.ts'
import { ground } from '../elbv2/ground.ts'

const changesIn = ({ steps }: Plan) =>
  steps.flatMap(({ address, changes }) => changes.map(({ path, to }) => `${address} ${path}: ${JSON.stringify(to)}`))

/** From a change of the template to the servers, through the engine. */
describe('a change of the launch template', () => {
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

  const servers = (instanceType: string, size = 2) => {
    const { world } = bench
    const graph = new Graph()
    const net = ground(graph, world)
    const named = { name: `${world.stack}-web-us-east-1`, path: `/ecom-infra/${world.stack}/us-east-1/` }
    const who = graph.layer('Security').add(role, 'web', {
      ...{ ...named, description: '', managedPolicies: [], inlinePolicies: {} },
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    })
    const profile = graph.layer('Security').add(instanceProfile, 'web', { ...named, roleName: who.ref('name') })
    const template = graph.layer('Compute').add(launchTemplate, 'web', {
      ...{ name: `${world.stack}-web`, imageId: 'ami-12c6146b', instanceType, userData: '#!/bin/sh\n' },
      ...{ publicIp: false, detailedMonitoring: true, metadata: { httpTokens: 'required', hopLimit: 1 } },
      ...{ instanceProfileArn: profile.ref('arn'), securityGroupIds: [net.groups[0].ref('id')] },
      rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
    })
    graph.layer('Compute').add(autoScalingGroup, 'web', {
      ...{ name: `${world.stack}-web`, launchTemplateId: template.ref('id'), templateVersion: template.ref('version') },
      ...{ minSize: size, maxSize: 3, desiredCapacity: size, subnetIds: [net.subnets[0].ref('id')] },
      ...{ targetGroupArns: [], healthCheckType: 'EC2', healthCheckGraceSeconds: 60 },
      ...{ metrics: ['GroupMinSize'], targetTracking: null },
    })
    return graph
  }

  const groupNow = async () => {
    const { raw, stack } = bench.world
    const input = { AutoScalingGroupNames: [`${stack}-web`] }
    return (await raw.autoscaling.describeAutoScalingGroups(input)).AutoScalingGroups?.[0]
  }
  const serversNow = async () => {
    const InstanceIds = (await groupNow())?.Instances?.flatMap(({ InstanceId }) => InstanceId ?? []) ?? []
    const { Reservations = [] } = await bench.world.raw.ec2.describeInstances({ InstanceIds })
    const found = Reservations.flatMap(({ Instances }) => Instances ?? [])
    return { ids: [...InstanceIds].sort(), types: found.map(({ InstanceType }) => InstanceType) }
  }
  const refreshes = async () => {
    const AutoScalingGroupName = `${bench.world.stack}-web`
    return (
      (await bench.world.raw.autoscaling.describeInstanceRefreshes({ AutoScalingGroupName })).InstanceRefreshes ?? []
    )
  }
  /** A version that says what the default one does but for `change`, made the default. */
  const newVersion = async (change: object): Promise<string> => {
    const { ec2 } = bench.world.raw
    const LaunchTemplateId = (await groupNow())?.LaunchTemplate?.LaunchTemplateId
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateId,
      Versions: ['$Default'],
    })
    const LaunchTemplateData = { ...LaunchTemplateVersions?.[0]?.LaunchTemplateData, ...change } as object
    const made = await ec2.createLaunchTemplateVersion({ LaunchTemplateId, LaunchTemplateData })
    const version = String(made.LaunchTemplateVersion?.VersionNumber)
    await ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: version })
    return version
  }

  test('is planned as one of the group too, and replaces its servers', async () => {
    await bench.apply(servers('t3.micro'), notebook)
    const before = await serversNow()
    expect(changesIn(await bench.plan(servers('t3.small'), notebook))).toEqual([
      'ec2:launch-template/web instanceType: "t3.small"',
      'autoscaling:group/web templateVersion: "(known after apply)"',
    ])
    await bench.apply(servers('t3.small'), notebook)
    const after = await serversNow()
    expect(after.types).toEqual(['t3.small', 't3.small'])
    expect(after.ids.filter((id) => before.ids.includes(id))).toEqual([])
    expect((await groupNow())?.LaunchTemplate?.Version).toBe('2')
    expect((await refreshes()).map(({ Status }) => Status)).toEqual(['Successful'])
    expect(changesIn(await bench.plan(servers('t3.small'), notebook))).toEqual([])
  })

  test('that was cut off before the servers were replaced is seen, and gone on with', async () => {
    const Version = await newVersion({ InstanceType: 't3.medium' })
    const { LaunchTemplateId } = (await groupNow())?.LaunchTemplate ?? {}
    const change = { AutoScalingGroupName: `${bench.world.stack}-web`, LaunchTemplate: { LaunchTemplateId, Version } }
    await bench.world.raw.autoscaling.updateAutoScalingGroup(change)
    expect(changesIn(await bench.plan(servers('t3.medium'), notebook))).toEqual([
      'autoscaling:group/web templateVersion: "3"',
    ])
    await bench.apply(servers('t3.medium'), notebook)
    expect((await serversNow()).types).toEqual(['t3.medium', 't3.medium'])
    expect(changesIn(await bench.plan(servers('t3.medium'), notebook))).toEqual([])
  })

  test('of its tags alone moves the group, and leaves the servers alone', async () => {
    const before = await serversNow()
    await newVersion({ TagSpecifications: [] })
    await bench.apply(servers('t3.medium'), notebook)
    expect((await groupNow())?.LaunchTemplate?.Version).toBe('5')
    expect((await serversNow()).ids).toEqual(before.ids)
    expect(await refreshes()).toHaveLength(2)
    expect(changesIn(await bench.plan(servers('t3.medium'), notebook))).toEqual([])
  })

  test('while the refresh of a dead run brings an older one: that is ended, and ours is made', async () => {
    const { LaunchTemplateId } = (await groupNow())?.LaunchTemplate ?? {}
    await bench.world.raw.autoscaling.startInstanceRefresh({
      AutoScalingGroupName: `${bench.world.stack}-web`,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '1' } },
    })
    await bench.apply(servers('t3.large'), notebook)
    expect((await serversNow()).types).toEqual(['t3.large', 't3.large'])
    expect((await refreshes()).map(({ Status }) => Status).slice(0, 2)).toEqual(['Successful', 'Cancelled'])
  })

  test('of an empty group needs no refresh, and a group that goes ends the one that runs', async () => {
    const before = await refreshes()
    const AutoScalingGroupName = `${bench.world.stack}-web`
    await bench.world.raw.autoscaling.updateAutoScalingGroup({ AutoScalingGroupName, MinSize: 0, DesiredCapacity: 0 })
    await bench.apply(servers('t3.micro', 0), notebook)
    expect(await refreshes()).toHaveLength(before.length)
    await bench.world.raw.autoscaling.startInstanceRefresh({ AutoScalingGroupName })
    await bench.apply(new Graph(), notebook, servers('t3.micro', 0))
    expect(await groupNow()).toBeUndefined()
  })
})

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { toData } from '../../../src/aws/launch-data.ts'
import type { Found } from '../../../src/engine/resource.ts'
import {
  type AutoScalingGroupOut,
  type AutoScalingGroupSpec,
  autoScalingGroup,
} from '../../../src/resources/autoscaling/group.ts'
import { type FakeCtx, fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const asg = scripted(AutoScalingClient)
const ec2 = scripted(EC2Client)
beforeEach(() => {
  asg.answers({})
  ec2.answers({})
})

const address = 'autoscaling:group/web'
const name = 'shop-dev-web'
const spec: AutoScalingGroupSpec = {
  ...{ name, launchTemplateId: 'lt-1', templateVersion: '2', minSize: 1, maxSize: 2, desiredCapacity: 2 },
  ...{ subnetIds: ['subnet-1'], targetGroupArns: [], healthCheckType: 'ELB', healthCheckGraceSeconds: 300 },
  ...{ metrics: [], targetTracking: null },
}
const live: Found<AutoScalingGroupSpec, AutoScalingGroupOut> = {
  ...{ address, id: name, ours: true, spec: { ...spec, templateVersion: '1' }, tags: {} },
  out: { name, arn: 'arn:group' },
}

const LaunchTemplate = (Version: string, LaunchTemplateId = 'lt-1') => ({ LaunchTemplateId, Version })
const server = (Version: string, more: object = {}) => ({
  ...{ InstanceId: `i-${Version}`, LifecycleState: 'InService', HealthStatus: 'Healthy' },
  ...{ LaunchTemplate: LaunchTemplate(Version), ...more },
})
const group = (Version: string, ...Instances: object[]) => ({
  AutoScalingGroups: [
    {
      ...{ AutoScalingGroupName: name, LaunchTemplate: LaunchTemplate(Version), Instances, DesiredCapacity: 2 },
      Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }],
    },
  ],
})
const settings = {
  ...{ imageId: 'ami-1', instanceType: 't3.micro', instanceProfileArn: 'arn:x', securityGroupIds: ['sg-1'] },
  ...{ publicIp: true, detailedMonitoring: true, userData: '#!/bin/sh\n' },
  metadata: { httpTokens: 'required' as const, hopLimit: 1 },
  rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
}
const version = (VersionNumber: number, more: object = {}, tags = {}) => ({
  VersionNumber,
  LaunchTemplateData: toData({ ...settings, ...more }, tags),
})
const versions = (...LaunchTemplateVersions: object[]) => ({
  DescribeLaunchTemplateVersions: () => ({ LaunchTemplateVersions }),
})
const differing = versions(version(1), version(2, { instanceType: 't3.small' }))
const refresh = (Status: string, more: object = {}) => ({
  InstanceRefreshes: [{ InstanceRefreshId: 'r-1', Status, ...more }],
})
const started = { StartInstanceRefresh: () => ({ InstanceRefreshId: 'r-1' }) }
type Input = Readonly<Record<string, unknown>>

/** Answers in turn; that there are refreshes at all is asked for apart. */
const refreshes = (answer: (nth: number, input: Input) => unknown) => {
  let nth = 0
  return (input: Input) => (input.MaxRecords === 1 ? {} : answer(++nth, input))
}
const lacking = () => fail('NotImplemented', 'moto has no such operation.', 501)

describe('the version that a group stands for', () => {
  const read = async (answer: object) => {
    asg.answers({ DescribeAutoScalingGroups: () => answer, DescribeInstanceRefreshes: () => ({}) })
    const [found] = await autoScalingGroup.read(fakeCtx(), [])
    return found?.spec.templateVersion
  }

  test('is the one that it and all its servers have, at no call more', async () => {
    expect(await read(group('2', server('2'), server('2')))).toBe('2')
    expect([asg.called(), ec2.called()]).toEqual([['DescribeAutoScalingGroups', 'DescribePolicies'], []])
  })

  test('a server of an older one shows: a run was cut off before it was replaced', async () => {
    ec2.answers(differing)
    expect(await read(group('2', server('2'), server('1')))).toBe('2, some servers run 1')
    expect(ec2.inputsOf('DescribeLaunchTemplateVersions')).toEqual([{ LaunchTemplateId: 'lt-1', Versions: ['2', '1'] }])
  })

  test.each(['Terminating', 'Terminating:Wait', 'Terminated', 'Detaching'])('not so one that is %s', async (state) => {
    ec2.answers(differing)
    expect(await read(group('2', server('2'), server('1', { LifecycleState: state })))).toBe('2')
  })

  test('nor one whose version says the same but for tags: a new tag replaces no server', async () => {
    ec2.answers(versions(version(1, {}, { owner: 'a' }), version(2, {}, { owner: 'b' })))
    expect(await read(group('2', server('1')))).toBe('2')
  })

  test('one whose version is gone cannot be compared, so it shows', async () => {
    ec2.answers({ DescribeLaunchTemplateVersions: () => fail('InvalidLaunchTemplateId.VersionNotFound') })
    expect(await read(group('12', server('12'), server('10'), server('9')))).toBe('12, some servers run 9, 10')
  })

  test('servers of another template, or of none, show', async () => {
    const theirs = server('2', { LaunchTemplate: LaunchTemplate('2', 'lt-9') })
    const bare = server('2', { LaunchTemplate: undefined })
    expect(await read(group('2', theirs, bare, bare))).toBe('2, some servers run lt-9 2, no template')
  })

  test('a group that follows the template is not held at a version', async () => {
    expect(await read(group('$Default', server('1')))).toBe('$Default')
    const [found] = group('2').AutoScalingGroups
    expect(await read({ AutoScalingGroups: [{ ...found, LaunchTemplate: { LaunchTemplateId: 'lt-1' } }] })).toBe(
      '$Default',
    )
  })

  test('where there is no instance refresh it is its own, for nobody could replace the servers', async () => {
    ec2.answers(differing)
    asg.answers({
      DescribeAutoScalingGroups: () => group('2', server('1')),
      DescribeInstanceRefreshes: lacking,
    })
    expect((await autoScalingGroup.read(fakeCtx(), []))[0]?.spec.templateVersion).toBe('2')
    asg.answers({
      DescribeAutoScalingGroups: () => group('2', server('1')),
      DescribeInstanceRefreshes: () => fail('AccessDenied'),
    })
    await expect(autoScalingGroup.read(fakeCtx(), [])).rejects.toThrow()
  })
})

describe('rolling a new version out', () => {
  const sync = (
    ctx: FakeCtx = fakeCtx(),
    changed: readonly (keyof AutoScalingGroupSpec | 'tags')[] = ['templateVersion'],
  ) => autoScalingGroup.sync?.(ctx, spec, live, new Set(changed))
  const changes = () => asg.called().filter((call) => !call.startsWith('Describe'))
  const old = { DescribeAutoScalingGroups: () => group('2', server('1'), server('1')) }

  test('the group is held at it first; new servers come before old ones go, and have their time to boot', async () => {
    const steps = [refresh('Pending'), refresh('InProgress', { PercentageComplete: 50 }), refresh('Successful')]
    ec2.answers(differing)
    asg.answers({ ...old, ...started, DescribeInstanceRefreshes: refreshes((nth) => steps[nth - 1]) })
    const ctx = fakeCtx()
    await sync(ctx)
    expect(changes()).toEqual(['UpdateAutoScalingGroup', 'StartInstanceRefresh'])
    expect(asg.inputsOf('UpdateAutoScalingGroup')).toEqual([
      { AutoScalingGroupName: name, LaunchTemplate: LaunchTemplate('2') },
    ])
    expect(asg.inputsOf('StartInstanceRefresh')).toEqual([
      {
        ...{ AutoScalingGroupName: name, Strategy: 'Rolling' },
        DesiredConfiguration: { LaunchTemplate: LaunchTemplate('2') },
        Preferences: {
          ...{ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 300 },
          ...{ SkipMatching: true, AutoRollback: false },
        },
      },
    ])
    expect(asg.inputsOf('DescribeInstanceRefreshes').slice(1)).toEqual(
      Array(3).fill({ AutoScalingGroupName: name, InstanceRefreshIds: ['r-1'] }),
    )
    expect(ctx.notes).toEqual([
      'waiting for the servers to be replaced',
      'waiting for the servers to be replaced: 50 %',
    ])
  })

  test('another template is rolled out too, and after everything else of the group', async () => {
    asg.answers({
      DescribeAutoScalingGroups: () => group('2', server('2', { LaunchTemplate: LaunchTemplate('2', 'lt-9') })),
      ...started,
      DescribeInstanceRefreshes: refreshes(() => refresh('Successful')),
    })
    await sync(fakeCtx(), ['tags', 'launchTemplateId', 'maxSize'])
    expect(changes()).toEqual(['UpdateAutoScalingGroup', 'CreateOrUpdateTags', 'StartInstanceRefresh'])
    expect(asg.inputsOf('UpdateAutoScalingGroup')).toEqual([
      { AutoScalingGroupName: name, LaunchTemplate: LaunchTemplate('2'), MaxSize: 2 },
    ])
  })

  test.each([
    ['an empty group', group('2')],
    ['a group that goes in between', { AutoScalingGroups: [] }],
    ['servers that have it', group('2', server('2'), server('1', { LifecycleState: 'Terminating' }))],
  ])('%s: there is nothing to roll', async (_, answer) => {
    ec2.answers(differing)
    asg.answers({ DescribeAutoScalingGroups: () => answer })
    await sync()
    expect(changes()).toEqual(['UpdateAutoScalingGroup'])
  })

  test('nor where only tags differ', async () => {
    ec2.answers(versions(version(1, {}, { owner: 'a' }), version(2, {}, { owner: 'b' })))
    asg.answers(old)
    await sync()
    expect(changes()).toEqual(['UpdateAutoScalingGroup'])
  })

  test('other changes of the group roll nothing', async () => {
    ec2.answers(differing)
    asg.answers(old)
    await sync(fakeCtx(), ['maxSize'])
    expect(changes()).toEqual(['UpdateAutoScalingGroup'])
  })

  test.each(['Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'])(
    'one that ends as %s is told with the reason of AWS',
    async (Status) => {
      ec2.answers(differing)
      const StatusReason = 'Timed out while waiting for a healthy instance.'
      const steps = [refresh('InProgress'), refresh(Status, { StatusReason })]
      asg.answers({ ...old, ...started, DescribeInstanceRefreshes: refreshes((nth) => steps[nth - 1]) })
      await expect(sync()).rejects.toMatchObject({
        message: `Not all servers of ${name} were replaced. The instance refresh ended as ${Status}: ${StatusReason}`,
        details: { hint: expect.stringContaining('run the same command again') },
      })
      expect(asg.inputsOf('DescribeInstanceRefreshes')).toHaveLength(3)
    },
  )

  test.each([
    ['', old],
    [
      ', though its servers show whatever version the template has now',
      { DescribeAutoScalingGroups: () => group('2', server('2')) },
    ],
  ])('an endpoint without it is told%s, and nothing fails', async (_, answer) => {
    ec2.answers(differing)
    asg.answers({ ...answer, DescribeInstanceRefreshes: lacking })
    const ctx = fakeCtx()
    await sync(ctx)
    expect(changes()).toEqual(['UpdateAutoScalingGroup'])
    expect(ctx.notes).toEqual(['this endpoint has no instance refresh: only new servers get the new template'])
  })

  test('a version that Auto Scaling does not know yet is waited for', async () => {
    const message = 'Could not find the specified version 2 for the launch template with ID lt-1.'
    asg.answers({
      DescribeAutoScalingGroups: () => group('2'),
      UpdateAutoScalingGroup: (_, nth) =>
        nth < 3 ? fail('ValidationError', `You must use a valid fully-formed launch template. ${message}`) : {},
    })
    await sync()
    expect(asg.inputsOf('UpdateAutoScalingGroup')).toHaveLength(3)
  })
})

describe('a refresh that runs already', () => {
  const sync = (ctx: FakeCtx = fakeCtx()) =>
    autoScalingGroup.sync?.(ctx, spec, live, new Set(['templateVersion'] as const))
  const changes = () => asg.called().filter((call) => !call.startsWith('Describe'))
  const bringing = (Version: string) => ({ DesiredConfiguration: { LaunchTemplate: LaunchTemplate(Version) } })
  const busy = (_: unknown, nth: number) =>
    nth === 1
      ? fail('InstanceRefreshInProgressFault', 'An Instance Refresh is already in progress')
      : { InstanceRefreshId: 'r-2' }

  test('is waited for when it brings the same', async () => {
    ec2.answers(differing)
    asg.answers({
      StartInstanceRefresh: busy,
      DescribeInstanceRefreshes: refreshes((nth) => refresh(nth < 3 ? 'InProgress' : 'Successful', bringing('2'))),
      DescribeAutoScalingGroups: (_, nth) => group('2', server(nth === 1 ? '1' : '2')),
    })
    await sync()
    expect(changes()).toEqual(['UpdateAutoScalingGroup', 'StartInstanceRefresh'])
  })

  test.each([
    ['another version', bringing('1')],
    ['nobody knows what', {}],
  ])('that brings %s is cancelled, waited for, and followed by ours', async (_, brings) => {
    ec2.answers(differing)
    const steps = [refresh('InProgress', brings), refresh('Cancelling', brings), refresh('Cancelled', brings)]
    asg.answers({
      StartInstanceRefresh: busy,
      DescribeInstanceRefreshes: refreshes((nth, { InstanceRefreshIds }) =>
        InstanceRefreshIds ? refresh('Successful') : steps[nth - 1],
      ),
      DescribeAutoScalingGroups: () => group('2', server('1')),
    })
    const ctx = fakeCtx()
    await sync(ctx)
    expect(changes()).toEqual([
      ...['UpdateAutoScalingGroup', 'StartInstanceRefresh', 'CancelInstanceRefresh', 'StartInstanceRefresh'],
    ])
    expect(ctx.notes[0]).toContain('cancelling the instance refresh that is running')
  })

  test('ends between two calls: nothing is left to cancel', async () => {
    ec2.answers(differing)
    asg.answers({
      StartInstanceRefresh: busy,
      CancelInstanceRefresh: () => fail('ActiveInstanceRefreshNotFoundFault'),
      DescribeInstanceRefreshes: refreshes((nth, { InstanceRefreshIds }) =>
        refresh(InstanceRefreshIds || nth > 1 ? 'Successful' : 'InProgress'),
      ),
      DescribeAutoScalingGroups: () => group('2', server('1')),
    })
    await sync()
    expect(changes().at(-1)).toBe('StartInstanceRefresh')
  })

  test('keeps AWS from taking the new version: it ends first, then the change is made', async () => {
    const message = 'An active instance refresh with a desired configuration exists. All configuration options derived '
    asg.answers({
      UpdateAutoScalingGroup: (_, nth) => (nth === 1 ? fail('ValidationError', message) : {}),
      DescribeInstanceRefreshes: (_, nth) => refresh(nth === 1 ? 'InProgress' : 'Cancelled', bringing('1')),
      DescribeAutoScalingGroups: () => group('2'),
    })
    await sync()
    expect(changes()).toEqual(['UpdateAutoScalingGroup', 'CancelInstanceRefresh', 'UpdateAutoScalingGroup'])
  })

  test("one after the other of somebody else's is not waited for without end", async () => {
    ec2.answers(differing)
    asg.answers({
      StartInstanceRefresh: () => fail('InstanceRefreshInProgressFault', 'already in progress'),
      DescribeAutoScalingGroups: () => group('2', server('1')),
    })
    await expect(sync()).rejects.toThrow('already in progress')
    expect(asg.inputsOf('StartInstanceRefresh')).toHaveLength(3)
  })

  describe('when the group goes', () => {
    const destroy = () => autoScalingGroup.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
    const going = (_: unknown, nth: number) => (nth < 3 ? group('2') : { AutoScalingGroups: [] })

    test('is cancelled before the group is emptied', async () => {
      asg.answers({
        DescribeAutoScalingGroups: going,
        DescribeInstanceRefreshes: (_, nth) => refresh(nth < 3 ? 'InProgress' : 'Cancelled', bringing('2')),
      })
      await destroy()
      expect(changes()).toEqual(['CancelInstanceRefresh', 'UpdateAutoScalingGroup', 'DeleteAutoScalingGroup'])
      expect(asg.inputsOf('DescribeInstanceRefreshes')).toHaveLength(3)
    })

    test.each([
      ['there is none', () => refresh('Successful')],
      ['the endpoint has none', lacking],
      ['the group is gone', () => fail('ValidationError', 'AutoScalingGroup name not found')],
    ])('where %s, nothing is cancelled', async (_, DescribeInstanceRefreshes) => {
      asg.answers({ DescribeAutoScalingGroups: going, DescribeInstanceRefreshes })
      await destroy()
      expect(changes()).toEqual(['UpdateAutoScalingGroup', 'DeleteAutoScalingGroup'])
    })
  })
})

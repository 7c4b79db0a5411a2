import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type AutoScalingGroupOut,
  type AutoScalingGroupSpec,
  autoScalingGroup,
} from '../../../src/resources/autoscaling/group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const asg = scripted(AutoScalingClient)
beforeEach(() => asg.answers({}))

const address = 'autoscaling:group/web'
const name = 'shop-dev-web'
const spec: AutoScalingGroupSpec = {
  ...{
    name,
    launchTemplateId: 'lt-1',
    templateVersion: '2',
    minSize: 1,
    maxSize: 2,
    desiredCapacity: 2,
    subnetIds: ['subnet-1', 'subnet-2'],
  },
  ...{ targetGroupArns: ['arn:one'], healthCheckType: 'ELB', healthCheckGraceSeconds: 300, metrics: ['GroupMinSize'] },
  targetTracking: { name: 'cpu', metric: 'ASGAverageCPUUtilization', target: 70 },
}
const live: Found<AutoScalingGroupSpec, AutoScalingGroupOut> = {
  ...{ address, id: name, ours: true, spec, tags: {}, out: { name, arn: 'arn:group' } },
}
const asked: Asked = { address, id: null, token: null, spec }
const TERMS = { deleteData: false, snapshotName: null }

const instance = (n: number, more: object = {}) => ({
  ...{
    InstanceId: `i-${n}`,
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
    ...more,
  },
})
const group = (more: object = {}) => ({ AutoScalingGroupName: name, DesiredCapacity: 2, Instances: [], ...more })
const groups = (...list: object[]) => ({ AutoScalingGroups: list })
const leaving = group({ Status: 'Delete in progress' })
const refused = (message: string) => fail('ValidationError', message)

describe('creating', () => {
  const create = () => autoScalingGroup.create(fakeCtx(), address, spec, 'token')

  test('what AWS makes of it carries the tag of the stack, and never an address', async () => {
    expect(await create()).toBe(name)
    const tags = asg.inputsOf('CreateAutoScalingGroup')[0]?.Tags as { Key: string; PropagateAtLaunch: boolean }[]
    expect(Object.fromEntries(tags.map(({ Key, PropagateAtLaunch }) => [Key, PropagateAtLaunch]))).toEqual({
      ...{ 'ecom-infra:stack': true, Name: true, owner: true, 'ecom-infra:address': false },
    })
  })

  test('waits while the group that had the name is being deleted', async () => {
    asg.answers({ DescribeAutoScalingGroups: (_, nth) => (nth < 3 ? groups(leaving) : groups()) })
    await create()
    expect(asg.called()).toEqual([...Array(3).fill('DescribeAutoScalingGroups'), 'CreateAutoScalingGroup'])
  })

  test('waits when AWS does not show that group any more and still refuses its name', async () => {
    asg.answers({ CreateAutoScalingGroup: (_, nth) => (nth < 3 ? fail('AlreadyExistsFault') : {}) })
    await create()
    expect(asg.inputsOf('CreateAutoScalingGroup')).toHaveLength(3)
  })

  test('a living group of that name is left alone', async () => {
    asg.answers({ DescribeAutoScalingGroups: () => groups(group()) })
    await expect(create()).rejects.toThrow('A group named shop-dev-web exists already.')
    expect(asg.called()).toEqual(['DescribeAutoScalingGroups'])
  })

  test.each([
    'Invalid IAM Instance Profile name',
    'Provided Target Groups may not be valid.',
    'The subnet ID subnet-1 does not exist',
  ])('waits for what is new: %s', async (message) => {
    asg.answers({ CreateAutoScalingGroup: (_, nth) => (nth === 1 ? refused(message) : {}) })
    await create()
    expect(asg.inputsOf('CreateAutoScalingGroup')).toHaveLength(2)
  })

  test.each(['ServiceLinkedRoleFailure', 'ResourceContentionFault'])(
    "waits for the account's first group: %s",
    async (code) => {
      asg.answers({ CreateAutoScalingGroup: (_, nth) => (nth === 1 ? fail(code) : {}) })
      await create()
      expect(asg.inputsOf('CreateAutoScalingGroup')).toHaveLength(2)
    },
  )

  test('a mistake is told at once', async () => {
    asg.answers({
      CreateAutoScalingGroup: () => refused('Max bound, 1, must be greater than or equal to min bound, 2'),
    })
    await expect(create()).rejects.toThrow('Max bound')
    expect(asg.inputsOf('CreateAutoScalingGroup')).toHaveLength(1)
  })
})

describe('becoming ready', () => {
  const ready = () => autoScalingGroup.ready?.(fakeCtx(), name)
  const failed =
    (StatusMessage: string, StartTime = new Date()) =>
    () => ({
      Activities: [{ StatusCode: 'Failed', Progress: 100, StatusMessage, StartTime }],
    })
  const serving = (...states: string[]) =>
    groups(group({ Instances: states.map((LifecycleState, n) => instance(n, { LifecycleState })) }))

  test('waits until as many serve as are desired', async () => {
    const steps = [
      groups(),
      serving('Pending', 'Pending'),
      serving('InService', 'Pending'),
      serving('InService', 'InService'),
    ]
    asg.answers({ DescribeAutoScalingGroups: (_, nth) => steps[nth - 1] })
    await ready()
    expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(4)
  })

  test('one that is not healthy does not count', async () => {
    const sick = groups(group({ Instances: [instance(1), instance(2, { HealthStatus: 'Unhealthy' })] }))
    asg.answers({ DescribeAutoScalingGroups: (_, nth) => (nth < 3 ? sick : serving('InService', 'InService')) })
    await ready()
    expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(3)
  })

  test('ends at once with the reason when AWS cannot launch', async () => {
    asg.answers({
      DescribeAutoScalingGroups: () => groups(group()),
      DescribeScalingActivities: failed('no t3.micro in us-east-1e'),
    })
    await expect(ready()).rejects.toThrow('no t3.micro in us-east-1e')
    expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(1)
  })

  test.each([
    ['a profile that is new: Auto Scaling tries again by itself', failed('Invalid IAM Instance Profile name')],
    ['a failure of another day', failed('no t3.micro', new Date(Date.now() - 86_400_000))],
    ['a failure that another try has followed', () => ({ Activities: [{ StatusCode: 'InProgress', Progress: 30 }] })],
  ])('goes on after %s', async (_, DescribeScalingActivities) => {
    asg.answers({
      DescribeAutoScalingGroups: (_input, nth) => (nth < 3 ? groups(group()) : serving('InService', 'InService')),
      DescribeScalingActivities,
    })
    await ready()
    expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(3)
  })
})

describe('reading', () => {
  const read = () => autoScalingGroup.read(fakeCtx(), [asked])
  const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]

  test('goes through all pages; groups and policies are one call each', async () => {
    asg.answers({
      DescribeAutoScalingGroups: ({ NextToken }) => (NextToken ? groups(group({ Tags })) : { NextToken: 'more' }),
    })
    expect(await read()).toHaveLength(1)
    asg.answers({ DescribeAutoScalingGroups: () => groups(group({ Tags })) })
    await read()
    expect(asg.called()).toEqual(['DescribeAutoScalingGroups', 'DescribePolicies'])
    expect(asg.inputsOf('DescribePolicies')).toMatchObject([{ AutoScalingGroupName: name }])
  })

  test('several groups cost no more', async () => {
    asg.answers({
      DescribeAutoScalingGroups: () => groups(group({ Tags }), group({ Tags, AutoScalingGroupName: 'other' })),
    })
    await read()
    expect(asg.inputsOf('DescribePolicies')).toMatchObject([{ PolicyTypes: ['TargetTrackingScaling'] }])
  })

  test('one that is being deleted is gone', async () => {
    asg.answers({ DescribeAutoScalingGroups: () => groups(leaving) })
    expect(await read()).toEqual([])
  })

  test("shows a stranger's under our name, and not as ours", async () => {
    asg.answers({ DescribeAutoScalingGroups: ({ Filters }) => (Filters ? groups() : groups(group())) })
    expect(await read()).toMatchObject([{ address, ours: false }])
  })

  test('the version that it is held at is its own, and a second policy is a difference', async () => {
    const policy = (PolicyName: string) => ({
      PolicyName,
      AutoScalingGroupName: name,
      TargetTrackingConfiguration: { TargetValue: 70 },
    })
    asg.answers({
      DescribeAutoScalingGroups: () =>
        groups(group({ Tags, LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '7' } })),
      DescribePolicies: () => ({ ScalingPolicies: [policy('cpu'), policy('theirs')] }),
    })
    const [found] = await read()
    expect(found?.spec).toMatchObject({
      launchTemplateId: 'lt-1',
      templateVersion: '7',
      targetTracking: { name: 'theirs' },
    })
  })
})

describe('bringing in line', () => {
  const sync = (want: Partial<AutoScalingGroupSpec>, ctx = fakeCtx()) =>
    autoScalingGroup.sync?.(
      ctx,
      { ...spec, ...want },
      live,
      new Set(Object.keys(want) as (keyof AutoScalingGroupSpec)[]),
    )

  test('one call for what one call takes, and nothing but what has changed', async () => {
    await sync({ maxSize: 5, healthCheckGraceSeconds: 60 })
    expect(asg.called()).toEqual(['UpdateAutoScalingGroup'])
    expect(asg.inputsOf('UpdateAutoScalingGroup')).toEqual([
      { AutoScalingGroupName: name, MaxSize: 5, HealthCheckGracePeriod: 60 },
    ])
  })

  test('attaches ten target groups a call, and lets go of one that was deleted', async () => {
    asg.answers({ DetachLoadBalancerTargetGroups: () => fail('TargetGroupNotFound') })
    await sync({ targetGroupArns: Array.from({ length: 12 }, (_, n) => `arn:${n}`) })
    const counts = asg
      .inputsOf('AttachLoadBalancerTargetGroups')
      .map(({ TargetGroupARNs }) => (TargetGroupARNs as string[]).length)
    expect(counts).toEqual([10, 2])
    expect(asg.inputsOf('DetachLoadBalancerTargetGroups')).toMatchObject([{ TargetGroupARNs: ['arn:one'] }])
  })

  test('says once that an emulator cannot switch metrics off, and goes on', async () => {
    const ctx = fakeCtx()
    asg.answers({ DisableMetricsCollection: () => fail('NotImplemented', 'no such action', 501) })
    await sync({ metrics: ['GroupMaxSize'] }, ctx)
    expect(ctx.notes).toHaveLength(1)
    expect(asg.inputsOf('EnableMetricsCollection')).toMatchObject([{ Metrics: ['GroupMaxSize'] }])
  })

  test('what AWS refuses for another reason is told', async () => {
    asg.answers({ DisableMetricsCollection: () => fail('AccessDenied') })
    await expect(sync({ metrics: ['GroupMaxSize'] })).rejects.toThrow()
  })

  test('no metrics at all: enabling an empty list would enable every one', async () => {
    await sync({ metrics: [] })
    expect(asg.called()).toEqual(['DisableMetricsCollection'])
  })

  test('no target tracking: what there is goes', async () => {
    asg.answers({ DescribePolicies: () => ({ ScalingPolicies: [{ PolicyName: 'cpu', AutoScalingGroupName: name }] }) })
    await sync({ targetTracking: null })
    expect(asg.called()).toEqual(['DescribePolicies', 'DeletePolicy'])
  })

  test('of several target tracking policies only the wanted one stays', async () => {
    const policy = (PolicyName: string) => ({ PolicyName, AutoScalingGroupName: name })
    asg.answers({ DescribePolicies: () => ({ ScalingPolicies: [policy('cpu'), policy('theirs')] }) })
    await sync({ targetTracking: spec.targetTracking })
    expect(asg.inputsOf('DeletePolicy')).toEqual([{ AutoScalingGroupName: name, PolicyName: 'theirs' }])
  })
})

describe('going', () => {
  const destroy = () => autoScalingGroup.destroy(fakeCtx(), live, TERMS)

  test('empties it, waits for the instances, deletes it, and waits until it is gone', async () => {
    const full = group({ Instances: [instance(1)] })
    const steps = [full, full, group(), group({ Status: 'Delete in progress' })]
    asg.answers({
      DescribeAutoScalingGroups: (_, nth) => groups(...steps.slice(nth - 1, nth)),
      DeleteAutoScalingGroup: (_, nth) => (nth === 1 ? fail('ScalingActivityInProgressFault') : {}),
    })
    await destroy()
    expect(asg.called().filter((call) => !call.startsWith('Describe'))).toEqual([
      ...['UpdateAutoScalingGroup', 'DeleteAutoScalingGroup', 'DeleteAutoScalingGroup'],
    ])
    expect(asg.inputsOf('UpdateAutoScalingGroup')).toMatchObject([{ MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }])
    expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(5)
  })

  test('drops the protection of its instances, fifty at a time, before it empties it', async () => {
    const many = Array.from({ length: 60 }, (_, n) => instance(n, { ProtectedFromScaleIn: true }))
    asg.answers({
      DescribeAutoScalingGroups: (_, nth) => (nth === 1 ? groups(group({ Instances: many })) : groups()),
      SetInstanceProtection: () => refused('The instance i-1 is not part of Auto Scaling group shop-dev-web.'),
    })
    await destroy()
    const counts = asg.inputsOf('SetInstanceProtection').map(({ InstanceIds }) => (InstanceIds as string[]).length)
    expect(counts).toEqual([50, 10])
    expect(asg.called().indexOf('UpdateAutoScalingGroup')).toBeGreaterThan(
      asg.called().indexOf('SetInstanceProtection'),
    )
  })

  test('undoes what would hold it up for ever', async () => {
    const held = group({ SuspendedProcesses: [{ ProcessName: 'Terminate' }], WarmPoolConfiguration: {} })
    asg.answers({ DescribeAutoScalingGroups: (_, nth) => (nth === 1 ? groups(held) : groups()) })
    await destroy()
    expect(asg.called()).toEqual(expect.arrayContaining(['ResumeProcesses', 'DeleteWarmPool']))
  })

  test('one that is going already is only waited for; one that is gone is a success', async () => {
    asg.answers({ DescribeAutoScalingGroups: (_, nth) => (nth < 3 ? groups(leaving) : groups()) })
    await destroy()
    expect(new Set(asg.called())).toEqual(new Set(['DescribeAutoScalingGroups']))
    asg.answers({})
    await destroy()
  })

  test('gone between two calls, in the words of Auto Scaling', async () => {
    asg.answers({
      DescribeAutoScalingGroups: (_, nth) => (nth === 1 ? groups(group()) : groups()),
      UpdateAutoScalingGroup: () =>
        refused("AutoScalingGroup name not found - AutoScalingGroup 'shop-dev-web' not found"),
      DeleteAutoScalingGroup: () =>
        refused("AutoScalingGroup name not found - AutoScalingGroup 'shop-dev-web' not found"),
    })
    await expect(destroy()).resolves.toBeUndefined()
  })

  test('deletion protection is a blocker', async () => {
    asg.answers({ DescribeAutoScalingGroups: () => groups(group({ DeletionProtection: 'prevent-all-deletion' })) })
    expect((await autoScalingGroup.farewell?.(fakeCtx(), live))?.blockers).toHaveLength(1)
  })
})

test('its health comes from the listing of the same look', async () => {
  const ctx = fakeCtx()
  const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
  asg.answers({ DescribeAutoScalingGroups: () => groups(group({ Tags, Instances: [instance(1)] })) })
  await autoScalingGroup.read(ctx, [])
  expect(await autoScalingGroup.health?.(ctx, live)).toEqual({
    state: 'unhealthy',
    detail: '1 of 2 instances in service',
  })
  expect(asg.inputsOf('DescribeAutoScalingGroups')).toHaveLength(1)
})

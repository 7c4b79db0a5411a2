import { CloudWatchClient, type MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type AlarmOut, type AlarmSpec, alarm } from '../../../src/resources/cloudwatch/alarm.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'cloudwatch:alarm/cpu'
const spec: AlarmSpec = {
  ...{ name: 'shop-dev-cpu', description: 'd', namespace: 'AWS/EC2', metric: 'CPUUtilization' },
  ...{ dimensions: { A: '1', B: '2' }, statistic: 'Average', periodSeconds: 60, evaluationPeriods: 3 },
  ...{ datapointsToAlarm: 3, comparison: 'GreaterThanThreshold', threshold: 70, missingData: 'missing' },
  ...{ enabled: true, alarmActions: ['arn:b', 'arn:a'], okActions: [] },
}
const arnOf = (name: string) => `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`
const live: Found<AlarmSpec, AlarmOut> = {
  ...{ address, id: spec.name, ours: true, spec, tags: {}, out: { name: spec.name, arn: arnOf(spec.name) } },
}
const asked = (one: Partial<Asked> = {}): Asked => ({ address, id: null, token: null, spec, ...one })
const terms = { deleteData: false, snapshotName: null }

/** As AWS shows it, with its defaults left out. */
const item = (more: MetricAlarm = {}): MetricAlarm => ({
  ...{
    AlarmName: spec.name,
    AlarmArn: arnOf(more.AlarmName ?? spec.name),
    AlarmDescription: 'd',
    Namespace: 'AWS/EC2',
  },
  ...{ MetricName: 'CPUUtilization', Statistic: 'Average', Period: 60, EvaluationPeriods: 3, Threshold: 70 },
  ...{ ComparisonOperator: 'GreaterThanThreshold', AlarmActions: ['arn:a', 'arn:b'] },
  Dimensions: [
    { Name: 'B', Value: '2' },
    { Name: 'A', Value: '1' },
  ],
  ...more,
})
const tagsOf = (of: typeof address | `cloudwatch:alarm/${string}`, more: Record<string, string> = {}) =>
  Object.entries({ ...fakeCtx().tags(of), ...more }).map(([Key, Value]) => ({ Key, Value }))
const hinting = (...list: { ResourceARN: string; Tags: object[] }[]) => ({
  GetResources: () => ({ ResourceTagMappingList: list, PaginationToken: '' }),
})
const alarms = (...MetricAlarms: MetricAlarm[]) => ({ DescribeAlarms: () => ({ MetricAlarms }) })
const own = () => ({ ListTagsForResource: () => ({ Tags: tagsOf(address) }) })

const watch = scripted(CloudWatchClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => {
  watch.answers({})
  tagging.answers({})
})

describe('reading', () => {
  test('speaks the words of the spec: defaults, dimensions and actions in any order', async () => {
    watch.answers({ ...alarms(item()), ...own() })
    const [found] = await alarm.read(fakeCtx(), [asked()])
    expect(found).toMatchObject({ address, ours: true, id: spec.name, out: live.out })
    expect(diff(alarm as never, spec, {}, found as never)).toEqual([])
  })

  test('a percentile is a statistic like any other', async () => {
    watch.answers({ ...alarms(item({ Statistic: undefined, ExtendedStatistic: 'p99' })), ...own() })
    expect((await alarm.read(fakeCtx(), [asked()]))[0]?.spec.statistic).toBe('p99')
  })

  test.each<[string, MetricAlarm]>([
    ['an expression', { MetricName: undefined, Namespace: undefined, Metrics: [{ Id: 'e1', Expression: 'm1 * 0' }] }],
    ['an anomaly band', { Threshold: undefined, ThresholdMetricId: 'ad1' }],
    ['a unit that no data come in', { Unit: 'Bits' }],
    ['somebody to be told of missing data', { InsufficientDataActions: ['arn:theirs'] }],
    ['few samples ignored', { EvaluateLowSampleCountPercentile: 'ignore' }],
  ])('%s is a difference', async (_, more) => {
    watch.answers({ ...alarms(item(more)), ...own() })
    const [found] = await alarm.read(fakeCtx(), [asked()])
    expect(diff(alarm as never, spec, {}, found as never).map(({ field }) => field)).toContain('metric')
  })

  test('asks for the exact names, a hundred a call, of metric alarms alone, and takes all pages', async () => {
    const many = Array.from({ length: 150 }, (_, index) => asked({ spec: { name: `a-${index}` } }))
    watch.answers({
      DescribeAlarms: ({ AlarmNames, NextToken }) => ({
        MetricAlarms: (AlarmNames as string[])
          .filter((_, index) => index < 60 === (NextToken === undefined))
          .map((AlarmName) => item({ AlarmName })),
        ...(NextToken === undefined ? { NextToken: 'more' } : {}),
      }),
    })
    expect(await alarm.read(fakeCtx(), many)).toHaveLength(150)
    const inputs = watch.inputsOf('DescribeAlarms')
    expect(inputs[0]).toMatchObject({ AlarmTypes: ['MetricAlarm'], MaxRecords: 100 })
    expect(inputs.slice(0, 2).map(({ AlarmNames }) => (AlarmNames as string[]).length)).toEqual([100, 50])
  })

  test('gone before it is asked for its tags is gone', async () => {
    watch.answers({ ...alarms(item()), ListTagsForResource: () => fail('ResourceNotFoundException') })
    expect(await alarm.read(fakeCtx(), [asked()])).toEqual([])
  })
})

describe('tags', () => {
  const read = (ctx = fakeCtx()) => alarm.read(ctx, [asked()])
  const asks = () => watch.inputsOf('ListTagsForResource').length

  test('come from one listing where that shows them as they should be', async () => {
    watch.answers(alarms(item()))
    tagging.answers(hinting({ ResourceARN: arnOf(spec.name), Tags: tagsOf(address, { theirs: 'x' }) }))
    expect(await read()).toMatchObject([{ address, ours: true, tags: { theirs: 'x' } }])
    expect(asks()).toBe(0)
    expect(tagging.inputsOf('GetResources')).toEqual([
      expect.objectContaining({
        TagFilters: [{ Key: 'ecom-infra:stack', Values: ['shop-dev'] }],
        ResourceTypeFilters: expect.arrayContaining(['cloudwatch']),
      }),
    ])
  })

  test('are asked for where it shows others, shows what was given up, or shows nothing', async () => {
    watch.answers({ ...alarms(item()), ...own() })
    const ResourceARN = arnOf(spec.name)
    tagging.answers(hinting({ ResourceARN, Tags: tagsOf(address, { owner: 'somebody else' }) }))
    expect(await read()).toMatchObject([{ tags: { owner: 'web-team' } }])
    tagging.answers(hinting({ ResourceARN, Tags: tagsOf(address, { team: 'old' }) }))
    await read(fakeCtx({ retired: ['team'] }))
    tagging.answers({})
    await read()
    expect(asks()).toBe(3)
  })

  test.each(['AccessDeniedException', 'NotImplemented'])('are asked for one by one on %s', async (name) => {
    watch.answers({ ...alarms(item()), ...own() })
    tagging.answers({ GetResources: () => fail(name) })
    expect(await read()).toMatchObject([{ ours: true }])
    expect(asks()).toBe(1)
  })

  test('another failure of the listing is told', async () => {
    tagging.answers({ GetResources: () => fail('InternalServiceException') })
    await expect(read()).rejects.toThrow('InternalService')
  })

  test('find what is wanted no more; ghosts are none, and strangers are left out', async () => {
    const old = 'shop-dev-old'
    watch.answers(alarms(item({ AlarmName: old })))
    const tags = tagsOf('cloudwatch:alarm/old')
    tagging.answers(hinting({ ResourceARN: arnOf(old), Tags: tags }, { ResourceARN: arnOf('ghost'), Tags: tags }))
    expect(await alarm.read(fakeCtx(), [])).toMatchObject([{ address: 'cloudwatch:alarm/old', id: old, ours: true }])
    expect(watch.inputsOf('DescribeAlarms')[0]).toMatchObject({ AlarmNames: [old, 'ghost'] })
    expect(asks()).toBe(0)
  })

  test("a stranger's under our name is told as such", async () => {
    watch.answers({
      ...alarms(item()),
      ListTagsForResource: () => ({ Tags: [{ Key: 'ecom-infra:stack', Value: 'shop' }] }),
    })
    expect(await read()).toMatchObject([{ address, ours: false }])
    watch.answers(alarms(item()))
    expect(await read()).toMatchObject([{ address, ours: false }])
  })
})

describe('making and changing', () => {
  test('asks first: the call would replace whatever has the name', async () => {
    watch.answers(alarms(item()))
    await expect(alarm.create(fakeCtx(), address, spec, 'token')).rejects.toMatchObject({ name: 'AlarmAlreadyExists' })
    expect(watch.called()).toEqual(['DescribeAlarms'])
  })

  test('is born tagged, and changed without tags, which AWS would ignore', async () => {
    expect(await alarm.create(fakeCtx(), address, { ...spec, statistic: 'p99' }, 'token')).toBe(spec.name)
    await alarm.sync?.(fakeCtx(), spec, live, new Set(['threshold', 'tags'] as const))
    const [made, changed] = watch.inputsOf('PutMetricAlarm')
    expect(made).toMatchObject({ ExtendedStatistic: 'p99', Tags: expect.arrayContaining(tagsOf(address)) })
    expect(made).not.toHaveProperty('Statistic')
    expect(changed).toMatchObject({ Statistic: 'Average', Threshold: 70 })
    expect(changed).not.toHaveProperty('Tags')
    expect(watch.inputsOf('TagResource')).toMatchObject([{ ResourceARN: arnOf(spec.name) }])
  })

  test('tags alone touch nothing else; those given up come off first', async () => {
    await alarm.sync?.(fakeCtx({ retired: ['team'] }), spec, live, new Set(['tags'] as const))
    expect(watch.called()).toEqual(['UntagResource', 'TagResource'])
  })
})

test('deleting looks again, for a wrong name is no error; gone already is gone', async () => {
  watch.answers({ DescribeAlarms: (_, nth) => ({ MetricAlarms: nth < 3 ? [item()] : [] }) })
  await alarm.destroy(fakeCtx(), live, terms)
  expect(watch.inputsOf('DescribeAlarms')).toHaveLength(3)
  watch.answers({ DeleteAlarms: () => fail('ResourceNotFound') })
  await alarm.destroy(fakeCtx(), live, terms)
})

describe('health', () => {
  test('one that has gone off says why; one without data yet is no news; from the listing of the look', async () => {
    const off: MetricAlarm = { AlarmName: 'off', StateValue: 'ALARM', StateReason: 'Threshold Crossed' }
    watch.answers(
      alarms(
        item(off),
        item({ AlarmName: 'ok', StateValue: 'OK' }),
        item({ AlarmName: 'new', StateValue: 'INSUFFICIENT_DATA' }),
      ),
    )
    const ctx = fakeCtx()
    await alarm.read(ctx, [asked()])
    const before = watch.called().length
    const health = (id: string) => alarm.health?.(ctx, { ...live, id })
    expect(await health('off')).toEqual({ state: 'unhealthy', detail: 'it has gone off: Threshold Crossed' })
    expect(await health('ok')).toEqual({ state: 'healthy', detail: 'quiet' })
    expect(await health('new')).toEqual({ state: 'healthy', detail: 'no data yet' })
    expect(await health('nobody')).toMatchObject({ state: 'unknown' })
    expect(watch.called()).toHaveLength(before)
  })
})

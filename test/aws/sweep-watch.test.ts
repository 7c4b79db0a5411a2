import { describe, expect, test } from 'vitest'
import { sweep } from '../../src/aws/sweep/index.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail } from '../support/scripted.ts'
import { arnOf, emptyAccount, hints, kept, left, services, Tags, THEIRS, why } from './sweep-services.ts'

const { ec2, kms, sns, cloudwatch, logs, tagging } = services
emptyAccount()

const named = (found: readonly { readonly type: string; readonly id: string }[]) =>
  found.map(({ type, id }) => `${type} ${id}`)

test.each([
  ['ec2', 'vpc-flow-log/fl-1'],
  ['rds', 'db:shop-dev-main'],
  ['rds', 'subgrp:shop-dev-database'],
  ['rds', 'pg:shop-dev-database'],
  ['rds', 'snapshot:rds:shop-dev-main-2026-11-21'],
  ['rds', 'auto-backup:ab-1'],
  ['dynamodb', 'table/shop-dev-sessions'],
  ['elasticfilesystem', 'file-system/fs-1'],
  ['elasticfilesystem', 'access-point/fsap-1'],
  ['kms', 'key/key-1'],
  ['sns', 'shop-dev-alerts'],
  ['cloudwatch', 'alarm:shop-dev-web-cpu'],
  ['logs', 'log-group:/aws/rds/instance/shop-dev-main/upgrade:*'],
])('a ghost of %s is dropped, for its own service does not know it: %s', async (service, what) => {
  tagging.answers(hints(arnOf(service, what)))
  const NotFound = () => fail('NotFoundException')
  kms.answers({ DescribeKey: NotFound, ListResourceTags: NotFound })
  expect(await left(fakeCtx())).toEqual([])
})

describe('flow logs', () => {
  const FlowLogs = [{ FlowLogId: 'fl-1', Tags }]

  test('one that lives is named', async () => {
    ec2.answers({ DescribeFlowLogs: () => ({ FlowLogs }) })
    expect(await left(fakeCtx())).toEqual([{ type: 'ec2:flow-log', id: 'fl-1', why, monthlyUsd: 0 }])
  })

  test("one that EC2's list of tags still shows is asked for, and gone", async () => {
    const tag = { ResourceId: 'fl-1', ResourceType: 'vpc-flow-log', Key: 'ecom-infra:stack', Value: 'shop-dev' }
    ec2.answers({ DescribeTags: () => ({ Tags: [tag] }) })
    expect(await left(fakeCtx())).toEqual([])
    expect(JSON.stringify(ec2.inputsOf('DescribeFlowLogs'))).toContain('fl-1')
  })
})

describe('keys', () => {
  const KMS_TAGS = { Tags: [{ TagKey: 'ecom-infra:stack', TagValue: 'shop-dev' }] }
  const DeletionDate = new Date('2026-11-28T10:00:00Z')
  const doomed = { KeyState: 'PendingDeletion', DeletionDate }
  const account = (keys: Readonly<Record<string, object>>, aliases: Readonly<Record<string, string>> = {}) => ({
    ListKeys: () => ({ Keys: Object.keys(keys).map((KeyId) => ({ KeyId })) }),
    ListAliases: () => ({
      Aliases: Object.entries(aliases).map(([AliasName, TargetKeyId]) => ({ AliasName, TargetKeyId })),
    }),
    ListResourceTags: () => KMS_TAGS,
    DescribeKey: ({ KeyId }: { readonly KeyId?: unknown }) => ({ KeyMetadata: { KeyId, ...keys[String(KeyId)] } }),
  })

  test('one that is alive is left, with the alias that names it; those of others are not even asked', async () => {
    const aliases = { 'alias/shop-dev-alerts': 'key-1', 'alias/aws/rds': 'key-2', 'alias/theirs': 'key-3' }
    kms.answers(account({ 'key-1': { KeyState: 'Enabled' }, 'key-2': {}, 'key-3': {} }, aliases))
    expect(await left(fakeCtx())).toEqual([
      { type: 'kms:alias', id: 'alias/shop-dev-alerts', why: 'it names our key key-1', monthlyUsd: 0 },
      { type: 'kms:key', id: 'key-1', why, monthlyUsd: 1 },
    ])
    expect(new Set(kms.inputsOf('ListResourceTags').map(({ KeyId }) => KeyId))).toEqual(new Set(['key-1']))
  })

  test("one that waits for its deletion is kept, with AWS's date; it is looked for by its tag alone", async () => {
    tagging.answers(hints(arnOf('kms', 'key/key-1')))
    kms.answers(account({ 'key-1': doomed }))
    expect(await left(fakeCtx())).toEqual([])
    expect(kms.inputsOf('DescribeKey')).toHaveLength(1)
    const [one] = await kept(fakeCtx())
    expect(one).toMatchObject({ type: 'kms:key', id: 'key-1', monthlyUsd: 0 })
    expect(one?.why).toContain('scheduled for 2026-11-28')
    expect(one?.why).toContain('aws kms cancel-key-deletion --key-id key-1')
  })

  test('without a hint one that has lost its alias is found all the same', async () => {
    kms.answers(account({ 'key-1': doomed, 'key-2': doomed }, { 'alias/theirs': 'key-2' }))
    expect(named(await kept(fakeCtx()))).toEqual(['kms:key key-1'])
  })

  test('an alias that still names a key on its way out is left: the next key could not have it', async () => {
    kms.answers(account({ 'key-1': doomed }, { 'alias/shop-dev-alerts': 'key-1' }))
    expect(named(await left(fakeCtx()))).toEqual(['kms:alias alias/shop-dev-alerts'])
  })

  test('one that turns from alive to doomed while it is looked at is kept', async () => {
    kms.answers({
      ...account({ 'key-1': {} }),
      DescribeKey: ({ KeyId }, nth) => ({ KeyMetadata: { KeyId, ...(nth < 2 ? { KeyState: 'Enabled' } : doomed) } }),
    })
    expect(named(await kept(fakeCtx()))).toEqual(['kms:key key-1'])
  })

  test("another stack's, or one whose tags may not be read, is none of ours", async () => {
    const answers = account({ 'key-1': {}, 'key-2': {} }, { 'alias/shop-dev-qa-alerts': 'key-1' })
    kms.answers({
      ...answers,
      ListResourceTags: ({ KeyId }) =>
        KeyId === 'key-2'
          ? fail('AccessDeniedException', 'no', 400)
          : { Tags: [{ TagKey: 'ecom-infra:stack', TagValue: 'shop-dev-qa' }] },
    })
    expect(await left(fakeCtx())).toEqual([])
  })
})

test('topics, by name and tag or by a hint', async () => {
  const topics = ['shop-dev-alerts', 'shop-dev-qa-alerts', 'odd', 'foreign'].map((name) => arnOf('sns', name))
  tagging.answers(hints(arnOf('sns', 'odd')))
  sns.answers({
    ListTopics: () => ({ Topics: topics.map((TopicArn) => ({ TopicArn })) }),
    ListTagsForResource: ({ ResourceArn }) => ({ Tags: String(ResourceArn).includes('-qa-') ? THEIRS : Tags }),
  })
  expect(named(await left(fakeCtx()))).toEqual([`sns:topic ${topics[2]}`, `sns:topic ${topics[0]}`])
  expect(sns.inputsOf('ListTagsForResource').some(({ ResourceArn }) => ResourceArn === topics[3])).toBe(false)
})

describe('alarms', () => {
  const alarm = (AlarmName: string) => ({ AlarmName, AlarmArn: arnOf('cloudwatch', `alarm:${AlarmName}`) })
  const tagsOf = ({ ResourceARN }: { readonly ResourceARN?: unknown }) => ({
    Tags: String(ResourceARN).includes('-qa-') ? THEIRS : Tags,
  })

  test('by name and tag or by a hint', async () => {
    tagging.answers(hints(alarm('odd').AlarmArn, alarm('shop-dev-cpu').AlarmArn))
    cloudwatch.answers({
      DescribeAlarms: ({ AlarmNamePrefix, AlarmNames }) => {
        if (AlarmNamePrefix === 'shop-dev-') return { MetricAlarms: ['shop-dev-cpu', 'shop-dev-qa-cpu'].map(alarm) }
        return { MetricAlarms: ((AlarmNames ?? []) as string[]).map(alarm) }
      },
      ListTagsForResource: tagsOf,
    })
    expect(await left(fakeCtx())).toEqual([
      { type: 'cloudwatch:alarm', id: 'odd', why, monthlyUsd: 0.1 },
      { type: 'cloudwatch:alarm', id: 'shop-dev-cpu', why, monthlyUsd: 0.1 },
    ])
  })

  describe('composite ones', () => {
    const asked = ({ AlarmTypes }: { readonly AlarmTypes?: unknown }) => (AlarmTypes as string[] | undefined) ?? []
    const found = (name: string) => ({ type: 'cloudwatch:alarm', id: name, why, monthlyUsd: null })

    test('are shown by AWS only when they are asked for, by name and tag or by a hint', async () => {
      tagging.answers(hints(alarm('odd').AlarmArn))
      cloudwatch.answers({
        DescribeAlarms: ({ AlarmNamePrefix, AlarmNames, ...input }) => {
          if (!asked(input).includes('CompositeAlarm')) return {}
          if (AlarmNamePrefix === 'shop-dev-')
            return { CompositeAlarms: ['shop-dev-all', 'shop-dev-qa-all'].map(alarm) }
          return { CompositeAlarms: ((AlarmNames ?? []) as string[]).map(alarm) }
        },
        ListTagsForResource: tagsOf,
      })
      expect(await left(fakeCtx())).toEqual([found('odd'), found('shop-dev-all')])
    })

    test('may be refused to who may not describe all alarms: the others are still found, and that is said', async () => {
      cloudwatch.answers({
        DescribeAlarms: ({ AlarmNamePrefix, ...input }) => {
          if (asked(input).includes('CompositeAlarm'))
            return fail('AccessDenied', 'User: u is not authorized to perform: cloudwatch:DescribeAlarms', 403)
          return AlarmNamePrefix === 'shop-dev-' ? { MetricAlarms: [alarm('shop-dev-cpu')] } : {}
        },
        ListTagsForResource: tagsOf,
      })
      const { leftovers, unseen } = await sweep(fakeCtx())
      expect(leftovers).toMatchObject([{ id: 'shop-dev-cpu', monthlyUsd: 0.1 }])
      expect(unseen).toMatchObject([{ action: 'cloudwatch:DescribeAlarms' }])
    })
  })

  test('those by which AWS follows a target have no tags, and are waited for', async () => {
    const AlarmName = 'TargetTracking-shop-dev-web-AlarmHigh-1'
    cloudwatch.answers({
      DescribeAlarms: ({ AlarmNamePrefix }, nth) =>
        String(AlarmNamePrefix).startsWith('TargetTracking') && nth < 6 ? { MetricAlarms: [{ AlarmName }] } : {},
    })
    const ctx = fakeCtx()
    expect(await left(ctx)).toEqual([])
    expect(ctx.notes).toEqual([`waiting for AWS to take away cloudwatch:alarm ${AlarmName}`])
    const prefixes = cloudwatch.inputsOf('DescribeAlarms').map(({ AlarmNamePrefix }) => AlarmNamePrefix)
    // `shop-dev-web` may be another stack too: its group would be `shop-dev-web-web`.
    expect(prefixes).toContain('TargetTracking-shop-dev-web-Alarm')
  })
})

describe('the dashboard', () => {
  const DashboardBody = (stack: string) =>
    JSON.stringify({
      widgets: [{ properties: { markdown: `Kept by ecom-infra for the stack **${stack}** in us-east-1.` } }],
    })
  const one = [{ type: 'cloudwatch:dashboard', id: 'shop-dev-us-east-1', monthlyUsd: 3 }]

  test('is known by its name and what it says of itself', async () => {
    cloudwatch.answers({ GetDashboard: () => ({ DashboardBody: DashboardBody('shop-dev') }) })
    expect(await left(fakeCtx())).toMatchObject(one)
    expect(cloudwatch.inputsOf('GetDashboard')[0]).toEqual({ DashboardName: 'shop-dev-us-east-1' })
  })

  test('or by its tag, when somebody has changed what it says', async () => {
    cloudwatch.answers({ GetDashboard: () => ({ DashboardBody: '{}' }), ListTagsForResource: () => ({ Tags }) })
    expect(await left(fakeCtx())).toMatchObject(one)
  })

  test("a stranger's of the same name is not ours", async () => {
    cloudwatch.answers({
      GetDashboard: () => ({ DashboardBody: DashboardBody('shop-dev-us') }),
      ListTagsForResource: () => ({ Tags: THEIRS }),
    })
    expect(await left(fakeCtx())).toEqual([])
  })

  test("another region's carries our tag too, and stays", async () => {
    tagging.answers(hints('arn:aws:cloudwatch::123456789012:dashboard/shop-dev-eu-west-1'))
    cloudwatch.answers({ GetDashboard: () => fail('ResourceNotFound', 'no', 404) })
    expect(await left(fakeCtx())).toEqual([])
  })
})

test("the database's log groups are made again by a late writer, under exactly its name", async () => {
  const parent = '/aws/rds/instance/shop-dev-main/'
  logs.answers({
    DescribeLogGroups: ({ logGroupNamePrefix: prefix }) => ({
      logGroups: [
        `${parent}postgresql`,
        '/aws/rds/instance/shop-dev-main-2/postgresql',
        '/aws/rds/instance/shop-dev-qa-main/x',
      ]
        .filter((name) => name.startsWith(String(prefix)))
        .map((logGroupName) => ({ logGroupName, storedBytes: 0 })),
    }),
  })
  expect(await left(fakeCtx())).toEqual([
    { type: 'logs:log-group', id: `${parent}postgresql`, why: `its name begins with ${parent}`, monthlyUsd: 0 },
  ])
})

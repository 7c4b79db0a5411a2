import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/aws/failure.ts'
import { toPairs } from '../../../src/aws/ownership.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type TableOut, type TableSpec, table } from '../../../src/resources/dynamodb/table.ts'
import { type FakeCtx, fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'dynamodb:table/sessions'
const name = 'shop-dev-sessions'
const arn = `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`
const spec: TableSpec = {
  ...{ name, hashKey: { name: 'sessionId', type: 'S' }, billing: 'PAY_PER_REQUEST', ttlAttribute: 'expiresAt' },
  ...{ encryption: 'KMS', pointInTimeRecovery: true, deletionProtection: false },
}
const having = (more: Partial<TableSpec>): Found<TableSpec, TableOut> => ({
  ...{ address, id: name, ours: true, tags: {}, spec: { ...spec, ...more }, out: { name, arn } },
})
const asked = (more: Partial<Asked> = {}): Asked => ({ address, id: null, token: null, spec: { name }, ...more })
const TABLE = {
  ...{ TableName: name, TableArn: arn, TableStatus: 'ACTIVE', ItemCount: 0 },
  ...{ KeySchema: [{ AttributeName: 'sessionId', KeyType: 'HASH' }], DeletionProtectionEnabled: false },
  AttributeDefinitions: [{ AttributeName: 'sessionId', AttributeType: 'S' }],
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
}
const described = (more: object = {}) => ({ Table: { ...TABLE, ...more } })
const recovery = (more: object) => ({
  ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED', ...more } },
})
const expiry = (TimeToLiveStatus: string) => ({
  TimeToLiveDescription: { TimeToLiveStatus, AttributeName: 'expiresAt' },
})
const tagsOn = (Value = 'shop-dev') => ({ Tags: [{ Key: 'ecom-infra:stack', Value }] })
const whole = {
  DescribeTable: () => described(),
  DescribeContinuousBackups: () => recovery({}),
  DescribeTimeToLive: () => expiry('ENABLED'),
  ListTagsOfResource: () => tagsOn(),
}
const none = () => fail('ResourceNotFoundException', 'Requested resource not found')
const busy = (verb: string) =>
  fail('ResourceInUseException', `Attempt to change a resource which is still in use: Table is being ${verb}: ${name}`)
const crowded = () =>
  fail('LimitExceededException', 'Only 500 tables can be created, updated, or deleted simultaneously')
const terms = { deleteData: true, snapshotName: null }

const { answers, called, inputsOf } = scripted(DynamoDBClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => answers({}))
beforeEach(() => tagging.answers({}))

/** What the tagging API tells of in a look at all of the stack. */
function hinting(...arns: readonly string[]): FakeCtx {
  const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
  tagging.answers({
    GetResources: () => ({ ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN, Tags })) }),
  })
  return fakeCtx({ wide: true })
}

describe('reading', () => {
  const read = async (more: object, ...what: Asked[]) => {
    answers({ ...whole, ...more })
    return table.read(fakeCtx(), what.length > 0 ? what : [asked()])
  }
  const field = async (more: object) => (await read(more))[0]?.spec

  test('four calls for a table that is asked for, none for others', async () => {
    expect(await read({})).toMatchObject([{ address, id: name, ours: true, spec, out: { name, arn } }])
    expect(called()).toHaveLength(4)
    answers(whole)
    expect(await table.read(fakeCtx(), [asked({ spec: null })])).toEqual([])
    expect(called()).toEqual([])
  })

  test('one that nobody remembers is found by the tagging API, and what it shows too long is not there', async () => {
    answers({ ...whole, ListTagsOfResource: () => ({ Tags: toPairs(fakeCtx().tags(address)) }) })
    expect(await table.read(hinting(arn), [])).toMatchObject([{ address, id: name, ours: true }])
    answers({ ...whole, ListTagsOfResource: () => tagsOn('shop') })
    expect(await table.read(hinting(arn), [])).toEqual([])
    answers({ DescribeTable: none })
    expect(await table.read(hinting(arn), [])).toEqual([])
  })

  test('by the name that is remembered too, and with the tags of all pages', async () => {
    const pages = ({ NextToken }: { NextToken?: unknown }) =>
      NextToken ? tagsOn() : { Tags: [{ Key: 'team', Value: 'web' }], NextToken: 'more' }
    const [live] = await read({ ListTagsOfResource: pages }, asked({ id: name, spec: null }))
    expect(live).toMatchObject({ address, ours: true, tags: { team: 'web', 'ecom-infra:stack': 'shop-dev' } })
  })

  test('of another stack, or of none and not remembered: a stranger in our place', async () => {
    expect(await read({ ListTagsOfResource: () => tagsOn('shop') })).toMatchObject([{ address, ours: false }])
    expect(await read({ ListTagsOfResource: () => ({}) })).toMatchObject([{ address, ours: false }])
    const remembered = asked({ id: name })
    expect(await read({ ListTagsOfResource: () => ({}) }, remembered)).toMatchObject([{ address, ours: true }])
  })

  test('one that is being deleted, or goes between two calls, is absent', async () => {
    expect(await read({ DescribeTable: () => described({ TableStatus: 'DELETING' }) })).toEqual([])
    expect(await read({ DescribeTable: none })).toEqual([])
    expect(await read({ DescribeContinuousBackups: () => fail('TableNotFoundException') })).toEqual([])
  })

  test.each([
    ['ENABLING', 'expiresAt'],
    ['ENABLED', 'expiresAt'],
    ['DISABLING', null],
    ['DISABLED', null],
  ])('an expiry that is %s is %s', async (status, attribute) => {
    expect((await field({ DescribeTimeToLive: () => expiry(status) }))?.ttlAttribute).toBe(attribute)
  })

  test('recovery over fewer days than AWS gives is none', async () => {
    const given = (days: number) => ({ DescribeContinuousBackups: () => recovery({ RecoveryPeriodInDays: days }) })
    expect((await field(given(35)))?.pointInTimeRecovery).toBe(true)
    expect((await field(given(1)))?.pointInTimeRecovery).toBe(false)
    const off = { DescribeContinuousBackups: () => recovery({ PointInTimeRecoveryStatus: 'DISABLED' }) }
    expect((await field(off))?.pointInTimeRecovery).toBe(false)
  })

  test('capacity and key, though AWS is silent where they are its defaults', async () => {
    const bare = (more: object) => ({
      DescribeTable: () => described({ BillingModeSummary: undefined, SSEDescription: undefined, ...more }),
    })
    const capacity = (ReadCapacityUnits: number) => ({ ProvisionedThroughput: { ReadCapacityUnits } })
    expect(await field(bare(capacity(5)))).toMatchObject({ billing: 'PROVISIONED', encryption: 'DEFAULT' })
    expect(await field(bare(capacity(0)))).toMatchObject({ billing: 'PAY_PER_REQUEST' })
    expect(await field(bare({ SSEDescription: { Status: 'DISABLING' } }))).toMatchObject({ encryption: 'DEFAULT' })
  })
})

describe('creating', () => {
  const create = () => table.create(fakeCtx(), address, spec, 'token')

  test('one call, with its tags; other tables in the making are waited for', async () => {
    answers({ CreateTable: (_, nth) => (nth < 3 ? crowded() : {}) })
    expect(await create()).toBe(name)
    expect(inputsOf('CreateTable')).toHaveLength(3)
    expect(inputsOf('CreateTable')[0]).toMatchObject({
      ...{ TableName: name, BillingMode: 'PAY_PER_REQUEST', SSESpecification: { Enabled: true } },
      ...{ DeletionProtectionEnabled: false, KeySchema: TABLE.KeySchema },
      Tags: expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]),
    })
  })

  test('a quota is said at once', async () => {
    answers({ CreateTable: () => fail('LimitExceededException', 'Subscriber limit exceeded: 2500 tables') })
    await expect(create()).rejects.toThrow('2500 tables')
    expect(called()).toHaveLength(1)
  })

  const taken = () => fail('ResourceInUseException', `Table already exists: ${name}`)

  test('one that is there is for the engine to look at, one on its way out is waited for', async () => {
    answers({ CreateTable: taken, DescribeTable: () => described() })
    expect(verdictOf(await create().catch((error: unknown) => error))).toBe('exists')
    answers({
      CreateTable: (_, nth) => (nth < 3 ? taken() : {}),
      DescribeTable: () => described({ TableStatus: 'DELETING' }),
    })
    expect(await create()).toBe(name)
  })
})

describe('becoming ready', () => {
  const ready = () => table.ready?.(fakeCtx(), name)

  test('through creation and encryption, though it may be hidden at first', async () => {
    const states = [none, ...['CREATING', 'UPDATING'].map((TableStatus) => () => described({ TableStatus }))]
    const recoding = () => described({ SSEDescription: { Status: 'UPDATING' } })
    const steps = [...states, recoding, () => described()]
    answers({ DescribeTable: (_, nth) => steps[nth - 1]?.() })
    await ready()
    expect(called()).toHaveLength(steps.length)
  })

  test.each(['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'ARCHIVED', 'DELETING'])('%s ends the wait', async (state) => {
    answers({ DescribeTable: () => described({ TableStatus: state }) })
    await expect(ready()).rejects.toThrow(`${name} is ${state}`)
    expect(called()).toHaveLength(1)
  })
})

describe('changing', () => {
  const sync = (have: Partial<TableSpec>, want: Partial<TableSpec>, ...changed: (keyof TableSpec | 'tags')[]) =>
    table.sync?.(fakeCtx({ retired: ['old'] }), { ...spec, ...want }, having(have), new Set(changed))

  test('one kind of change at a time, each when the table is active again', async () => {
    const old = { BillingModeSummary: { BillingMode: 'PROVISIONED' }, SSEDescription: undefined }
    let pending = 0
    answers({
      DescribeTable: () => described({ ...old, TableStatus: pending-- > 0 ? 'UPDATING' : 'ACTIVE' }),
      UpdateTable: () => {
        if (pending > 0) throw new Error('asked for while the table was being changed')
        pending = 2
      },
    })
    await sync({}, { deletionProtection: true }, 'deletionProtection', 'encryption', 'billing')
    expect(inputsOf('UpdateTable')).toEqual([
      { TableName: name, BillingMode: 'PAY_PER_REQUEST' },
      { TableName: name, SSESpecification: { Enabled: true } },
      { TableName: name, DeletionProtectionEnabled: true },
    ])
    expect(pending).toBeLessThan(0)
  })

  test('what is so already is not asked for: AWS refuses a second encryption', async () => {
    answers(whole)
    await sync({ encryption: 'DEFAULT' }, {}, 'encryption')
    expect(called()).not.toContain('UpdateTable')
  })

  test('a table that is still in use, and backups that are still being switched on, are waited for', async () => {
    answers({
      ...whole,
      UpdateTable: (_, nth) => (nth === 1 ? busy('updated') : {}),
      UpdateContinuousBackups: (_, nth) =>
        nth < 4 ? fail('ContinuousBackupsUnavailableException', 'Backups are being enabled') : {},
    })
    await sync({}, { deletionProtection: true }, 'deletionProtection', 'pointInTimeRecovery')
    expect(inputsOf('UpdateTable')).toHaveLength(2)
    expect(inputsOf('UpdateContinuousBackups')).toHaveLength(4)
    expect(inputsOf('UpdateContinuousBackups')[0]).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
    })
  })

  test('tags: those given up come off first', async () => {
    // A new table is not known everywhere.
    answers({ ...whole, UntagResource: (_, nth) => (nth === 1 ? none() : {}) })
    await sync({}, {}, 'tags')
    expect(called().slice(-3)).toEqual(['UntagResource', 'UntagResource', 'TagResource'])
    expect(inputsOf('UntagResource').at(-1)).toEqual({ ResourceArn: arn, TagKeys: ['old'] })
  })

  describe('the expiry', () => {
    const change = (have: string | null, want: string | null) =>
      sync({ ttlAttribute: have }, { ttlAttribute: want }, 'ttlAttribute')
    const often = () =>
      fail('ValidationException', 'Time to live has been modified multiple times within a fixed interval')

    test('goes from one attribute to another over none', async () => {
      answers(whole)
      await change('expires', 'expiresAt')
      expect(inputsOf('UpdateTimeToLive').map(({ TimeToLiveSpecification }) => TimeToLiveSpecification)).toEqual([
        { AttributeName: 'expires', Enabled: false },
        { AttributeName: 'expiresAt', Enabled: true },
      ])
    })

    test('a second change within the hour is refused by AWS, and that is said', async () => {
      answers({ ...whole, UpdateTimeToLive: (_, nth) => (nth === 2 ? often() : {}) })
      await expect(change('expires', 'expiresAt')).rejects.toMatchObject({
        code: 'ExpiryTooSoon',
        message: expect.stringContaining('once an hour'),
        details: { awsCode: 'Validation', hint: expect.stringContaining('in an hour') },
      })
    })

    test('what was asked for before counts as done; any other refusal does not', async () => {
      answers({ ...whole, UpdateTimeToLive: () => fail('ValidationException', 'TimeToLive is already enabled') })
      await expect(change(null, 'expiresAt')).resolves.toBeUndefined()
      await expect(change('expiresAt', null)).rejects.toThrow('already enabled')
    })
  })
})

const UNMEASURED = 'whose size AWS has not measured yet'

describe('taking leave', () => {
  const farewell = (answer: object, have: Partial<TableSpec> = {}) => {
    answers({ DescribeTable: () => described(), ...answer })
    return table.farewell?.(fakeCtx(), having(have))
  }

  test('an empty table loses nothing, whatever AWS has counted', async () => {
    const answer = { Scan: () => ({ Count: 0 }), DescribeTable: () => described({ ItemCount: 9 }) }
    expect(await farewell(answer)).toEqual({ blockers: [], losses: [] })
    expect(inputsOf('Scan')[0]).toMatchObject({ Limit: 1_000, Select: 'COUNT', ConsistentRead: true })
  })

  test.each([
    [{ Scan: () => ({ Count: 1 }) }, `table ${name} with 1 item, ${UNMEASURED}`],
    [{ Scan: () => ({ Count: 0, LastEvaluatedKey: {} }) }, `table ${name} with more than 0 items, ${UNMEASURED}`],
    [
      { Scan: () => ({ Count: 1_000, LastEvaluatedKey: {} }) },
      `table ${name} with more than 1,000 items, ${UNMEASURED}`,
    ],
    [
      { Scan: () => ({ Count: 3 }), DescribeTable: () => described({ ItemCount: 41, TableSizeBytes: 2_048 }) },
      `table ${name} with 3 items, about 2 KiB`,
    ],
    [
      {
        Scan: () => ({ Count: 1_000, LastEvaluatedKey: {} }),
        DescribeTable: () => described({ ItemCount: 12_345, TableSizeBytes: 5_000_000 }),
      },
      `table ${name} with about 12,345 items, about 4.77 MiB`,
    ],
    [{ Scan: () => fail('AccessDeniedException') }, `table ${name}, whose items cannot be read (AccessDenied)`],
    [
      { Scan: none, DescribeTable: () => described({ TableStatus: 'ARCHIVED' }) },
      `table ${name}, whose items cannot be read (ResourceNotFound)`,
    ],
  ])('items are a loss, and so is what cannot be known (%#)', async (answer, loss) => {
    expect(await farewell(answer)).toMatchObject({ losses: [loss] })
  })

  test('protection stands in the way', async () => {
    const { blockers = [] } = (await farewell({ Scan: () => ({ Count: 0 }) }, { deletionProtection: true })) ?? {}
    expect(blockers).toEqual([expect.stringContaining('deletion protection')])
  })
})

describe('deleting', () => {
  test('what it is busy with is waited for, and returns when it is gone', async () => {
    answers({
      DeleteTable: (_, nth) => {
        if (nth === 1) return busy('updated')
        return nth === 2 ? crowded() : {}
      },
      DescribeTable: (_, nth) => (nth < 3 ? described({ TableStatus: 'DELETING' }) : none()),
    })
    await table.destroy(fakeCtx(), having({}), terms)
    expect(called()).toEqual([...Array(3).fill('DeleteTable'), ...Array(3).fill('DescribeTable')])
  })

  test('one that somebody else deletes, and one that is gone, are a success', async () => {
    answers({ DeleteTable: (_, nth) => (nth === 1 ? busy('deleted') : none()), DescribeTable: none })
    await table.destroy(fakeCtx(), having({}), terms)
    answers({ DeleteTable: none, DescribeTable: none })
    await table.destroy(fakeCtx(), having({}), terms)
  })

  test('a protected one is refused at once', async () => {
    answers({ DeleteTable: () => fail('ValidationException', 'protected against deletion') })
    await expect(table.destroy(fakeCtx(), having({}), terms)).rejects.toThrow('protected')
    expect(called()).toHaveLength(1)
  })
})

test.each([
  ['ACTIVE', 'healthy'],
  ['UPDATING', 'healthy'],
  ['CREATING', 'unknown'],
  ['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'unhealthy'],
])('a table that is %s is %s, from what the look has seen', async (TableStatus, state) => {
  const ctx = fakeCtx()
  answers({ ...whole, DescribeTable: () => described({ TableStatus }) })
  await table.read(ctx, [asked()])
  expect(await table.health?.(ctx, having({}))).toEqual({ state, detail: TableStatus })
  expect(inputsOf('DescribeTable')).toHaveLength(1)
})

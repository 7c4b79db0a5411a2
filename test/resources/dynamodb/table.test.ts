import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { table } from '../../../src/resources/dynamodb/table.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { type Account, freshAccount } from '../../support/emulator.ts'

const ADDRESS = 'dynamodb:table/sessions'

const arnOf = ({ account, region }: World, name: string) => `arn:aws:dynamodb:${region}:${account}:table/${name}`

async function described({ raw }: World, TableName: string) {
  const { Table } = await raw.dynamodb.describeTable({ TableName })
  const { TimeToLiveDescription } = await raw.dynamodb.describeTimeToLive({ TableName })
  const { ContinuousBackupsDescription } = await raw.dynamodb.describeContinuousBackups({ TableName })
  return { ...Table, ttl: TimeToLiveDescription, backups: ContinuousBackupsDescription?.PointInTimeRecoveryDescription }
}

/** A table that is being changed takes no other change. */
const idle = ({ raw }: World, TableName: string) =>
  expect
    .poll(async () => (await raw.dynamodb.describeTable({ TableName })).Table?.TableStatus, { timeout: 20_000 })
    .toBe('ACTIVE')

function drawn({ stack }: World, variant: 'first' | 'changed' | 'replaced'): Graph {
  const graph = new Graph()
  const changed = variant === 'changed'
  graph.layer('Data').add(table, 'sessions', {
    name: `${stack}-sessions`,
    hashKey: { name: variant === 'replaced' ? 'id' : 'sessionId', type: 'S' },
    billing: 'PAY_PER_REQUEST',
    ttlAttribute: changed ? null : 'expiresAt',
    encryption: changed ? 'DEFAULT' : 'KMS',
    pointInTimeRecovery: !changed,
    deletionProtection: changed,
  })
  return graph
}

keepsTheContract({
  address: ADDRESS,
  graph: drawn,
  async verify(world, id, variant) {
    const first = variant === 'first'
    const seen = await described(world, id)
    expect(seen).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'sessionId', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'sessionId', AttributeType: 'S' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: !first,
      ttl: { TimeToLiveStatus: first ? 'ENABLED' : 'DISABLED' },
      backups: first
        ? { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 }
        : { PointInTimeRecoveryStatus: 'DISABLED' },
    })
    if (first) expect(seen.ttl?.AttributeName).toBe('expiresAt')
    expect(seen.SSEDescription?.Status).toBe(first ? 'ENABLED' : undefined)
    const { Tags = [] } = await world.raw.dynamodb.listTagsOfResource({ ResourceArn: arnOf(world, id) })
    expect(Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      ...{ team: 'web', 'ecom-infra:stack': world.stack, 'ecom-infra:address': ADDRESS },
      Name: `${world.stack}-sessions`,
    })
  },
  drifts: {
    billing: ({ raw }, TableName) =>
      raw.dynamodb.updateTable({
        ...{ TableName, BillingMode: 'PROVISIONED' },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      }),
    ttlAttribute: ({ raw }, TableName) => {
      const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: false }
      return raw.dynamodb.updateTimeToLive({ TableName, TimeToLiveSpecification })
    },
    async encryption(world, TableName) {
      await idle(world, TableName)
      await world.raw.dynamodb.updateTable({ TableName, SSESpecification: { Enabled: false } })
    },
    pointInTimeRecovery: ({ raw }, TableName) => {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 1 }
      return raw.dynamodb.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification })
    },
    deletionProtection: ({ raw }, TableName) =>
      raw.dynamodb.updateTable({ TableName, DeletionProtectionEnabled: true }),
    tags: (world, id) =>
      world.raw.dynamodb.untagResource({
        ResourceArn: arnOf(world, id),
        TagKeys: ['ecom-infra:stack', 'ecom-infra:address', 'Name', 'team'],
      }),
  },
  vanish: async (world, TableName) => {
    await idle(world, TableName)
    await world.raw.dynamodb.deleteTable({ TableName })
  },
  gone: async ({ raw }, id) => !((await raw.dynamodb.listTables({})).TableNames ?? []).includes(id),
  replaced: 'blocked',
})

const UNMEASURED = 'whose size AWS has not measured yet'

describe('a table of ours', () => {
  const accounts: Account[] = []
  let account: Account
  let bench: Bench
  beforeEach(async () => {
    process.env.ECOM_INFRA_PACE = '0.02'
    account = await freshAccount()
    accounts.push(account)
    bench = new Bench(account.url, account.id)
  })
  afterAll(() => Promise.all(accounts.map((one) => one.close())))

  const wanted = () => drawn(bench.world, 'first')
  const TableName = () => `${bench.world.stack}-sessions`

  test.each(['CreateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups'])(
    'is as it should be though the answer to %s is lost',
    async (action) => {
      let lost = 0
      account.proxy.intercept((call) => (call.action === action && lost++ === 0 ? 'reset-after' : 'forward'))
      const notebook = new Notebook()
      await bench.apply(wanted(), notebook)
      expect(account.proxy.calls.filter((call) => call.action === 'CreateTable')).toHaveLength(1)
      expect((await bench.plan(wanted(), notebook)).steps.map((step) => step.action)).toEqual(['none'])
    },
  )

  test('is told from one of a stranger, which is left as it is', async () => {
    await bench.world.raw.dynamodb.createTable({
      ...{ TableName: TableName(), BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [{ AttributeName: 'theirs', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'theirs', AttributeType: 'N' }],
    })
    const { steps } = await bench.plan(wanted(), new Notebook())
    expect(steps).toMatchObject([{ action: 'blocked', reason: expect.stringContaining('does not belong') }])
  })

  test('takes four calls to look at, and says what would be lost with it', async () => {
    const notebook = new Notebook()
    await bench.apply(wanted(), notebook)
    bench.calls.length = 0
    const { steps } = await bench.plan(wanted(), notebook)
    expect(bench.calls.filter(({ service }) => service === 'dynamodb')).toHaveLength(4)
    const live = steps[0]?.live as Parameters<NonNullable<typeof table.farewell>>[1]
    const farewell = () => table.farewell?.(bench.world.ctx, live)
    expect(await farewell()).toEqual({ blockers: [], losses: [] })
    for (const S of ['a', 'b']) {
      await bench.world.raw.dynamodb.putItem({ TableName: TableName(), Item: { sessionId: { S } } })
    }
    expect(await farewell()).toEqual({ blockers: [], losses: [`table ${TableName()} with 2 items, ${UNMEASURED}`] })
  })
})

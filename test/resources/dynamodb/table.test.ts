import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { table } from '../../../src/resources/dynamodb/table.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

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

keepsTheContract({
  address: ADDRESS,
  graph({ stack }, variant) {
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
  },
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

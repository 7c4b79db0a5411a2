import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idsOf, inventory } from './support/inventory.ts'
import { tagsIn } from './support/raw.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'

describe('a teardown that keeps the data', () => {
  let stack: Stack
  let before: readonly string[]
  let first: Document
  const down = (...more: string[]) => stack.json<Document>(['down', '--yes', ...more])
  const idOf = ({ kept }: Document, type: string) => kept.find((one) => one.type === type)?.id ?? ''

  beforeAll(async () => {
    stack = await openStack({ monitoring: { alarmEmail: 'ops@example.com' } })
    before = idsOf(await inventory(stack.raw))
    await up(stack)
  })
  afterAll(() => stack?.close())

  it('takes a final snapshot, deletes all the rest, and tells what it keeps and what that costs', async () => {
    first = await down()
    expect(first).toMatchObject({ leftovers: [], summary: { failed: 0 } })
    expect(first.kept).toMatchObject([
      { type: 'kms:key', monthlyUsd: 0 },
      { type: 'rds:snapshot', monthlyUsd: 1.9 },
      { type: 's3:bucket', monthlyUsd: 0 },
    ])
    const rest = idsOf(await inventory(stack.raw)).filter((one) => !before.includes(one))
    expect(rest).toEqual([`bucket ${idOf(first, 's3:bucket')}`, `snapshot ${idOf(first, 'rds:snapshot')}`])
    expect(idOf(first, 'rds:snapshot')).toMatch(/^shop-dev-main-final-\d/)
    const { rds, kms } = stack.raw
    const { DBSnapshots = [] } = await rds.describeDBSnapshots({ SnapshotType: 'manual' })
    expect(DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toEqual([idOf(first, 'rds:snapshot')])
    expect(tagsIn(DBSnapshots[0]?.TagList)).toMatchObject({ 'ecom-infra:stack': 'shop-dev' })
    const { KeyMetadata } = await kms.describeKey({ KeyId: idOf(first, 'kms:key') })
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion')
    expect(first.kept[0]?.why).toContain(KeyMetadata?.DeletionDate?.toISOString().slice(0, 10) ?? 'a date')
    const { Aliases = [] } = await kms.listAliases({})
    expect(Aliases.filter(({ AliasName }) => AliasName?.startsWith('alias/shop-dev'))).toEqual([])
  })

  it('tells the same the second time, when nothing is there to delete', async () => {
    const again = await down()
    expect(again.summary).toMatchObject({ deleted: 0, failed: 0 })
    expect(again).toMatchObject({ leftovers: [], kept: first.kept })
  })

  it('frees every name: the stack comes up again, with a key of its own', async () => {
    await up(stack)
    expect((await status(stack)).verdict).toBe('in-sync')
    const { KeyMetadata } = await stack.raw.kms.describeKey({ KeyId: 'alias/shop-dev-alerts' })
    expect(KeyMetadata).toMatchObject({ KeyState: 'Enabled' })
    expect(KeyMetadata?.KeyId).not.toBe(idOf(first, 'kms:key'))
  })

  it('lists what an earlier one has kept, even where this one keeps no data', async () => {
    const last = await down('--delete-data')
    expect(last.leftovers).toEqual([])
    expect(last.kept.map(({ type }) => type)).toEqual(['kms:key', 'kms:key', 'rds:snapshot'])
    expect(idOf(last, 'rds:snapshot')).toBe(idOf(first, 'rds:snapshot'))
  })
})

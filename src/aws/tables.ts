import type { TableDescription } from '@aws-sdk/client-dynamodb'
import { Failed } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, unlessGone, verdictOf } from './failure.ts'
import { toPairs, toRecord } from './ownership.ts'
import { counted, inUnits } from './units.ts'
import { type Passing, patiently, until } from './wait.ts'

/** Another change of the table is under way (aws-behaviours.md 5.6). */
export const TABLE_BUSY: Passing = {
  codes: ['ResourceInUse'],
  seconds: 1_200,
  what: 'another change of the table to end',
}

/** The account has too many tables in the making; no quota, though its code says so. */
export const TABLES_CROWDED: Passing = {
  codes: ['LimitExceeded'],
  says: ['simultaneously'],
  seconds: 1_800,
  what: 'other tables of the account to be done',
}

const FRESH_TABLE: Passing = {
  codes: ['ResourceNotFound', 'TableNotFound'],
  seconds: 120,
  what: 'the new table to be known everywhere',
}

const BACKUPS_STARTING: Passing = {
  codes: ['ContinuousBackupsUnavailable'],
  seconds: 1_200,
  what: 'DynamoDB to switch on the backups of the new table',
}

export const tableAt = async (ctx: Ctx, TableName: string): Promise<TableDescription | undefined> =>
  (await unlessGone(ctx.dynamodb.describeTable({ TableName })))?.Table

/** States from which a table does not come back by itself. */
const STUCK: ReadonlySet<string> = new Set(['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'ARCHIVING', 'ARCHIVED', 'DELETING'])

/** States of a change of its encryption, during which no other one is taken. */
const RECODING: ReadonlySet<string> = new Set(['ENABLING', 'DISABLING', 'UPDATING'])

/** Waits until the table takes a change, and returns what it is then. */
export const active = (ctx: Ctx, name: string, timeout: number): Promise<TableDescription> =>
  until(ctx, { what: 'the table to become active', every: 3, timeout }, async () => {
    const table = await tableAt(ctx, name)
    const status = table?.TableStatus ?? ''
    if (STUCK.has(status)) throw new Failed('TableUnusable', `The table ${name} is ${status}.`)
    return status === 'ACTIVE' && !RECODING.has(table?.SSEDescription?.Status ?? '') ? table : undefined
  })

/** Makes a change that DynamoDB takes from an active table, as soon as it takes it. */
export const changeTable = (ctx: Ctx, change: () => Promise<unknown>): Promise<unknown> =>
  patiently(ctx, [TABLE_BUSY, TABLES_CROWDED, FRESH_TABLE, BACKUPS_STARTING], change)

export async function tableTags({ dynamodb }: Ctx, ResourceArn: string): Promise<Readonly<Record<string, string>>> {
  const tags: Record<string, string> = {}
  let from: string | undefined
  do {
    const page = await dynamodb.listTagsOfResource({ ResourceArn, ...(from === undefined ? {} : { NextToken: from }) })
    Object.assign(tags, toRecord(page.Tags))
    from = page.NextToken
  } while (from)
  return tags
}

/** Puts our tags on a table, and takes off those given up; others stay. */
export async function tagTable({ dynamodb, retired, tags }: Ctx, ResourceArn: string, address: Address): Promise<void> {
  if (retired.length > 0) await dynamodb.untagResource({ ResourceArn, TagKeys: [...retired] })
  await dynamodb.tagResource({ ResourceArn, Tags: toPairs(tags(address)) })
}

/** Items of one look: enough to tell a table with something in it from one with a lot. */
const LOOK = 1_000

/**
 * What would be lost with it, in words; null: nothing. AWS counts items every six hours, so they are looked at. A table
 * that does not show its items may have some.
 */
export async function lossOf(ctx: Ctx, TableName: string): Promise<string | null> {
  const table = await tableAt(ctx, TableName)
  if (!table || ['CREATING', 'DELETING'].includes(table.TableStatus ?? '')) return null
  try {
    const seen = await ctx.dynamodb.scan({ TableName, Limit: LOOK, Select: 'COUNT', ConsistentRead: true })
    if (!seen.Count && !seen.LastEvaluatedKey) return null
    return `table ${TableName} with ${itemsIn(table, seen.Count ?? 0, seen.LastEvaluatedKey === undefined)}`
  } catch (error) {
    if (verdictOf(error) !== 'refused') throw error
    return `table ${TableName}, whose items cannot be read (${codeOf(error)})`
  }
}

function itemsIn({ ItemCount = 0, TableSizeBytes = 0 }: TableDescription, seen: number, all: boolean): string {
  const size = TableSizeBytes > 0 ? `about ${inUnits(TableSizeBytes)}` : 'whose size AWS has not measured yet'
  if (all) return `${counted(seen, 'item')}, ${size}`
  return `${ItemCount > seen ? 'about' : 'more than'} ${counted(Math.max(ItemCount, seen), 'item')}, ${size}`
}

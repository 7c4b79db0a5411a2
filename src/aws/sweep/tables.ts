import type { BackupSummary, TableDescription } from '@aws-sdk/client-dynamodb'
import { pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { unlessGone } from '../failure.ts'
import { toRecord } from '../ownership.ts'
import { confirmed, inTurns } from './confirm.ts'
import { byTheGb, type Finder, ifAllowed, listing, orUnseen, type Sighting, type SweepCtx } from './finder.ts'
import { tableOf } from './known.ts'

const tables: Finder = async (ctx, hints) => {
  const names = await listing(ctx, ctx.dynamodb.paginateListTables({}), (page) => page.TableNames)
  const { partition, region, account } = ctx
  const candidates = names.map((name) => ({
    ...{ type: 'dynamodb:table', id: name, name, monthlyUsd: null },
    arn: `arn:${partition}:dynamodb:${region}:${account}:table/${name}`,
  }))
  const ours = await confirmed(ctx, hints, candidates, async ({ arn }) => toRecord(await tagsOf(ctx, arn)))
  return inTurns(ours, (sighting) => lookAt(ctx, sighting))
}

async function tagsOf(ctx: Ctx, ResourceArn: string) {
  const tags = []
  let NextToken: string | undefined
  do {
    const page = await ctx.dynamodb.listTagsOfResource({ ResourceArn, NextToken })
    tags.push(...(page.Tags ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return tags
}

/** The listing and its tags have shown it: more than its state and its size is not asked for. */
async function lookAt(ctx: SweepCtx, sighting: Sighting): Promise<readonly Sighting[]> {
  const described = async () => (await unlessGone(ctx.dynamodb.describeTable({ TableName: sighting.id })))?.Table
  const table = await orUnseen(ctx, described(), {})
  if (!table) return []
  const fate = table.TableStatus === 'DELETING' ? 'going' : 'there'
  return [{ ...sighting, monthlyUsd: costOf(ctx, table), fate }]
}

/** Its items, as they were last measured. What is provisioned, or kept for a recovery, is not known here. */
function costOf(ctx: Ctx, { BillingModeSummary, TableSizeBytes }: TableDescription): number | null {
  if (BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST') return null
  return byTheGb(pricesOf(ctx.region).unit('tableStorageGbMonth'), TableSizeBytes)
}

/** Backups outlive their table, and have no tags. */
const backups: Finder = async (ctx) => {
  const found = await ifAllowed(ctx, backupsOf(ctx))
  return found
    .filter(({ BackupStatus, TableName }) => BackupStatus !== 'DELETED' && TableName === tableOf(ctx))
    .map(
      (item): Sighting => ({
        ...{ type: 'dynamodb:backup', id: item.BackupArn ?? '', why: describe(item), fate: 'kept' },
        // What a backup costs that somebody has made is in no table of ours.
        monthlyUsd: item.BackupType === 'SYSTEM' ? 0 : null,
      }),
    )
}

async function backupsOf(ctx: Ctx): Promise<readonly BackupSummary[]> {
  const found: BackupSummary[] = []
  let ExclusiveStartBackupArn: string | undefined
  do {
    const input = { TableName: tableOf(ctx), BackupType: 'ALL' as const, ExclusiveStartBackupArn }
    const page = await ctx.dynamodb.listBackups(input)
    found.push(...(page.BackupSummaries ?? []))
    ExclusiveStartBackupArn = page.LastEvaluatedBackupArn
  } while (ExclusiveStartBackupArn)
  return found
}

/** DynamoDB makes one itself when a table with recovery is deleted: free, and gone after 35 days. */
function describe({ BackupType, BackupName, TableName, BackupExpiryDateTime: end }: BackupSummary): string {
  const until = end ? ` until ${end.toISOString().slice(0, 10)}` : ''
  if (BackupType === 'SYSTEM')
    return `the table ${TableName} as it was at the end; DynamoDB keeps it${until} for nothing`
  return `the backup ${BackupName} of the table ${TableName}${until}`
}

export const TABLES: readonly Finder[] = [tables, backups]

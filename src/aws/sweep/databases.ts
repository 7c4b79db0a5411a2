import type { DBInstance, DBInstanceAutomatedBackup, DBSnapshot } from '@aws-sdk/client-rds'
import { type Prices, pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { unlessGone } from '../failure.ts'
import { STACK, toRecord } from '../ownership.ts'
import { type Candidate, confirmed } from './confirm.ts'
import { byTheGb, type Finder, GIB, isOurs, listing, orUnseen, type Sighting, tagged } from './finder.ts'
import { databaseOf } from './known.ts'

/** A deletion takes minutes, with a final snapshot more. */
const instances: Finder = async (ctx) => {
  const prices = pricesOf(ctx.region)
  const found = await listing(ctx, ctx.rds.paginateDescribeDBInstances({}), (page) => page.DBInstances)
  return found
    .filter(({ TagList }) => isOurs(ctx, toRecord(TagList)))
    .map((item): Sighting => {
      const { DBInstanceIdentifier: id = '', DBInstanceStatus } = item
      const fate = DBInstanceStatus === 'deleting' ? 'going' : 'there'
      return { type: 'rds:instance', id, why: tagged(ctx), monthlyUsd: costOf(item, prices), fate }
    })
}

/** One that is stopped costs its storage alone, and starts by itself after a week. */
function costOf(item: DBInstance, prices: Prices): number | null {
  const { DBInstanceClass = '', MultiAZ = false, AllocatedStorage, DBInstanceStatus } = item
  if (AllocatedStorage === undefined || DBInstanceStatus === 'stopped') return null
  return prices.databaseMonthly({ class: DBInstanceClass, multiAz: MultiAZ, storageGb: AllocatedStorage })
}

const tagsOf =
  ({ rds }: Ctx) =>
  async ({ arn }: Candidate) =>
    toRecord((await rds.listTagsForResource({ ResourceName: arn })).TagList)

const subnetGroups: Finder = async (ctx, hints) => {
  const found = await listing(ctx, ctx.rds.paginateDescribeDBSubnetGroups({}), (page) => page.DBSubnetGroups)
  const candidates = found.map(({ DBSubnetGroupName: name = '', DBSubnetGroupArn: arn = '' }) => ({
    ...{ type: 'rds:subnet-group', id: name, name, arn, monthlyUsd: 0 },
  }))
  return confirmed(ctx, hints, candidates, tagsOf(ctx))
}

const parameterGroups: Finder = async (ctx, hints) => {
  const found = await listing(ctx, ctx.rds.paginateDescribeDBParameterGroups({}), (page) => page.DBParameterGroups)
  const candidates = found.map(({ DBParameterGroupName: name = '', DBParameterGroupArn: arn = '' }) => ({
    ...{ type: 'rds:parameter-group', id: name, name, arn, monthlyUsd: 0 },
  }))
  return confirmed(ctx, hints, candidates, tagsOf(ctx))
}

/** Snapshots of AWS Backup are in no listing that does not ask for them, so they have to be hinted at. */
const OF_BACKUP = /:rds:[^:]*:[^:]*:snapshot:(awsbackup:.+)$/

/** Taken at the end, or by people: they stay. The automated ones go with their database, or are a retained backup. */
const snapshots: Finder = async (ctx, { arns }) => {
  const listed = await listing(ctx, ctx.rds.paginateDescribeDBSnapshots({}), (page) => page.DBSnapshots)
  const seen = new Set(listed.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier))
  const hinted = arns.flatMap((arn) => OF_BACKUP.exec(arn)?.[1] ?? []).filter((id) => !seen.has(id))
  const others = await Promise.all(
    hinted.map((DBSnapshotIdentifier) =>
      orUnseen(ctx, unlessGone(ctx.rds.describeDBSnapshots({ DBSnapshotIdentifier })), undefined),
    ),
  )
  const price = pricesOf(ctx.region).unit('databaseBackupGbMonth')
  return [...listed, ...others.flatMap((answer) => answer?.DBSnapshots ?? [])]
    .filter(({ SnapshotType, TagList }) => SnapshotType !== 'automated' && isOurs(ctx, toRecord(TagList)))
    .map((item): Sighting => {
      const id = item.DBSnapshotIdentifier ?? ''
      return { type: 'rds:snapshot', id, why: describe(item), monthlyUsd: byTheGb(price, bytesIn(item)), fate: 'kept' }
    })
}

/** RDS does not always say how full a snapshot is; more than the storage it was taken of it cannot be. */
const bytesIn = ({ FullSnapshotSizeInBytes, AllocatedStorage }: DBSnapshot): number | undefined =>
  FullSnapshotSizeInBytes || (AllocatedStorage === undefined ? undefined : AllocatedStorage * GIB)

function describe(item: DBSnapshot): string {
  const { DBInstanceIdentifier, SnapshotCreateTime, Status, AllocatedStorage, FullSnapshotSizeInBytes } = item
  const day = SnapshotCreateTime ? ` of ${SnapshotCreateTime.toISOString().slice(0, 10)}` : ''
  const size = FullSnapshotSizeInBytes
    ? `${Number((FullSnapshotSizeInBytes / GIB).toPrecision(3))} GB`
    : `${AllocatedStorage ?? '?'} GB at most`
  const state = Status === undefined || Status === 'available' ? '' : `; it is ${Status}`
  return `a snapshot${day} of the database ${DBInstanceIdentifier}, ${size}${state}`
}

/** Of a database that somebody has deleted without them: they are paid for. Those of a living one go with it. */
const retainedBackups: Finder = async (ctx) => {
  const pages = ctx.rds.paginateDescribeDBInstanceAutomatedBackups({})
  const found = await listing(ctx, pages, (page) => page.DBInstanceAutomatedBackups)
  const price = pricesOf(ctx.region).unit('databaseBackupGbMonth')
  return found
    .filter((item) => item.Status === 'retained' && isBackupOfOurs(ctx, item))
    .map((item): Sighting => {
      const { DBInstanceAutomatedBackupsArn, DbiResourceId = '', DBInstanceIdentifier, AllocatedStorage } = item
      return {
        ...{ type: 'rds:automated-backup', id: DBInstanceAutomatedBackupsArn ?? DbiResourceId, fate: 'there' },
        why: `it is what was kept of the database ${DBInstanceIdentifier}`,
        monthlyUsd: byTheGb(price, AllocatedStorage === undefined ? undefined : AllocatedStorage * GIB),
      }
    })
}

/** Backups have not always had tags. */
function isBackupOfOurs(ctx: Ctx, { TagList, DBInstanceIdentifier }: DBInstanceAutomatedBackup): boolean {
  const tags = toRecord(TagList)
  return isOurs(ctx, tags) || (tags[STACK] === undefined && DBInstanceIdentifier === databaseOf(ctx))
}

export const DATABASES: readonly Finder[] = [instances, subnetGroups, parameterGroups, snapshots, retainedBackups]

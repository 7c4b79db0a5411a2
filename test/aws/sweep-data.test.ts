import { describe, expect, test } from 'vitest'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail } from '../support/scripted.ts'
import { arnOf, emptyAccount, hints, kept, left, services, Tags, THEIRS, why } from './sweep-services.ts'

const { rds, dynamodb, efs, tagging } = services
emptyAccount()

const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)

describe('a database', () => {
  const TagList = Tags
  const instance = {
    DBInstanceClass: 'db.t3.micro',
    AllocatedStorage: 20,
    MultiAZ: false,
    DBInstanceStatus: 'available',
  }

  test("is found by its tag, with what it costs; another stack's is not", async () => {
    rds.answers({
      DescribeDBInstances: () => ({
        DBInstances: [
          { ...instance, DBInstanceIdentifier: 'shop-dev-main', TagList },
          { ...instance, DBInstanceIdentifier: 'shop-dev-qa-main', TagList: THEIRS },
          { ...instance, DBInstanceIdentifier: 'shop-dev-copy' },
          { ...instance, DBInstanceIdentifier: 'stopped', DBInstanceStatus: 'stopped', TagList },
        ],
      }),
    })
    expect(await left(fakeCtx())).toEqual([
      { type: 'rds:instance', id: 'shop-dev-main', why, monthlyUsd: 15.44 },
      { type: 'rds:instance', id: 'stopped', why, monthlyUsd: null },
    ])
  })

  test('that is being deleted is waited for', async () => {
    const ctx = fakeCtx()
    const going = { ...instance, DBInstanceIdentifier: 'shop-dev-main', DBInstanceStatus: 'deleting', TagList }
    rds.answers({ DescribeDBInstances: (_, nth) => ({ DBInstances: nth < 5 ? [going] : [] }) })
    expect(await left(ctx)).toEqual([])
    expect(ctx.notes).toEqual(['waiting for AWS to take away rds:instance shop-dev-main'])
  })

  test('leaves groups, which are asked for their tags when their names are like ours or they are hinted at', async () => {
    const groups = ['default', 'shop-dev-database', 'shop-dev-qa-database', 'of-another-name', 'gone-meanwhile']
    const arn = (kind: string, name: string) => arnOf('rds', `${kind}:${name}`)
    tagging.answers(hints(arn('subgrp', 'of-another-name'), arn('pg', 'of-another-name'), arn('pg', 'gone-meanwhile')))
    rds.answers({
      DescribeDBSubnetGroups: () => ({
        DBSubnetGroups: groups.map((name) => ({ DBSubnetGroupName: name, DBSubnetGroupArn: arn('subgrp', name) })),
      }),
      DescribeDBParameterGroups: () => ({
        DBParameterGroups: groups.map((name) => ({ DBParameterGroupName: name, DBParameterGroupArn: arn('pg', name) })),
      }),
      ListTagsForResource: ({ ResourceName }) =>
        String(ResourceName).includes('gone')
          ? fail('DBParameterGroupNotFoundFault', 'gone', 404)
          : { TagList: String(ResourceName).includes('-qa-') ? THEIRS : Tags },
    })
    expect((await left(fakeCtx())).map(({ type, id }) => `${type} ${id}`)).toEqual([
      'rds:parameter-group of-another-name',
      'rds:parameter-group shop-dev-database',
      'rds:subnet-group of-another-name',
      'rds:subnet-group shop-dev-database',
    ])
    expect(rds.inputsOf('ListTagsForResource').filter(({ ResourceName }) => /default/.test(`${ResourceName}`))).toEqual(
      [],
    )
  })

  test('leaves a group whose tags may not be read: it is named, and that is said', async () => {
    const group = { DBSubnetGroupName: 'shop-dev-database', DBSubnetGroupArn: arnOf('rds', 'subgrp:shop-dev-database') }
    rds.answers({
      DescribeDBSubnetGroups: () => ({ DBSubnetGroups: [group] }),
      ListTagsForResource: () => fail('AccessDenied', 'no', 403),
    })
    const [one] = await left(fakeCtx())
    expect(one?.why).toContain('may not be read')
  })

  test('leaves backups that somebody has retained: by tag, or where there are none by its exact name', async () => {
    const backup = (DBInstanceIdentifier: string, more: object = {}) => ({
      ...{
        DBInstanceIdentifier,
        Status: 'retained',
        AllocatedStorage: 20,
        DbiResourceId: `db-${DBInstanceIdentifier}`,
      },
      ...more,
    })
    rds.answers({
      DescribeDBInstanceAutomatedBackups: () => ({
        DBInstanceAutomatedBackups: [
          backup('shop-dev-main'),
          backup('renamed', { TagList }),
          backup('shop-dev-qa-main'),
          backup('shop-dev-main', { DbiResourceId: 'db-theirs', TagList: THEIRS }),
          backup('shop-dev-main', { DbiResourceId: 'db-living', Status: 'active' }),
        ],
      }),
    })
    const found = await left(fakeCtx())
    expect(ids(found)).toEqual(['db-renamed', 'db-shop-dev-main'])
    expect(found[1]).toMatchObject({ type: 'rds:automated-backup', monthlyUsd: 1.9 })
  })
})

describe('snapshots', () => {
  const snapshot = (DBSnapshotIdentifier: string, more: object = {}) => ({
    ...{ DBSnapshotIdentifier, DBInstanceIdentifier: 'shop-dev-main', SnapshotType: 'manual', Status: 'available' },
    ...{ AllocatedStorage: 20, SnapshotCreateTime: new Date('2026-11-21T17:00:00Z'), TagList: Tags, ...more },
  })
  const some = (...DBSnapshots: object[]) => rds.answers({ DescribeDBSnapshots: () => ({ DBSnapshots }) })

  test('are kept, and no leftovers, with what they cost at most', async () => {
    some(
      snapshot('shop-dev-main-final-1'),
      snapshot('rds:shop-dev-main-2026-11-21', { SnapshotType: 'automated' }),
      snapshot('theirs', { TagList: THEIRS }),
    )
    expect(await left(fakeCtx())).toEqual([])
    expect(await kept(fakeCtx())).toEqual([
      {
        ...{ type: 'rds:snapshot', id: 'shop-dev-main-final-1', monthlyUsd: 1.9 },
        why: 'a snapshot of 2026-11-21 of the database shop-dev-main, 20 GB at most',
      },
    ])
  })

  test('cost what is in them, where RDS says it; nothing is known where the region has no price', async () => {
    some(snapshot('s', { FullSnapshotSizeInBytes: 2.5 * 1024 ** 3, Status: 'creating' }))
    expect(await kept(fakeCtx())).toMatchObject([
      { why: 'a snapshot of 2026-11-21 of the database shop-dev-main, 2.5 GB; it is creating', monthlyUsd: 0.24 },
    ])
    expect(await kept(fakeCtx({ region: 'sa-west-1' }))).toMatchObject([{ monthlyUsd: null }])
  })

  test('of AWS Backup are in no listing: hinted at, they are asked for, and ghosts are dropped', async () => {
    const [there, ghost] = ['awsbackup:job-1', 'awsbackup:job-2']
    tagging.answers(
      hints(arnOf('rds', `snapshot:${there}`), arnOf('rds', `snapshot:${ghost}`), arnOf('rds', 'snapshot:x')),
    )
    rds.answers({
      DescribeDBSnapshots: ({ DBSnapshotIdentifier: id }) => {
        if (id === ghost) return fail('DBSnapshotNotFoundFault', 'gone', 404)
        return { DBSnapshots: id === there ? [snapshot(there, { SnapshotType: 'awsbackup' })] : [] }
      },
    })
    expect(ids(await kept(fakeCtx()))).toEqual([there])
  })

  test('are told although something else is left', async () => {
    rds.answers({
      DescribeDBSnapshots: () => ({ DBSnapshots: [snapshot('s')] }),
      DescribeDBInstances: () => ({ DBInstances: [{ DBInstanceIdentifier: 'shop-dev-main', TagList: Tags }] }),
    })
    expect(ids(await kept(fakeCtx()))).toEqual(['s'])
    // What is only kept is no reason to look again.
    expect(rds.inputsOf('DescribeDBSnapshots')).toHaveLength(1)
    expect(rds.inputsOf('DescribeDBInstances')).toHaveLength(3)
  })
})

describe('tables', () => {
  const table = (more: object = {}) => ({
    Table: {
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      TableSizeBytes: 4 * 1024 ** 3,
      ...more,
    },
  })

  test('by name and tag, on whichever page of tags it stands, with what their items cost', async () => {
    tagging.answers(hints(arnOf('dynamodb', 'table/odd'), arnOf('dynamodb', 'table/ghost')))
    dynamodb.answers({
      ListTables: () => ({ TableNames: ['shop-dev-sessions', 'shop-dev-qa-sessions', 'odd', 'foreign'] }),
      ListTagsOfResource: ({ ResourceArn, NextToken }) => {
        if (String(ResourceArn).includes('-qa-')) return { Tags: THEIRS }
        return NextToken ? { Tags } : { Tags: [{ Key: 'a', Value: 'b' }], NextToken: '2' }
      },
      DescribeTable: ({ TableName }) => table(TableName === 'odd' ? { BillingModeSummary: undefined } : {}),
    })
    expect(await left(fakeCtx())).toEqual([
      { type: 'dynamodb:table', id: 'odd', why, monthlyUsd: null },
      { type: 'dynamodb:table', id: 'shop-dev-sessions', why, monthlyUsd: 1 },
    ])
    expect(dynamodb.inputsOf('ListTagsOfResource').some(({ ResourceArn }) => /foreign/.test(`${ResourceArn}`))).toBe(
      false,
    )
  })

  test('that are being deleted are waited for', async () => {
    dynamodb.answers({
      ListTables: (_, nth) => ({ TableNames: nth < 5 ? ['shop-dev-sessions'] : [] }),
      ListTagsOfResource: () => ({ Tags }),
      DescribeTable: (_, nth) => (nth < 4 ? table({ TableStatus: 'DELETING' }) : fail('ResourceNotFoundException')),
    })
    expect(await left(fakeCtx())).toEqual([])
    expect(dynamodb.inputsOf('ListTables')).toHaveLength(4)
  })

  test('their backups are kept: free where DynamoDB has made them itself, else at a price that is not known', async () => {
    const backup = (BackupArn: string, more: object) => ({
      BackupArn,
      TableName: 'shop-dev-sessions',
      BackupName: BackupArn,
      ...more,
    })
    dynamodb.answers({
      ListBackups: ({ ExclusiveStartBackupArn }) =>
        ExclusiveStartBackupArn
          ? { BackupSummaries: [backup('by-hand', { BackupType: 'USER', BackupStatus: 'AVAILABLE' })] }
          : {
              BackupSummaries: [
                backup('at-the-end', { BackupType: 'SYSTEM', BackupExpiryDateTime: new Date('2026-12-26T12:00:00Z') }),
                backup('deleted', { BackupType: 'USER', BackupStatus: 'DELETED' }),
                { ...backup('theirs', { BackupType: 'USER' }), TableName: 'shop-dev-qa-sessions' },
              ],
              LastEvaluatedBackupArn: 'theirs',
            },
    })
    expect(await kept(fakeCtx())).toEqual([
      {
        ...{ type: 'dynamodb:backup', id: 'at-the-end', monthlyUsd: 0 },
        why: 'the table shop-dev-sessions as it was at the end; DynamoDB keeps it until 2026-12-26 for nothing',
      },
      {
        type: 'dynamodb:backup',
        id: 'by-hand',
        why: 'the backup by-hand of the table shop-dev-sessions',
        monthlyUsd: null,
      },
    ])
    expect(dynamodb.inputsOf('ListBackups')[0]).toMatchObject({ TableName: 'shop-dev-sessions', BackupType: 'ALL' })
  })
})

describe('shared files', () => {
  const system = (FileSystemId: string, more: object = {}) => ({
    FileSystemId,
    LifeCycleState: 'available',
    Tags,
    ...more,
  })

  test('with all that leads to them, and what they cost', async () => {
    const GIB = 1024 ** 3
    efs.answers({
      DescribeFileSystems: () => ({
        FileSystems: [
          system('fs-1', { SizeInBytes: { Value: 30 * GIB, ValueInStandard: 10 * GIB, ValueInIA: 20 * GIB } }),
          system('fs-2', { Tags: THEIRS }),
        ],
      }),
      DescribeMountTargets: () => ({ MountTargets: [{ MountTargetId: 'fsmt-1', LifeCycleState: 'available' }] }),
      DescribeAccessPoints: () => ({
        AccessPoints: [
          { AccessPointId: 'fsap-1', LifeCycleState: 'available', Tags },
          { AccessPointId: 'fsap-2', LifeCycleState: 'available', Tags: THEIRS },
        ],
      }),
    })
    expect(await left(fakeCtx())).toEqual([
      { type: 'efs:access-point', id: 'fsap-1', why, monthlyUsd: 0 },
      { type: 'efs:file-system', id: 'fs-1', why, monthlyUsd: 3.32 },
      { type: 'efs:mount-target', id: 'fsmt-1', why: 'it leads to our file system fs-1', monthlyUsd: 0 },
    ])
  })

  test('that are being deleted are waited for, and those that are gone are gone', async () => {
    const state = (nth: number) => (nth < 4 ? 'deleting' : 'deleted')
    efs.answers({
      DescribeFileSystems: (_, nth) => ({ FileSystems: [system('fs-1', { LifeCycleState: state(nth) })] }),
      DescribeMountTargets: () => fail('FileSystemNotFound', 'gone', 404),
      DescribeAccessPoints: (_, nth) => ({
        AccessPoints: [{ AccessPointId: 'fsap-1', LifeCycleState: state(nth), Tags }],
      }),
    })
    expect(await left(fakeCtx())).toEqual([])
    expect(efs.inputsOf('DescribeFileSystems')).toHaveLength(4)
  })

  test('their backups in AWS Backup are kept, for as much as they cost', async () => {
    const arn = arnOf('backup', 'recovery-point:1EB3B5E7')
    tagging.answers(hints(arn))
    expect(await left(fakeCtx())).toEqual([])
    expect(await kept(fakeCtx())).toMatchObject([{ type: 'backup:recovery-point', id: arn, monthlyUsd: null }])
  })
})

test('what one service lacks in an emulator hides nothing else of it', async () => {
  const lacking = () => fail('NotImplemented', 'no such action', 501)
  rds.answers({
    ...{ DescribeDBInstanceAutomatedBackups: lacking, DescribeDBSnapshots: lacking },
    DescribeDBInstances: () => ({ DBInstances: [{ DBInstanceIdentifier: 'shop-dev-main', TagList: Tags }] }),
  })
  dynamodb.answers({ ListBackups: lacking, ListTables: lacking })
  expect(ids(await left(fakeCtx()))).toEqual(['shop-dev-main'])
})

import type { DBInstance } from '@aws-sdk/client-rds'
import { RDSClient } from '@aws-sdk/client-rds'
import { beforeEach, describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/aws/failure.ts'
import type { Found, Terms } from '../../../src/engine/resource.ts'
import { type DbInstanceOut, type DbInstanceSpec, dbInstance } from '../../../src/resources/rds/instance.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { ADDRESS, database, SPEC, statuses } from './parts.ts'

const rds = scripted(RDSClient)
beforeEach(() => rds.answers({}))

const live: Found<DbInstanceSpec, DbInstanceOut> = {
  ...{ address: ADDRESS, id: 'shop-dev-main', ours: true, spec: SPEC, tags: {} },
  out: {
    ...{ name: 'shop-dev-main', arn: 'arn:aws:rds:us-east-1:123456789012:db:shop-dev-main', host: '', port: '5432' },
    ...{ databaseName: 'shop', secretArn: '', resourceId: 'db-1' },
  },
}
const busy = (message: string) => fail('InvalidDBInstanceStateFault', message)

describe('changing', () => {
  type Field = keyof DbInstanceSpec
  /** AWS's database, changed by what it is asked for. */
  const sync = async (want: Partial<DbInstanceSpec>, fields: readonly Field[], have: Partial<DBInstance> = {}) => {
    let now = database(have)
    rds.answers({
      DescribeDBInstances: () => ({ DBInstances: [now] }),
      ModifyDBInstance: (input) => {
        const { DBInstanceClass = now.DBInstanceClass, EngineVersion = now.EngineVersion } = input as DBInstance
        now = { ...now, DBInstanceClass, EngineVersion }
        return {}
      },
    })
    await dbInstance.sync?.(fakeCtx(), { ...SPEC, ...want }, live, new Set(fields))
    return rds.inputsOf('ModifyDBInstance')
  }

  test('everything at once, immediately, and nothing that was not asked for', async () => {
    const want = { multiAz: true, backupRetentionDays: 14, logExports: ['postgresql', 'iam-db-auth-error'] }
    expect(await sync(want, ['multiAz', 'backupRetentionDays', 'logExports'])).toEqual([
      {
        ...{ DBInstanceIdentifier: 'shop-dev-main', ApplyImmediately: true, MultiAZ: true, BackupRetentionPeriod: 14 },
        CloudwatchLogsExportConfiguration: { EnableLogTypes: ['iam-db-auth-error'], DisableLogTypes: ['upgrade'] },
      },
    ])
  })

  test('returns when it has been usable three times in a row', async () => {
    const after = ['available', 'modifying', 'available', 'available', 'available']
    let asked = false
    rds.answers({
      ModifyDBInstance: () => {
        asked = true
        return {}
      },
      DescribeDBInstances: () => statuses(asked ? (after.shift() ?? 'too often') : 'available'),
    })
    await dbInstance.sync?.(fakeCtx(), { ...SPEC, multiAz: true }, live, new Set(['multiAz'] as const))
    expect(after).toEqual([])
  })

  test('only another major version asks for leave to be one, and brings its parameters', async () => {
    const [minor] = await sync({ engineVersion: '16.10' }, ['engineVersion'])
    expect(minor).toMatchObject({ EngineVersion: '16.10' })
    expect(minor).not.toHaveProperty('AllowMajorVersionUpgrade')
    const want = { engineVersion: '17', parameterGroupName: 'shop-dev-main-17' }
    expect(await sync(want, ['engineVersion', 'parameterGroupName'])).toEqual([
      expect.objectContaining({
        ...{ EngineVersion: '17', AllowMajorVersionUpgrade: true, DBParameterGroupName: 'shop-dev-main-17' },
      }),
    ])
  })

  test('the version before the class, the storage by itself', async () => {
    const want = { instanceClass: 'db.t3.small', engineVersion: '17', storageGb: 40, multiAz: true }
    const sent = await sync(want, ['instanceClass', 'storageGb', 'engineVersion', 'multiAz'])
    expect(sent.map(({ DBInstanceIdentifier: _, ApplyImmediately: __, ...rest }) => rest)).toEqual([
      { EngineVersion: '17', AllowMajorVersionUpgrade: true, MultiAZ: true },
      { DBInstanceClass: 'db.t3.small' },
      { AllocatedStorage: 40 },
    ])
  })

  test('storage grows by a tenth at least; what AWS has rounded up is as wanted', async () => {
    expect((await sync({ storageGb: 21 }, ['storageGb']))[0]).toMatchObject({ AllocatedStorage: 22 })
    expect(await sync({ storageGb: 21 }, ['storageGb'], { AllocatedStorage: 22 })).toEqual([])
  })

  test('less storage and an older version are refused, before anything is changed', async () => {
    const less = sync({ storageGb: 20, multiAz: true }, ['storageGb', 'multiAz'], { AllocatedStorage: 40 })
    await expect(less).rejects.toThrow('it has 40 GB of storage, and AWS never takes any away: 20 GB cannot be had')
    expect(rds.called()).not.toContain('ModifyDBInstance')
    const older = sync({ engineVersion: '16' }, ['engineVersion'], { EngineVersion: '17.2' })
    await expect(older).rejects.toMatchObject({ code: 'Impossible', message: expect.stringContaining('17.2') })
    expect(rds.called()).not.toContain('ModifyDBInstance')
  })

  test('the plan says so before anything is begun', () => {
    const never = (want: Partial<DbInstanceSpec>, have: Partial<DbInstanceSpec>) =>
      dbInstance.never?.({ ...SPEC, ...want }, { ...live, spec: { ...SPEC, ...have } })
    expect(never({ storageGb: 20 }, { storageGb: 40 })).toMatch(/^it has 40 GB of storage/)
    expect(never({ engineVersion: '16' }, { engineVersion: '17.2' })).toMatch(/never goes back to 16$/)
    expect(never({ storageGb: 20 }, { storageGb: 22 })).toBeNull()
    expect(never({ storageGb: 40, engineVersion: '17' }, { storageGb: 20, engineVersion: '16.3' })).toBeNull()
  })

  test('storage that is being optimised takes no other change; all else was made', async () => {
    rds.answers({
      DescribeDBInstances: () => statuses('storage-optimization'),
      ModifyDBInstance: ({ AllocatedStorage }) =>
        AllocatedStorage
          ? fail('InvalidParameterCombination', 'your previous storage change is being optimized. Try again later.')
          : {},
    })
    const want = { ...SPEC, storageGb: 40, multiAz: true }
    const changed = dbInstance.sync?.(fakeCtx(), want, live, new Set(['storageGb', 'multiAz'] as const))
    await expect(changed).rejects.toMatchObject({ code: 'Optimising' })
    expect(rds.inputsOf('ModifyDBInstance')).toMatchObject([{ MultiAZ: true }, { AllocatedStorage: 40 }])
  })

  test('what is not available yet is waited for, and asked again where it came right by itself', async () => {
    const states = ['creating', 'creating', 'backing-up']
    rds.answers({
      DescribeDBInstances: () => {
        const status = states.shift()
        return statuses(status ?? 'available', { DeletionProtection: status === undefined })
      },
    })
    const want = { ...SPEC, deletionProtection: true }
    await dbInstance.sync?.(fakeCtx(), want, live, new Set(['deletionProtection'] as const))
    expect(rds.called()).not.toContain('ModifyDBInstance')
    expect(rds.called().length).toBeGreaterThanOrEqual(7)
  })

  test('a refusal because of its state passes', async () => {
    rds.answers({
      DescribeDBInstances: () => statuses('available'),
      ModifyDBInstance: (_, nth) => (nth < 3 ? busy('Database instance is not in available state.') : {}),
    })
    await dbInstance.sync?.(fakeCtx(), { ...SPEC, multiAz: true }, live, new Set(['multiAz'] as const))
    expect(rds.inputsOf('ModifyDBInstance')).toHaveLength(3)
    expect(verdictOf(refusal('InvalidDBInstanceStateFault'))).toBe('not-now')
  })

  test('a monitoring role that is not known yet passes; one that is stopped does not', async () => {
    const said = 'IAM role ARN value is invalid or does not include the required permissions'
    rds.answers({
      DescribeDBInstances: () => statuses('available', { MonitoringInterval: 0 }),
      ModifyDBInstance: (_, nth) => (nth < 2 ? fail('InvalidParameterValue', said) : {}),
    })
    await dbInstance.sync?.(fakeCtx(), SPEC, live, new Set(['enhancedMonitoring'] as const))
    expect(rds.inputsOf('ModifyDBInstance')).toHaveLength(2)
    await expect(sync({ multiAz: true }, ['multiAz'], { DBInstanceStatus: 'stopped' })).rejects.toThrow('is stopped')
  })

  test('tags: those given up go, ours come, and nothing is waited for', async () => {
    const ctx = fakeCtx({ retired: ['owner'] })
    await dbInstance.sync?.(ctx, SPEC, live, new Set(['tags'] as const))
    expect(rds.called()).toEqual(['RemoveTagsFromResource', 'AddTagsToResource'])
    expect(rds.inputsOf('RemoveTagsFromResource')).toEqual([{ ResourceName: live.out.arn, TagKeys: ['owner'] }])
  })
})

describe('deleting', () => {
  const KEEP: Terms = { deleteData: false, snapshotName: 'shop-dev-main-final-1' }
  const destroy = (terms = KEEP) => dbInstance.destroy(fakeCtx(), live, terms)
  /** The states that the looks see; then it is gone. */
  const through = (states: (string | undefined)[], more: Parameters<typeof rds.answers>[0] = {}) =>
    rds.answers({
      DescribeDBInstances: () => (states.length > 0 ? statuses(states.shift()) : fail('DBInstanceNotFoundFault')),
      ...more,
    })
  const sent = () => rds.inputsOf('DeleteDBInstance')

  test('with a final snapshot by the given name; returns when it is gone, not before', async () => {
    const states = ['available', 'available', 'deleting', 'deleting']
    through(states)
    await destroy()
    expect(sent()).toEqual([
      {
        ...{ DBInstanceIdentifier: 'shop-dev-main', FinalDBSnapshotIdentifier: 'shop-dev-main-final-1' },
        ...{ SkipFinalSnapshot: false, DeleteAutomatedBackups: true },
      },
    ])
    expect(states).toEqual([])
  })

  test('where no name is given, one that can be found', async () => {
    through(['available'])
    await destroy({ deleteData: false, snapshotName: null })
    expect(sent()[0]?.FinalDBSnapshotIdentifier).toMatch(/^shop-dev-main-final-\d{14}$/)
  })

  test('without one when the data may go, in whatever state it is', async () => {
    through(['creating'])
    await destroy({ deleteData: true, snapshotName: 'unused' })
    expect(sent()[0]).toMatchObject({ SkipFinalSnapshot: true })
    expect(sent()[0]).not.toHaveProperty('FinalDBSnapshotIdentifier')
  })

  test('a name that is taken gets the time added', async () => {
    through(['available'], {
      DeleteDBInstance: (_, nth) => (nth === 1 ? fail('DBSnapshotAlreadyExistsFault') : {}),
    })
    await destroy()
    expect(sent()[1]?.FinalDBSnapshotIdentifier).toMatch(/^shop-dev-main-final-1-\d{14}$/)
  })

  test('one that is being created is waited for, so that there is something to take', async () => {
    through(['creating', 'creating', 'backing-up'])
    await destroy()
    expect(rds.called().slice(0, 4)).toEqual([...Array(3).fill('DescribeDBInstances'), 'DeleteDBInstance'])
  })

  test.each(['failed', 'incompatible-restore', 'incompatible-network'])(
    '%s gives no snapshot: refused',
    async (state) => {
      through([state])
      await expect(destroy()).rejects.toMatchObject({
        code: 'NoSnapshot',
        details: { hint: expect.stringContaining('--delete-data') },
      })
      expect(sent()).toEqual([])
      through([state])
      await destroy({ deleteData: true, snapshotName: null })
      expect(sent()).toHaveLength(1)
    },
  )

  test('one that is on its way out, or busy, is waited for', async () => {
    through(['deleting', 'deleting'])
    await destroy()
    expect(sent()).toEqual([])
    through(['available', 'deleting'], {
      DeleteDBInstance: (_, nth) =>
        busy(nth < 3 ? 'Instance is currently modifying' : 'Instance shop-dev-main is already being deleted.'),
    })
    await destroy()
    expect(sent()).toHaveLength(3)
  })

  test('one that was gone already is a success; protection is told', async () => {
    through([])
    await destroy()
    expect(sent()).toEqual([])
    through(['available'], { DeleteDBInstance: () => fail('DBInstanceNotFoundFault') })
    await destroy()
    through(['available'], {
      DeleteDBInstance: () =>
        fail('InvalidParameterCombination', 'Cannot delete protected DB Instance, please disable'),
    })
    await expect(destroy()).rejects.toThrow('protected')
  })
})

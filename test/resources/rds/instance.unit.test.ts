import type { DBInstance } from '@aws-sdk/client-rds'
import { RDSClient } from '@aws-sdk/client-rds'
import { beforeEach, describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/aws/failure.ts'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Asked } from '../../../src/engine/resource.ts'
import { dbInstance } from '../../../src/resources/rds/instance.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { ADDRESS, database, SPEC, statuses } from './parts.ts'

const rds = scripted(RDSClient)
beforeEach(() => rds.answers({}))

const asked = (more: Partial<Asked> = {}): Asked => ({ address: ADDRESS, id: null, token: null, spec: SPEC, ...more })
const read = async (items: readonly DBInstance[], asks = [asked()]) => {
  rds.answers({ DescribeDBInstances: () => ({ DBInstances: items }) })
  return dbInstance.read(fakeCtx(), asks)
}
const differences = async (item: Partial<DBInstance>, spec = SPEC) => {
  const [live] = await read([database(item)])
  if (!live) throw new Error('not seen')
  return diff(dbInstance as unknown as AnyType, spec, {}, live).map(({ path, from, to }) => [path, from, to])
}

describe('reading', () => {
  test('every page, one call each; what is neither ours nor asked for is left out', async () => {
    const theirs = (name: string) => database({ DBInstanceIdentifier: name, TagList: [] })
    rds.answers({
      DescribeDBInstances: ({ Marker }) =>
        Marker
          ? { DBInstances: [database({ DBInstanceIdentifier: 'elsewhere-named' })] }
          : { DBInstances: [theirs('shop-dev-mainly'), theirs('shop-dev-main')], Marker: 'more' },
    })
    const found = await dbInstance.read(fakeCtx(), [asked()])
    expect(found.map(({ id, ours, address }) => [id, ours, address])).toEqual([
      ['shop-dev-main', false, ADDRESS],
      ['elsewhere-named', true, ADDRESS],
    ])
    expect(rds.called()).toEqual(['DescribeDBInstances', 'DescribeDBInstances'])
  })

  test('as specified, there is no difference, in whatever order AWS lists things', async () => {
    expect(await differences({})).toEqual([])
    const VpcSecurityGroups = [{ VpcSecurityGroupId: 'sg-2' }, { VpcSecurityGroupId: 'sg-1' }]
    const spec = { ...SPEC, securityGroupIds: ['sg-1', 'sg-2'], logExports: ['upgrade', 'postgresql'] }
    expect(await differences({ VpcSecurityGroups }, spec)).toEqual([])
  })

  test('what AWS has accepted and not done yet counts as asked for', async () => {
    const PendingModifiedValues = {
      ...{ DBInstanceClass: 'db.t3.large', AllocatedStorage: 50, Port: 5433, MultiAZ: true, EngineVersion: '17.1' },
      ...{ BackupRetentionPeriod: 9, StorageType: 'gp2', IAMDatabaseAuthenticationEnabled: false },
      ...{ MasterUserPassword: '****', PendingCloudwatchLogsExports: { LogTypesToDisable: ['upgrade'] } },
    }
    const [live] = await read([database({ PendingModifiedValues })])
    expect(live?.spec).toMatchObject({
      ...{ instanceClass: 'db.t3.large', storageGb: 50, port: 5433, multiAz: true, engineVersion: '17.1' },
      ...{ backupRetentionDays: 9, storageType: 'gp2', iamAuthentication: false, logExports: ['postgresql'] },
    })
    expect(JSON.stringify(live)).not.toContain('****')
  })

  test('while it is being created, what AWS does not show yet is no difference', async () => {
    const fresh = { DBInstanceStatus: 'creating', Endpoint: undefined, MasterUserSecret: undefined }
    const LogTypesToEnable = ['postgresql', 'upgrade']
    const PendingModifiedValues = { PendingCloudwatchLogsExports: { LogTypesToEnable } }
    expect(await differences({ ...fresh, EnabledCloudwatchLogsExports: undefined, PendingModifiedValues })).toEqual([])
    const [live] = await read([database(fresh)])
    expect(live?.out).toMatchObject({ host: '', port: '', secretArn: '' })
  })

  test('a password that is no longer managed, and a group that is on its way out', async () => {
    expect(await differences({ MasterUserSecret: undefined })).toEqual([['managedPassword', false, true]])
    const VpcSecurityGroups = [
      { VpcSecurityGroupId: 'sg-0', Status: 'removing' },
      { VpcSecurityGroupId: 'sg-1', Status: 'adding' },
    ]
    expect(await differences({ VpcSecurityGroups })).toEqual([])
  })

  test('newer minor versions do, older ones and other major ones do not', async () => {
    expect(await differences({ EngineVersion: '16.13' }, { ...SPEC, engineVersion: '16.8' })).toEqual([])
    expect(await differences({ EngineVersion: '16.8' }, { ...SPEC, engineVersion: '16.13' })).toHaveLength(1)
    expect(await differences({ EngineVersion: '16.8' }, { ...SPEC, engineVersion: '17' })).toHaveLength(1)
    expect(await differences({ EngineVersion: '17.1' }, { ...SPEC, engineVersion: '16' })).toHaveLength(1)
    // As AWS names versions that it only keeps alive.
    expect(await differences({ EngineVersion: '11.22-rds.20240418' }, { ...SPEC, engineVersion: '11.21' })).toEqual([])
  })

  test('parameters that wait for a restart are no difference', async () => {
    const DBParameterGroups = [
      { DBParameterGroupName: SPEC.parameterGroupName, ParameterApplyStatus: 'pending-reboot' },
    ]
    expect(await differences({ DBParameterGroups })).toEqual([])
  })

  test('what stock moto forgets is taken as wanted, what AWS says is off is off', async () => {
    const silent = {
      PerformanceInsightsEnabled: undefined,
      MonitoringInterval: undefined,
      MonitoringRoleArn: undefined,
    }
    expect(await differences(silent)).toEqual([])
    expect(await differences({ PerformanceInsightsEnabled: false, MonitoringInterval: 0 })).toEqual([
      ['performanceInsightsDays', null, 7],
      ['enhancedMonitoring', null, SPEC.enhancedMonitoring],
    ])
  })

  test('what is on its way out, or beyond help, has to be made again; what can be mended lives', async () => {
    const failed = async (DBInstanceStatus: string) => (await read([database({ DBInstanceStatus })]))[0]?.failed
    expect(await failed('deleting')).toBe('it is being deleted')
    expect(await failed('failed')).toBe('it is failed')
    expect(await failed('incompatible-restore')).toBe('it is incompatible-restore')
    expect(await failed('incompatible-parameters')).toBeUndefined()
    expect(await failed('stopped')).toBeUndefined()
  })
})

describe('creating', () => {
  const create = (spec = SPEC) => dbInstance.create(fakeCtx(), ADDRESS, spec, 'token')
  const made = { DBInstance: { DBInstanceIdentifier: 'shop-dev-main' } }

  test('says everything in one call, tags too, and no password', async () => {
    rds.answers({ CreateDBInstance: () => made })
    expect(await create({ ...SPEC, name: 'Shop-Dev-Main' })).toBe('shop-dev-main')
    const [input] = rds.inputsOf('CreateDBInstance')
    expect(input).toMatchObject({
      ...{ DBInstanceIdentifier: 'shop-dev-main', Engine: 'postgres', EngineVersion: '16', DBName: 'shop' },
      ...{ ManageMasterUserPassword: true, MasterUsername: 'shopadmin', StorageEncrypted: true, Port: 5432 },
      ...{ EnableCloudwatchLogsExports: ['postgresql', 'upgrade'], AllocatedStorage: 20, StorageType: 'gp3' },
      ...{ EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 7, MonitoringInterval: 60 },
      Tags: expect.arrayContaining([{ Key: 'ecom-infra:address', Value: ADDRESS }]),
    })
    for (const name of ['MasterUserPassword', 'DBPortNumber', 'CloudwatchLogsExportConfiguration'])
      expect(input).not.toHaveProperty(name)
  })

  test('what is off is said to be off, without what only goes with on', async () => {
    rds.answers({ CreateDBInstance: () => made })
    await create({ ...SPEC, performanceInsightsDays: null, enhancedMonitoring: null })
    const [input] = rds.inputsOf('CreateDBInstance')
    expect(input).toMatchObject({ EnablePerformanceInsights: false, MonitoringInterval: 0 })
    expect(input).not.toHaveProperty('PerformanceInsightsRetentionPeriod')
    expect(input).not.toHaveProperty('MonitoringRoleArn')
  })

  test.each([
    ['InvalidParameterValue', 'IAM role ARN value is invalid or … permissions for: ENHANCED_MONITORING'],
    ['ValidationError', "RDS couldn't fetch the role from instance profile"],
    ['InvalidParameterValue', 'Invalid security group , groupId= sg-1, groupName=.'],
    ['DBSubnetGroupNotFoundFault', 'DBSubnetGroup not found'],
  ])('waits for what is new: %s', async (code, message) => {
    rds.answers({ CreateDBInstance: (_, nth) => (nth < 3 ? fail(code, message) : made) })
    expect(await create()).toBe('shop-dev-main')
  })

  test('a real mistake, and a name that is taken, are told at once', async () => {
    rds.answers({ CreateDBInstance: () => fail('InvalidParameterValue', 'Invalid DB Instance class: db.t3.nano') })
    await expect(create()).rejects.toThrow('Invalid DB Instance class')
    rds.answers({ CreateDBInstance: () => fail('DBInstanceAlreadyExistsFault') })
    const error = await create().catch((reason: unknown) => reason)
    expect([verdictOf(error), rds.called().length]).toEqual(['exists', 1])
  })
})

describe('becoming ready', () => {
  const ready = async (...states: readonly (string | undefined)[]) => {
    const times: number[] = []
    const ctx = fakeCtx()
    rds.answers({
      DescribeDBInstances: (_, nth) => {
        times.push(performance.now())
        return statuses(states[Math.min(nth, states.length) - 1])
      },
    })
    await dbInstance.ready?.(ctx, 'shop-dev-main')
    return { looks: times.length, first: (times[1] ?? 0) - (times[0] ?? 0), notes: ctx.notes }
  }

  test('three times in a row, for the status flaps; the first look counts only after a minute', async () => {
    const flapping = ['creating', 'available', 'available', 'backing-up', 'available', 'modifying']
    const { looks, first, notes } = await ready(...flapping, 'available', 'available', 'storage-optimization')
    expect(looks).toBe(9)
    expect(first).toBeGreaterThanOrEqual(115)
    expect(notes).toEqual(expect.arrayContaining(['the database shop-dev-main is creating']))
    expect(notes).toContain('the database shop-dev-main is backing-up')
  })

  test('one that is long there is not waited for a minute', async () => {
    const old = { InstanceCreateTime: new Date('2026-01-01') }
    rds.answers({ DescribeDBInstances: () => ({ DBInstances: [database(old)] }) })
    const before = performance.now()
    await dbInstance.ready?.(fakeCtx(), 'shop-dev-main')
    expect(performance.now() - before).toBeLessThan(110)
    expect(rds.called()).toHaveLength(4)
  })

  test.each([
    'failed',
    'incompatible-network',
    'incompatible-parameters',
    'restore-error',
    'inaccessible-encryption-credentials',
    'insufficient-capacity',
    'stopped',
    'deleting',
  ])('%s does not pass: said at once', async (status) => {
    await expect(ready('creating', 'available', status)).rejects.toThrow(`The database shop-dev-main is ${status}`)
    expect(rds.called()).toHaveLength(3)
  })

  test('a look may miss it, but not for ever', async () => {
    expect((await ready('creating', undefined, 'available')).looks).toBe(5)
    await expect(ready('creating', undefined)).rejects.toThrow('has gone')
  })
})

describe('farewell', () => {
  const farewell = async (item: Partial<DBInstance> | null) => {
    const [live] = await read([database({})])
    if (!live) throw new Error('not seen')
    rds.answers({
      DescribeDBInstances: () => (item ? { DBInstances: [database(item)] } : fail('DBInstanceNotFoundFault')),
    })
    return dbInstance.farewell?.(fakeCtx(), live)
  }

  test('the data is spared by the final snapshot', async () => {
    expect(await farewell({})).toEqual({
      ...{ blockers: [], losses: [] },
      spared: ['the 20 GB of the database shop-dev-main'],
      also: ['the automated backups of its last 7 days'],
    })
  })
  test('protection stands in the way, and says how it goes', async () => {
    expect((await farewell({ DeletionProtection: true }))?.blockers).toEqual([
      expect.stringContaining('protect: false'),
    ])
  })
  test('where no snapshot can be taken, the data is lost', async () => {
    expect(await farewell({ DBInstanceStatus: 'incompatible-network' })).toEqual({
      ...{ blockers: [], spared: [], also: [expect.stringContaining('automated backups')] },
      losses: [expect.stringContaining('AWS takes no final snapshot')],
    })
  })
  test('what is gone or going asks for nothing more', async () => {
    for (const item of [null, { DBInstanceStatus: 'deleting', DeletionProtection: true }])
      expect(await farewell(item)).toEqual({ blockers: [], losses: [] })
  })
})

describe('health', () => {
  const health = async (item: Partial<DBInstance>) => {
    const ctx = fakeCtx()
    rds.answers({ DescribeDBInstances: () => ({ DBInstances: [database(item)] }) })
    const [live] = await dbInstance.read(ctx, [asked()])
    const said = live && (await dbInstance.health?.(ctx, live))
    expect(rds.called()).toHaveLength(1)
    return said
  }

  test('costs no call, and says what AWS says', async () => {
    expect(await health({})).toEqual({ state: 'healthy', detail: 'available' })
    expect(await health({ DBInstanceStatus: 'backing-up' })).toEqual({ state: 'healthy', detail: 'backing-up' })
  })
  test.each(['failed', 'stopped', 'storage-full', 'incompatible-parameters'])('%s is unhealthy', async (status) => {
    expect(await health({ DBInstanceStatus: status })).toEqual({ state: 'unhealthy', detail: status })
  })
  test('a restart and changes that are to come are mentioned, without their values', async () => {
    const said = await health({
      DBParameterGroups: [{ DBParameterGroupName: 'x', ParameterApplyStatus: 'pending-reboot' }],
      PendingModifiedValues: { DBInstanceClass: 'db.t3.small', MasterUserPassword: '****' },
    })
    expect(said).toEqual({
      state: 'healthy',
      detail:
        'available; some parameters take effect with its next restart; still to be changed: instance class, password',
    })
  })
})

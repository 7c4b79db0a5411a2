import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { type RoleSpec, role } from '../../../src/resources/iam/role.ts'
import { type DbInstanceSpec, dbInstance } from '../../../src/resources/rds/instance.ts'
import { dbSubnetGroup } from '../../../src/resources/rds/subnet-group.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { arnOf, calm, databaseNow, ground, ourTags, parametersOn, refused, retag, tagsOf } from './ground.ts'

const TRUST: RoleSpec['trust'] = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'monitoring.rds.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
const MONITORING = 'arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole'

const FIRST = {
  ...{ engine: 'postgres', engineVersion: '16', storageType: 'gp3', storageEncrypted: true, managedPassword: true },
  ...{ instanceClass: 'db.t3.micro', storageGb: 20, databaseName: 'shop', masterUsername: 'shopadmin', port: 5432 },
  ...{ multiAz: false, publiclyAccessible: false, backupRetentionDays: 7, copyTagsToSnapshot: true },
  ...{ backupWindow: '03:00-04:00', maintenanceWindow: 'sun:04:30-sun:05:30', autoMinorVersionUpgrade: true },
  ...{ iamAuthentication: true, deletionProtection: false, logExports: ['postgresql', 'upgrade'] },
  performanceInsightsDays: 7,
} as const satisfies Partial<DbInstanceSpec>

const CHANGED = {
  ...{ ...FIRST, instanceClass: 'db.t3.small', multiAz: true, backupRetentionDays: 14 },
  ...{ backupWindow: '01:00-02:00', maintenanceWindow: 'mon:04:30-mon:05:30', autoMinorVersionUpgrade: false },
  ...{ iamAuthentication: false, copyTagsToSnapshot: false, logExports: ['postgresql'] },
  performanceInsightsDays: null,
} as const

/** A stranger changes it, when it is at rest. */
const modified = (change: object) => async (world: World, DBInstanceIdentifier: string) => {
  await calm(world, DBInstanceIdentifier)
  await world.raw.rds.modifyDBInstance({ DBInstanceIdentifier, ApplyImmediately: true, ...change })
}

const groupNamed = async ({ raw, stack }: World, name: string) => {
  const { SecurityGroups } = await raw.ec2.describeSecurityGroups({
    Filters: [{ Name: 'tag:Name', Values: [`${stack}-${name}`] }],
  })
  return SecurityGroups?.[0]?.GroupId ?? ''
}

keepsTheContract({
  pace: '0.002',
  address: 'rds:instance/main',

  graph(world, variant) {
    const graph = new Graph()
    const { part, subnets, groups } = ground(graph, world)
    const [a, b] = subnets
    const places = part.add(dbSubnetGroup, 'main', {
      name: `${world.stack}-main`,
      description: 'The private subnets',
      subnetIds: [a.ref('id'), b.ref('id')],
    })
    const watcher = graph.layer('Security').add(role, 'monitoring', {
      ...{ name: `${world.stack}-monitoring`, path: `/ecom-infra/${world.stack}/`, description: 'Watches databases' },
      ...{ trust: TRUST, managedPolicies: [MONITORING], inlinePolicies: {} },
    })
    const changed = variant === 'changed'
    part.add(dbInstance, 'main', {
      ...(changed ? CHANGED : FIRST),
      name: `${world.stack}-main`,
      databaseName: variant === 'replaced' ? 'other' : 'shop',
      subnetGroupName: places.ref('name'),
      parameterGroupName: parametersOn(part, world, changed ? 'other' : 'main').ref('name'),
      securityGroupIds: [groups[changed ? 1 : 0].ref('id')],
      enhancedMonitoring: changed ? null : { seconds: 60, roleArn: watcher.ref('arn') },
    })
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    await calm(world, id)
    expect(id).toBe(`${world.stack}-main`)
    const live = await databaseNow(world, id)
    expect(live).toMatchObject({
      ...{ Engine: 'postgres', EngineVersion: expect.stringMatching(/^16(\.\d+)?$/), StorageType: 'gp3' },
      ...{ StorageEncrypted: true, DBName: 'shop', MasterUsername: 'shopadmin', AllocatedStorage: 20 },
      ...{ DBSubnetGroup: { DBSubnetGroupName: `${world.stack}-main` }, PubliclyAccessible: false },
      ...{ MasterUserSecret: { SecretArn: expect.stringContaining('rds!db-') }, DeletionProtection: false },
      ...{ Endpoint: { Address: expect.any(String), Port: 5432 }, MultiAZ: changed },
      DBInstanceClass: changed ? 'db.t3.small' : 'db.t3.micro',
      BackupRetentionPeriod: changed ? 14 : 7,
      PreferredBackupWindow: changed ? '01:00-02:00' : '03:00-04:00',
      PreferredMaintenanceWindow: changed ? 'mon:04:30-mon:05:30' : 'sun:04:30-sun:05:30',
      ...{
        CopyTagsToSnapshot: !changed,
        AutoMinorVersionUpgrade: !changed,
        IAMDatabaseAuthenticationEnabled: !changed,
      },
      PerformanceInsightsEnabled: !changed,
      MonitoringInterval: changed ? 0 : 60,
    })
    expect(live?.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId)).toEqual([
      await groupNamed(world, changed ? 'two' : 'one'),
    ])
    expect(live?.EnabledCloudwatchLogsExports?.toSorted()).toEqual(changed ? ['postgresql'] : ['postgresql', 'upgrade'])
    const parameters = new RegExp(`^${world.stack}-${changed ? 'other' : 'main'}-[0-9a-f]{6}$`)
    expect(live?.DBParameterGroups?.[0]?.DBParameterGroupName).toMatch(parameters)
    expect(await tagsOf(world, arnOf(world, 'db', id))).toMatchObject(ourTags(world, 'rds:instance/main'))
  },

  drifts: {
    // AWS goes neither back to an older version nor to less storage, and the stricter emulator does not either.
    engineVersion: modified({ EngineVersion: '15.4', AllowMajorVersionUpgrade: true }),
    storageGb: modified({ AllocatedStorage: 10 }),
    instanceClass: modified({ DBInstanceClass: 'db.t3.small' }),
    storageType: modified({ StorageType: 'gp2' }),
    managedPassword: modified({ ManageMasterUserPassword: false, MasterUserPassword: 'a-strangers-own' }),
    port: modified({ DBPortNumber: 5433 }),
    parameterGroupName: async (world, id) => {
      const theirs = { DBParameterGroupName: `theirs-${world.stack}` }
      await world.raw.rds.createDBParameterGroup({
        ...{ ...theirs, DBParameterGroupFamily: 'postgres16', Description: "A stranger's" },
      })
      await modified(theirs)(world, id)
    },
    securityGroupIds: async (world, id) =>
      modified({ VpcSecurityGroupIds: [await groupNamed(world, 'one'), await groupNamed(world, 'two')] })(world, id),
    multiAz: modified({ MultiAZ: true }),
    publiclyAccessible: modified({ PubliclyAccessible: true }),
    backupRetentionDays: modified({ BackupRetentionPeriod: 0 }),
    backupWindow: modified({ PreferredBackupWindow: '10:00-11:00' }),
    maintenanceWindow: modified({ PreferredMaintenanceWindow: 'tue:10:00-tue:11:00' }),
    copyTagsToSnapshot: modified({ CopyTagsToSnapshot: false }),
    autoMinorVersionUpgrade: modified({ AutoMinorVersionUpgrade: false }),
    iamAuthentication: modified({ EnableIAMDatabaseAuthentication: false }),
    deletionProtection: modified({ DeletionProtection: true }),
    logExports: modified({ CloudwatchLogsExportConfiguration: { DisableLogTypes: ['postgresql'] } }),
    performanceInsightsDays: modified({ EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 31 }),
    enhancedMonitoring: modified({ MonitoringInterval: 0 }),
    tags: (world, id) => retag(world, arnOf(world, 'db', id)),
  },
  vanish: async (world, DBInstanceIdentifier) => {
    await world.raw.rds.deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true })
    const gone = () => refused(databaseNow(world, DBInstanceIdentifier), /DBInstanceNotFound/)
    await expect.poll(gone, { timeout: 60_000 }).toBe(true)
  },
  gone: (world, id) => refused(databaseNow(world, id), /DBInstanceNotFound/),
  replaced: 'blocked',
})

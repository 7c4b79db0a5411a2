import { type Drift, only, STACK } from './drift.ts'
import type { Raw } from './raw.ts'

const DATABASE = { DBInstanceIdentifier: `${STACK}-main`, ApplyImmediately: true }
const TABLE = { TableName: `${STACK}-sessions` }
const database = async ({ rds }: Raw) => only((await rds.describeDBInstances({})).DBInstances)
const ofDatabase = { address: 'rds:instance/main', status: 'drifted' } as const
const parameters = async ({ rds }: Raw) => {
  const { DBParameterGroups = [] } = await rds.describeDBParameterGroups({})
  return {
    DBParameterGroupName: DBParameterGroups.find((one) => one.DBParameterGroupName?.startsWith(STACK))
      ?.DBParameterGroupName,
  }
}
const DATABASES: readonly Drift[] = [
  {
    ...{ ...ofDatabase, name: 'the database made public' },
    make: ({ rds }) => rds.modifyDBInstance({ ...DATABASE, PubliclyAccessible: true }),
    read: async (raw) => (await database(raw)).PubliclyAccessible,
    ...{ path: 'publiclyAccessible', desired: false, actual: true },
  },
  {
    ...{ ...ofDatabase, name: 'no more backups of the database' },
    make: ({ rds }) => rds.modifyDBInstance({ ...DATABASE, BackupRetentionPeriod: 0 }),
    read: async (raw) => (await database(raw)).BackupRetentionPeriod,
    ...{ path: 'backupRetentionDays', desired: 7, actual: 0 },
  },
  {
    ...{ ...ofDatabase, name: 'deletion protection of the database off' },
    make: ({ rds }) => rds.modifyDBInstance({ ...DATABASE, DeletionProtection: false }),
    read: async (raw) => (await database(raw)).DeletionProtection,
    ...{ path: 'deletionProtection', desired: true, actual: false },
  },
  {
    ...{ ...ofDatabase, name: 'a log of the database exported no more' },
    make: ({ rds }) =>
      rds.modifyDBInstance({ ...DATABASE, CloudwatchLogsExportConfiguration: { DisableLogTypes: ['upgrade'] } }),
    read: async (raw) => (await database(raw)).EnabledCloudwatchLogsExports?.toSorted(),
    ...{ path: 'logExports', desired: ['postgresql', 'upgrade'], actual: ['postgresql'] },
  },
  {
    ...{ ...ofDatabase, name: 'a tag of the database changed' },
    make: async (raw) =>
      raw.rds.addTagsToResource({
        ResourceName: (await database(raw)).DBInstanceArn,
        Tags: [{ Key: 'owner', Value: 'somebody' }],
      }),
    read: async (raw) => (await database(raw)).TagList?.find(({ Key }) => Key === 'owner')?.Value,
    ...{ path: 'tags.owner', desired: 'web-team', actual: 'somebody' },
  },
  {
    ...{ name: 'a parameter changed', address: 'rds:parameter-group/database', status: 'drifted' },
    make: async (raw) =>
      raw.rds.modifyDBParameterGroup({
        ...(await parameters(raw)),
        Parameters: [{ ParameterName: 'rds.force_ssl', ParameterValue: '0', ApplyMethod: 'immediate' }],
      }),
    read: async (raw) =>
      (await raw.rds.describeDBParameters({ ...(await parameters(raw)), Source: 'user' })).Parameters?.map(
        ({ ParameterName, ParameterValue }) => `${ParameterName} ${ParameterValue}`,
      ),
    ...{ path: 'parameters.rds.force_ssl', desired: '1', actual: '0' },
  },
]

const SESSIONS: readonly Drift[] = [
  {
    ...{ name: 'TTL of the sessions off', address: 'dynamodb:table/sessions', status: 'drifted' },
    make: ({ dynamodb }) =>
      dynamodb.updateTimeToLive({
        ...TABLE,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: false },
      }),
    read: async ({ dynamodb }) => (await dynamodb.describeTimeToLive(TABLE)).TimeToLiveDescription,
    ...{ path: 'ttlAttribute', desired: 'expiresAt', actual: null },
  },
  {
    ...{ name: 'point-in-time recovery off', address: 'dynamodb:table/sessions', status: 'drifted' },
    make: ({ dynamodb }) =>
      dynamodb.updateContinuousBackups({
        ...TABLE,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      }),
    read: async ({ dynamodb }) =>
      (await dynamodb.describeContinuousBackups(TABLE)).ContinuousBackupsDescription?.PointInTimeRecoveryDescription
        ?.PointInTimeRecoveryStatus,
    ...{ path: 'pointInTimeRecovery', desired: true, actual: false },
  },
  {
    ...{ name: 'deletion protection of the table off', address: 'dynamodb:table/sessions', status: 'drifted' },
    make: ({ dynamodb }) => dynamodb.updateTable({ ...TABLE, DeletionProtectionEnabled: false }),
    read: async ({ dynamodb }) => (await dynamodb.describeTable(TABLE)).Table?.DeletionProtectionEnabled,
    ...{ path: 'deletionProtection', desired: true, actual: false },
  },
]

export const DATA: readonly Drift[] = [...DATABASES, ...SESSIONS]

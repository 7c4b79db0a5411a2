import type { DBInstance } from '@aws-sdk/client-rds'

/** Everything of a database that ModifyDBInstance changes. */
export interface DbSettings {
  /** `16` is satisfied by 16.8. */
  readonly engineVersion: string
  readonly instanceClass: string
  readonly storageGb: number
  readonly storageType: 'gp3'
  /** The password is RDS's, in Secrets Manager: nobody else ever sees it. */
  readonly managedPassword: boolean
  readonly port: number
  readonly parameterGroupName: string
  readonly securityGroupIds: readonly string[]
  readonly multiAz: boolean
  readonly publiclyAccessible: boolean
  readonly backupRetentionDays: number
  /** UTC, `03:00-04:00`. */
  readonly backupWindow: string
  /** UTC, `sun:04:30-sun:05:30`. */
  readonly maintenanceWindow: string
  readonly copyTagsToSnapshot: boolean
  readonly autoMinorVersionUpgrade: boolean
  readonly iamAuthentication: boolean
  readonly deletionProtection: boolean
  readonly logExports: readonly string[]
  /** Days that they are kept; null: off. */
  readonly performanceInsightsDays: number | null
  /** Null: off. */
  readonly enhancedMonitoring: { readonly seconds: number; readonly roleArn: string } | null
}

export type Setting = keyof DbSettings & string
/** The settings as they are or are going to be: what AWS has accepted and not done yet has been asked for already. */
export function settingsOf(item: DBInstance, wanted: Partial<DbSettings>): DbSettings {
  const now = awaited(item)
  const text = (value: string | undefined) => value ?? ''
  const is = (value: boolean | undefined) => value ?? false
  return {
    engineVersion: text(now.EngineVersion),
    instanceClass: text(now.DBInstanceClass),
    storageGb: now.AllocatedStorage ?? 0,
    storageType: text(now.StorageType) as DbSettings['storageType'],
    managedPassword: isManaged(now, wanted),
    // Nobody knows it while the database is being created.
    port: now.Endpoint?.Port ?? wanted.port ?? 0,
    parameterGroupName: text(now.DBParameterGroups?.[0]?.DBParameterGroupName),
    securityGroupIds: groupsOf(now),
    multiAz: is(now.MultiAZ),
    publiclyAccessible: is(now.PubliclyAccessible),
    backupRetentionDays: now.BackupRetentionPeriod ?? 0,
    backupWindow: text(now.PreferredBackupWindow),
    maintenanceWindow: text(now.PreferredMaintenanceWindow),
    copyTagsToSnapshot: is(now.CopyTagsToSnapshot),
    autoMinorVersionUpgrade: is(now.AutoMinorVersionUpgrade),
    iamAuthentication: is(now.IAMDatabaseAuthenticationEnabled),
    deletionProtection: is(now.DeletionProtection),
    logExports: exportsOf(now),
    performanceInsightsDays: insightsOf(now, wanted),
    enhancedMonitoring: monitoringOf(now, wanted),
  }
}

function awaited(item: DBInstance): DBInstance {
  const { PendingModifiedValues: next = {} } = item
  const { Port = item.Endpoint?.Port } = next
  const known = Object.entries(next).filter(([, value]) => value !== undefined)
  return {
    ...item,
    ...Object.fromEntries(known),
    ...(Port === undefined ? {} : { Endpoint: { ...item.Endpoint, Port } }),
  }
}

/** RDS makes the secret in the course of the creation. */
const isManaged = (
  { MasterUserSecret, DBInstanceStatus }: DBInstance,
  { managedPassword = false }: Partial<DbSettings>,
) => MasterUserSecret !== undefined || (DBInstanceStatus === 'creating' && managedPassword)

const groupsOf = ({ VpcSecurityGroups = [] }: DBInstance): readonly string[] =>
  VpcSecurityGroups.filter(({ Status }) => Status !== 'removing').flatMap(({ VpcSecurityGroupId: id }) => id ?? [])

function exportsOf({ EnabledCloudwatchLogsExports: now = [], PendingModifiedValues: next }: DBInstance) {
  const { LogTypesToEnable: more = [], LogTypesToDisable: less = [] } = next?.PendingCloudwatchLogsExports ?? {}
  return [...new Set([...now, ...more])].filter((type) => !less.includes(type)).sort()
}

/** AWS always says whether it is on; stock moto never does, and what cannot be read is taken as wanted. */
function insightsOf(now: DBInstance, { performanceInsightsDays: wanted = null }: Partial<DbSettings>): number | null {
  if (now.PerformanceInsightsEnabled === undefined) return wanted
  return now.PerformanceInsightsEnabled ? (now.PerformanceInsightsRetentionPeriod ?? 7) : null
}

function monitoringOf(now: DBInstance, { enhancedMonitoring: wanted = null }: Partial<DbSettings>) {
  if (now.MonitoringInterval === undefined) return wanted
  return now.MonitoringInterval === 0 ? null : { seconds: now.MonitoringInterval, roleArn: now.MonitoringRoleArn ?? '' }
}

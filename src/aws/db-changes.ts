import type { CreateDBInstanceCommandInput, ModifyDBInstanceCommandInput } from '@aws-sdk/client-rds'
import type { DbSettings, Setting } from './db-settings.ts'

type Change = Partial<ModifyDBInstanceCommandInput>

/** Of `16.8`, and of `11.22-rds.20240418`. */
const numbersIn = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10))

/**
 * Whether the living version will do. AWS upgrades minor versions by itself and PostgreSQL never goes back, so a newer
 * one of the same major version always does.
 */
export function isNewEnough(want: string, have: string): boolean {
  const [[major, minor = 0], [living, newest = 0]] = [numbersIn(want), numbersIn(have)]
  return want === have || (major === living && newest >= minor)
}

const isOlder = (want: string, have: string): boolean => (numbersIn(want)[0] ?? 0) < (numbersIn(have)[0] ?? 0)

/** AWS grows storage by a tenth or more: what is asked for in between is rounded up to that (aws-behaviours.md 5.3). */
const grown = (want: number, have: number): number => (want > have ? Math.max(want, Math.ceil(have * 1.1)) : want)

/** Whether there is as much as is wanted, or what AWS has made of it. */
export const isBigEnough = (want: number, have: number): boolean => have >= want && have <= Math.ceil(want * 1.1)

/** Why AWS would never do it; null when it may. */
export function whyNever(want: DbSettings, have: DbSettings): string | null {
  if (want.storageGb < have.storageGb && !isBigEnough(want.storageGb, have.storageGb))
    return `it has ${have.storageGb} GB of storage, and AWS never takes any away: ${want.storageGb} GB cannot be had`
  if (isOlder(want.engineVersion, have.engineVersion))
    return `it runs version ${have.engineVersion}, and PostgreSQL never goes back to ${want.engineVersion}`
  return null
}

/** What is said to AWS for each setting, seen from what there is. */
const SAID: { readonly [S in Setting]: (want: DbSettings, have: DbSettings) => Change } = {
  engineVersion: ({ engineVersion }, have) => ({
    EngineVersion: engineVersion,
    ...(isOlder(have.engineVersion, engineVersion) ? { AllowMajorVersionUpgrade: true } : {}),
  }),
  instanceClass: ({ instanceClass }) => ({ DBInstanceClass: instanceClass }),
  storageGb: ({ storageGb }, have) => ({ AllocatedStorage: grown(storageGb, have.storageGb) }),
  storageType: ({ storageType }) => ({ StorageType: storageType }),
  managedPassword: ({ managedPassword }) => ({ ManageMasterUserPassword: managedPassword }),
  port: ({ port }) => ({ DBPortNumber: port }),
  parameterGroupName: ({ parameterGroupName }) => ({ DBParameterGroupName: parameterGroupName }),
  securityGroupIds: ({ securityGroupIds }) => ({ VpcSecurityGroupIds: [...securityGroupIds] }),
  multiAz: ({ multiAz }) => ({ MultiAZ: multiAz }),
  publiclyAccessible: ({ publiclyAccessible }) => ({ PubliclyAccessible: publiclyAccessible }),
  backupRetentionDays: ({ backupRetentionDays }) => ({ BackupRetentionPeriod: backupRetentionDays }),
  backupWindow: ({ backupWindow }) => ({ PreferredBackupWindow: backupWindow }),
  maintenanceWindow: ({ maintenanceWindow }) => ({ PreferredMaintenanceWindow: maintenanceWindow }),
  copyTagsToSnapshot: ({ copyTagsToSnapshot }) => ({ CopyTagsToSnapshot: copyTagsToSnapshot }),
  autoMinorVersionUpgrade: (want) => ({ AutoMinorVersionUpgrade: want.autoMinorVersionUpgrade }),
  iamAuthentication: ({ iamAuthentication }) => ({ EnableIAMDatabaseAuthentication: iamAuthentication }),
  deletionProtection: ({ deletionProtection }) => ({ DeletionProtection: deletionProtection }),
  logExports: ({ logExports: want }, { logExports: have }) => ({
    CloudwatchLogsExportConfiguration: {
      EnableLogTypes: want.filter((type) => !have.includes(type)),
      DisableLogTypes: have.filter((type) => !want.includes(type)),
    },
  }),
  performanceInsightsDays: ({ performanceInsightsDays: days }) =>
    days === null
      ? { EnablePerformanceInsights: false }
      : { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: days },
  enhancedMonitoring: ({ enhancedMonitoring: on }) =>
    on === null ? { MonitoringInterval: 0 } : { MonitoringInterval: on.seconds, MonitoringRoleArn: on.roleArn },
}

const SETTINGS = Object.keys(SAID) as Setting[]

/** What has to be asked for, so that these settings become what is wanted. */
export const changeOf = (settings: readonly Setting[], want: DbSettings, have: DbSettings): Change =>
  Object.assign({}, ...settings.map((setting) => SAID[setting](want, have)))

/** The same for a new database, in the words of its creation. */
export function birthOf(want: DbSettings): Partial<CreateDBInstanceCommandInput> {
  const { DBPortNumber: Port, CloudwatchLogsExportConfiguration: _, ...rest } = changeOf(SETTINGS, want, want)
  return { ...rest, Port, EnableCloudwatchLogsExports: [...want.logExports] }
}

const STORAGE: readonly Setting[] = ['storageGb', 'storageType']

/**
 * What goes into one call. AWS wants the version before the class when both change; and a change of storage may have
 * to wait for an earlier one, which is nothing to the rest.
 */
export function portionsOf(settings: readonly Setting[]): readonly (readonly Setting[])[] {
  const later = (setting: Setting) => setting === 'instanceClass' && settings.includes('engineVersion')
  const first = settings.filter((setting) => !later(setting) && !STORAGE.includes(setting))
  const portions = [first, settings.filter(later), settings.filter((setting) => STORAGE.includes(setting))]
  return portions.filter((portion) => portion.length > 0)
}

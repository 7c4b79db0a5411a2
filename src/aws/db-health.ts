import type { DBInstance } from '@aws-sdk/client-rds'
import type { Health } from '../engine/resource.ts'
import { isStuck } from './db-instance.ts'

/** Our words for what may be pending; what is not named here is said as AWS says it. */
const WORDS: Readonly<Record<string, string>> = {
  AllocatedStorage: 'storage',
  BackupRetentionPeriod: 'backup retention',
  DBInstanceClass: 'instance class',
  EngineVersion: 'engine version',
  IAMDatabaseAuthenticationEnabled: 'IAM authentication',
  MasterUserPassword: 'password',
  MultiAZ: 'Multi-AZ',
  PendingCloudwatchLogsExports: 'log exports',
  Port: 'port',
  StorageType: 'storage type',
}

/** What AWS has accepted and will only do in the maintenance window, or is doing. Never the values: one is a password. */
function pendingIn({ PendingModifiedValues: next = {} }: DBInstance): readonly string[] {
  const known = Object.entries(next).filter(([, value]) => value !== undefined && value !== null)
  return known.map(([name]) => WORDS[name] ?? name).sort()
}

/** How a database is, in AWS's own word for it, and what it still waits for. */
export function healthOf(item: DBInstance | undefined): Health {
  if (!item) return { state: 'unknown', detail: 'not found' }
  const status = item.DBInstanceStatus ?? ''
  const pending = pendingIn(item)
  const restart = item.DBParameterGroups?.some(({ ParameterApplyStatus }) => ParameterApplyStatus === 'pending-reboot')
  const detail = [
    status,
    ...(restart ? ['some parameters take effect with its next restart'] : []),
    ...(pending.length > 0 ? [`still to be changed: ${pending.join(', ')}`] : []),
  ].join('; ')
  return { state: isStuck(status) || status === 'storage-full' ? 'unhealthy' : 'healthy', detail }
}

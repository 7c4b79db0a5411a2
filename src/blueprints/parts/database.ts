import { iamNameOf, iamPathOf, nameOf } from '../../aws/names.ts'
import type { Handle } from '../../engine/graph.ts'
import { role } from '../../resources/iam/role.ts'
import { logGroup } from '../../resources/logs/log-group.ts'
import { type DbInstanceOut, type DbInstanceSpec, dbInstance } from '../../resources/rds/instance.ts'
import { dbParameterGroup } from '../../resources/rds/parameter-group.ts'
import { dbSubnetGroup } from '../../resources/rds/subnet-group.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'
import { assumedByService, managedPolicy } from './trust.ts'

/** The name of the database in the instance, and of who owns it. */
const DATABASE = 'shop'
const OWNER = 'shopadmin'
const PORT = 5432
const LOGS = ['postgresql', 'upgrade']

/** PostgreSQL in the private subnets: TLS only, encrypted, backed up each day, its password kept by RDS alone. */
export function database(draft: Draft, net: Network, groups: Groups): Handle<DbInstanceOut> {
  const { graph, config, stack } = draft
  const data = graph.layer('Data')
  const name = nameOf(stack, 'main', 63)
  const major = config.database.engineVersion.split('.')[0] ?? ''
  const subnets = data.add(dbSubnetGroup, 'database', {
    ...{ name: nameOf(stack, 'database', 255), description: `Private subnets of ${stack}` },
    subnetIds: net.zones.map(({ closed }) => closed.ref('id')),
  })
  const parameters = data.add(dbParameterGroup, 'database', {
    ...{ name: nameOf(stack, 'database', 240), family: `postgres${major}`, description: `PostgreSQL of ${stack}` },
    parameters: { 'rds.force_ssl': '1' },
  })
  return data.add(
    dbInstance,
    'main',
    {
      ...{ name, ...fixed, ...settings(draft) },
      subnetGroupName: subnets.ref('name'),
      parameterGroupName: parameters.ref('name'),
      securityGroupIds: [groups.database.ref('id')],
      enhancedMonitoring: enhancedMonitoring(draft),
    },
    databaseLogs(draft, name),
  )
}

const fixed = {
  ...{ engine: 'postgres', databaseName: DATABASE, masterUsername: OWNER, managedPassword: true, port: PORT },
  ...{ storageType: 'gp3', storageEncrypted: true, publiclyAccessible: false, iamAuthentication: true },
  ...{ copyTagsToSnapshot: true, autoMinorVersionUpgrade: true, logExports: LOGS },
} satisfies Partial<DbInstanceSpec>

const settings = ({ config: { database, protect } }: Draft) => ({
  engineVersion: database.engineVersion,
  instanceClass: database.instanceClass,
  storageGb: database.storageGb,
  multiAz: database.multiAz,
  backupRetentionDays: database.backupRetentionDays,
  backupWindow: database.backupWindow,
  maintenanceWindow: database.maintenanceWindow,
  deletionProtection: protect,
  // A week is what AWS keeps without charge.
  performanceInsightsDays: database.performanceInsights ? 7 : null,
})

/** Made before the database: RDS would make them itself, keep them for ever, and leave them behind (aws-behaviours.md 5.3). */
function databaseLogs({ graph, config }: Draft, instance: string): readonly Handle<unknown>[] {
  const watch = graph.layer('Watch')
  const retentionDays = config.monitoring.logRetentionDays
  return LOGS.map((what) =>
    watch.add(logGroup, `database-${what}`, { name: `/aws/rds/instance/${instance}/${what}`, retentionDays }),
  )
}

/** The operating system's figures, by an agent of RDS that needs a role of its own. */
function enhancedMonitoring(draft: Draft) {
  const { graph, config, facts, stack } = draft
  const seconds = config.database.enhancedMonitoringSeconds
  if (seconds === 0) return null
  const monitor = graph.layer('Security').add(role, 'database-monitor', {
    ...{ name: iamNameOf(stack, 'database-monitor', facts.region), path: iamPathOf(stack, facts.region) },
    description: `Enhanced monitoring of the database of ${stack}`,
    trust: assumedByService('monitoring.rds.amazonaws.com', facts.account),
    managedPolicies: [managedPolicy(draft, 'service-role/AmazonRDSEnhancedMonitoringRole')],
    inlinePolicies: {},
  })
  return { seconds, roleArn: monitor.ref('arn', 'ready') }
}

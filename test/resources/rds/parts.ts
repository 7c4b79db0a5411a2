import type { DBInstance } from '@aws-sdk/client-rds'
import type { Address } from '../../../src/engine/ref.ts'
import type { DbInstanceSpec } from '../../../src/resources/rds/instance.ts'

export const ADDRESS: Address = 'rds:instance/main'

export const SPEC: DbInstanceSpec = {
  ...{ name: 'shop-dev-main', engine: 'postgres', engineVersion: '16', instanceClass: 'db.t3.micro', storageGb: 20 },
  ...{ storageType: 'gp3', storageEncrypted: true, databaseName: 'shop', masterUsername: 'shopadmin', port: 5432 },
  ...{ managedPassword: true, subnetGroupName: 'shop-dev-main', parameterGroupName: 'shop-dev-main-abc123' },
  ...{ securityGroupIds: ['sg-1'], multiAz: false, publiclyAccessible: false, backupRetentionDays: 7 },
  ...{ backupWindow: '03:00-04:00', maintenanceWindow: 'sun:04:30-sun:05:30', copyTagsToSnapshot: true },
  ...{ autoMinorVersionUpgrade: true, iamAuthentication: true, deletionProtection: false },
  ...{ logExports: ['postgresql', 'upgrade'], performanceInsightsDays: 7 },
  enhancedMonitoring: { seconds: 60, roleArn: 'arn:aws:iam::123456789012:role/monitoring' },
}

/** The same as AWS shows it. */
export const database = (more: Partial<DBInstance>): DBInstance => ({
  ...{
    DBInstanceIdentifier: 'shop-dev-main',
    DBInstanceStatus: 'available',
    Engine: 'postgres',
    EngineVersion: '16.8',
  },
  ...{ DBInstanceArn: 'arn:aws:rds:us-east-1:123456789012:db:shop-dev-main', DBInstanceClass: 'db.t3.micro' },
  ...{ AllocatedStorage: 20, StorageType: 'gp3', StorageEncrypted: true, DBName: 'shop', MasterUsername: 'shopadmin' },
  Endpoint: { Address: 'shop-dev-main.x.us-east-1.rds.amazonaws.com', Port: 5432 },
  // AWS says 0 here for all but clusters.
  DbInstancePort: 0,
  MasterUserSecret: {
    SecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1',
    SecretStatus: 'active',
  },
  DBSubnetGroup: { DBSubnetGroupName: 'shop-dev-main' },
  DBParameterGroups: [{ DBParameterGroupName: 'shop-dev-main-abc123', ParameterApplyStatus: 'in-sync' }],
  VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1', Status: 'active' }],
  ...{ MultiAZ: false, PubliclyAccessible: false, BackupRetentionPeriod: 7, PreferredBackupWindow: '03:00-04:00' },
  ...{ PreferredMaintenanceWindow: 'sun:04:30-sun:05:30', CopyTagsToSnapshot: true, AutoMinorVersionUpgrade: true },
  ...{ IAMDatabaseAuthenticationEnabled: true, DeletionProtection: false, PendingModifiedValues: {} },
  ...{ EnabledCloudwatchLogsExports: ['upgrade', 'postgresql'], PerformanceInsightsEnabled: true },
  ...{ PerformanceInsightsRetentionPeriod: 7, MonitoringInterval: 60 },
  MonitoringRoleArn: 'arn:aws:iam::123456789012:role/monitoring',
  TagList: [
    { Key: 'ecom-infra:stack', Value: 'shop-dev' },
    { Key: 'ecom-infra:address', Value: ADDRESS },
  ],
  ...more,
})

/** An answer with the database in this state; without one, it is not there. */
export const statuses = (DBInstanceStatus: string | undefined, more: Partial<DBInstance> = {}) => ({
  DBInstances: DBInstanceStatus === undefined ? [] : [database({ DBInstanceStatus, ...more })],
})

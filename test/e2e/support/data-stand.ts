import { expect, it } from 'vitest'
import { OURS, subnetIds } from './ours.ts'
import { at, tagsIn } from './raw.ts'
import type { Stack } from './stack.ts'

const DATABASE = 'shop-dev-main'
const LOGS = ['postgresql', 'upgrade'].map((what) => `/aws/rds/instance/${DATABASE}/${what} 7`)

/** The log groups of the database as they are in AWS, with how long each keeps. */
export async function databaseLogs({ raw }: Stack): Promise<readonly string[]> {
  const { logGroups = [] } = await raw.logs.describeLogGroups({ logGroupNamePrefix: '/aws/rds/' })
  return logGroups.map(({ logGroupName, retentionInDays }) => `${logGroupName} ${retentionInDays}`).sort()
}

/** Issue 4, items 1 and 2. `atBirth`: the database's log groups at the moment when it was asked for. */
export function dataStands(open: () => Stack, atBirth: () => readonly string[]): void {
  it('makes a database that is private, encrypted, backed up, and whose password only RDS knows', async () => {
    const { raw } = open()
    const { DBInstances = [] } = await raw.rds.describeDBInstances({})
    const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: OURS })
    expect(DBInstances).toHaveLength(1)
    const [database] = DBInstances
    expect(database).toMatchObject({
      ...{ DBInstanceIdentifier: DATABASE, DBInstanceStatus: 'available', DBInstanceClass: 'db.t3.micro' },
      ...{ Engine: 'postgres', EngineVersion: expect.stringMatching(/^16\./), DBName: 'shop' },
      ...{ StorageType: 'gp3', AllocatedStorage: 20, StorageEncrypted: true, MultiAZ: false },
      ...{ PubliclyAccessible: false, IAMDatabaseAuthenticationEnabled: true, AutoMinorVersionUpgrade: true },
      ...{ BackupRetentionPeriod: 7, PreferredBackupWindow: '03:00-04:00', CopyTagsToSnapshot: true },
      ...{ PreferredMaintenanceWindow: 'sun:04:30-sun:05:30', DeletionProtection: false },
      ...{ PerformanceInsightsEnabled: false, MonitoringInterval: 0, Endpoint: { Port: 5432 } },
      MasterUserSecret: { SecretArn: expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:\d+:secret:rds!db-/) },
      VpcSecurityGroups: [{ VpcSecurityGroupId: at(SecurityGroups, 'ec2:security-group/database').GroupId }],
      DBSubnetGroup: { DBSubnetGroupName: 'shop-dev-database' },
    })
    expect(database?.EnabledCloudwatchLogsExports?.sort()).toEqual(['postgresql', 'upgrade'])
  })

  it('puts it into the private subnets, and insists on TLS', async () => {
    const { raw } = open()
    const { DBSubnetGroups = [] } = await raw.rds.describeDBSubnetGroups({})
    expect(DBSubnetGroups).toHaveLength(1)
    const [group] = DBSubnetGroups
    const inside = group?.Subnets?.map(({ SubnetIdentifier }) => SubnetIdentifier).sort()
    expect(inside).toEqual((await subnetIds(raw, ['private-a', 'private-b'])).sort())
    const { DBInstances: [database] = [] } = await raw.rds.describeDBInstances({})
    const name = database?.DBParameterGroups?.[0]?.DBParameterGroupName
    expect(name).toMatch(/^shop-dev-database-[0-9a-z]+$/)
    const { DBParameterGroups } = await raw.rds.describeDBParameterGroups({ DBParameterGroupName: name })
    expect(DBParameterGroups).toMatchObject([{ DBParameterGroupFamily: 'postgres16' }])
    const { Parameters = [] } = await raw.rds.describeDBParameters({ DBParameterGroupName: name })
    expect(Parameters).toContainEqual(expect.objectContaining({ ParameterName: 'rds.force_ssl', ParameterValue: '1' }))
    for (const arn of [group?.DBSubnetGroupArn, DBParameterGroups?.[0]?.DBParameterGroupArn]) {
      const { TagList } = await raw.rds.listTagsForResource({ ResourceName: arn })
      expect(tagsIn(TagList)).toMatchObject({ 'ecom-infra:stack': 'shop-dev', owner: 'web-team' })
    }
  })

  it('makes its log groups before it, with an end to what they keep', async () => {
    expect(atBirth()).toEqual(LOGS)
    expect(await databaseLogs(open())).toEqual(LOGS)
  })

  it('keeps sessions in a table that forgets them, on demand, encrypted, recoverable to any second', async () => {
    const { dynamodb } = open().raw
    expect((await dynamodb.listTables({})).TableNames).toEqual(['shop-dev-sessions'])
    const name = { TableName: 'shop-dev-sessions' }
    const { Table } = await dynamodb.describeTable(name)
    expect(Table).toMatchObject({
      AttributeDefinitions: [{ AttributeName: 'sessionId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'sessionId', KeyType: 'HASH' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
      DeletionProtectionEnabled: false,
    })
    const { TimeToLiveDescription } = await dynamodb.describeTimeToLive(name)
    expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
    const { ContinuousBackupsDescription } = await dynamodb.describeContinuousBackups(name)
    expect(ContinuousBackupsDescription).toMatchObject({
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 },
    })
  })
}

import type { Raw } from './raw.ts'
import { type Thing, thing } from './thing.ts'

/** The relational ones with all that belongs to them, and the tables. */
export async function databases({ rds, dynamodb }: Raw): Promise<Thing[]> {
  const [instances, subnets, parameters, snapshots, { TableNames = [] }] = await Promise.all([
    rds.describeDBInstances({}),
    rds.describeDBSubnetGroups({}),
    rds.describeDBParameterGroups({}),
    rds.describeDBSnapshots({ SnapshotType: 'manual' }),
    dynamodb.listTables({}),
  ])
  const tagged = async (kind: string, id: string | undefined, arn: string | undefined, gist: string) =>
    thing(kind, id, (await rds.listTagsForResource({ ResourceName: arn })).TagList, gist)
  return Promise.all([
    ...(instances.DBInstances ?? []).map((it) =>
      thing('database', it.DBInstanceIdentifier, it.TagList, `${it.Engine} ${it.EngineVersion} ${it.DBInstanceClass}`),
    ),
    ...(subnets.DBSubnetGroups ?? []).map((it) =>
      tagged('db subnets', it.DBSubnetGroupName, it.DBSubnetGroupArn, `${it.Subnets?.length}`),
    ),
    ...(parameters.DBParameterGroups ?? [])
      .filter(({ DBParameterGroupName }) => !DBParameterGroupName?.startsWith('default.'))
      .map((it) =>
        tagged('db parameters', it.DBParameterGroupName, it.DBParameterGroupArn, `${it.DBParameterGroupFamily}`),
      ),
    ...(snapshots.DBSnapshots ?? []).map((it) => thing('snapshot', it.DBSnapshotIdentifier, it.TagList, it.Engine)),
    ...TableNames.map(async (TableName) => {
      const { Table } = await dynamodb.describeTable({ TableName })
      const { Tags } = await dynamodb.listTagsOfResource({ ResourceArn: Table?.TableArn })
      return thing('items', TableName, Tags, Table?.BillingModeSummary?.BillingMode)
    }),
  ])
}

export async function files({ efs }: Raw): Promise<Thing[]> {
  const [{ FileSystems = [] }, { AccessPoints = [] }] = await Promise.all([
    efs.describeFileSystems({}),
    efs.describeAccessPoints({}),
  ])
  const doors = await Promise.all(FileSystems.map(({ FileSystemId }) => efs.describeMountTargets({ FileSystemId })))
  return [
    ...FileSystems.map((it) => thing('files', it.FileSystemId, it.Tags, it.ThroughputMode)),
    ...AccessPoints.map((it) => thing('access point', it.AccessPointId, it.Tags, it.RootDirectory?.Path)),
    ...doors
      .flatMap(({ MountTargets = [] }) => MountTargets)
      .map((it) => thing('mount target', it.MountTargetId, [], it.AvailabilityZoneName)),
  ]
}

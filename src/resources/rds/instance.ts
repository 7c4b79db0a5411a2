import type { DBInstance } from '@aws-sdk/client-rds'
import type { Ctx } from '../../aws/ctx.ts'
import { changeInstance } from '../../aws/db-change.ts'
import { birthOf, isBigEnough, isNewEnough, whyNever } from '../../aws/db-changes.ts'
import { healthOf } from '../../aws/db-health.ts'
import { becomesUsable, hasSnapshot, instanceNow, instances, isDead } from '../../aws/db-instance.ts'
import { removeInstance } from '../../aws/db-removal.ts'
import { type DbSettings, type Setting, settingsOf } from '../../aws/db-settings.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { toPairs, toRecord } from '../../aws/ownership.ts'
import { lowered, rdsPatiently, tagRds } from '../../aws/rds.ts'
import { required } from '../../aws/required.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Farewell, Found, ResourceType } from '../../engine/resource.ts'

export interface DbInstanceSpec extends DbSettings {
  /** The identifier. */
  readonly name: string
  readonly engine: 'postgres'
  readonly storageEncrypted: boolean
  readonly databaseName: string
  readonly masterUsername: string
  readonly subnetGroupName: string
}

export interface DbInstanceOut {
  readonly name: string
  readonly arn: string
  /** Host name of the endpoint; empty until the instance is available. */
  readonly host: string
  readonly port: string
  readonly databaseName: string
  /** The ARN of the managed secret; never what is in it. Empty until RDS has made it. */
  readonly secretArn: string
  readonly resourceId: string
}

const SLOW = { instanceClass: 600, engineVersion: 900, multiAz: 900, storageGb: 300, parameterGroupName: 300 }

/** aws-behaviours.md 5.3. Its id is its identifier. */
export const dbInstance: ResourceType<DbInstanceSpec, DbInstanceOut, Ctx> = {
  type: 'rds:instance',
  fields: {
    // What it was made with. A rename moves the endpoint; another subnet group has to be in another VPC; the rest has no call.
    ...{ name: 'immutable', engine: 'immutable', databaseName: 'immutable', masterUsername: 'immutable' },
    ...{ storageEncrypted: 'immutable', subnetGroupName: 'immutable' },
    ...{ engineVersion: 'mutable', instanceClass: 'mutable', storageGb: 'mutable', storageType: 'mutable' },
    ...{ managedPassword: 'mutable', port: 'mutable', parameterGroupName: 'mutable', securityGroupIds: 'mutable' },
    ...{ multiAz: 'mutable', publiclyAccessible: 'mutable', backupRetentionDays: 'mutable', backupWindow: 'mutable' },
    ...{ maintenanceWindow: 'mutable', copyTagsToSnapshot: 'mutable', autoMinorVersionUpgrade: 'mutable' },
    ...{ iamAuthentication: 'mutable', deletionProtection: 'mutable', logExports: 'mutable' },
    ...{ performanceInsightsDays: 'mutable', enhancedMonitoring: 'mutable' },
  },
  same: {
    name: isSpelt,
    subnetGroupName: isSpelt,
    parameterGroupName: isSpelt,
    maintenanceWindow: isSpelt,
    engineVersion: isNewEnough,
    storageGb: isBigEnough,
    securityGroupIds: asSet,
    logExports: asSet,
  },
  never: (want, { spec }) => whyNever(want, spec),
  holds: ['parameterGroupName', 'securityGroupIds'],
  // Where an emulator does not tell its monitoring, it is taken as wanted: then the role has to be known.
  parents: ['iam:role'],
  about: {
    identity: 'name',
    usable: 'ready',
    seconds: { create: 600, delete: 300, change: SLOW },
    timeout: 4_800,
    holdsData: true,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['rds:DescribeDBInstances'],
      create: [
        'rds:CreateDBInstance',
        'rds:AddTagsToResource',
        'rds:DescribeDBInstances',
        'iam:CreateServiceLinkedRole',
        'iam:PassRole',
        'kms:CreateGrant',
        'kms:DescribeKey',
        'secretsmanager:CreateSecret',
        'secretsmanager:TagResource',
      ],
      sync: [
        'rds:ModifyDBInstance',
        'rds:AddTagsToResource',
        'rds:RemoveTagsFromResource',
        'rds:DescribeDBInstances',
        'iam:PassRole',
        'kms:DescribeKey',
        'secretsmanager:CreateSecret',
        'secretsmanager:TagResource',
      ],
      destroy: ['rds:DeleteDBInstance', 'rds:CreateDBSnapshot', 'rds:AddTagsToResource', 'rds:DescribeDBInstances'],
    },
  },

  async read(ctx, asked) {
    const spelt = lowered(asked)
    return (await instances(ctx)).flatMap((item) => describe(ctx, item, spelt))
  },

  async create(ctx, address, spec) {
    const input = {
      ...birthOf(spec),
      DBInstanceIdentifier: spec.name.toLowerCase(),
      Engine: spec.engine,
      DBInstanceClass: spec.instanceClass,
      DBName: spec.databaseName,
      MasterUsername: spec.masterUsername,
      StorageEncrypted: spec.storageEncrypted,
      DBSubnetGroupName: spec.subnetGroupName,
      Tags: toPairs(ctx.tags(address)),
    }
    const { DBInstance: made } = await rdsPatiently(ctx, () => ctx.rds.createDBInstance(input))
    return required(made?.DBInstanceIdentifier, 'CreateDBInstance', 'DBInstanceIdentifier')
  },

  async ready(ctx, id) {
    await becomesUsable(ctx, id, dbInstance.about.timeout)
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('tags')) await tagRds(ctx, live.out.arn, ctx.tags(live.address))
    const settings = [...changed].filter((field) => field !== 'tags') as readonly Setting[]
    const { same = {}, about } = dbInstance
    await changeInstance(ctx, live.id, { want: spec, settings, same, timeout: about.timeout })
  },

  async farewell(ctx, live): Promise<Farewell> {
    const now = await instanceNow(ctx, live.id)
    const status = now?.DBInstanceStatus ?? 'deleting'
    if (status === 'deleting') return { blockers: [], losses: [] }
    const data = `the ${now?.AllocatedStorage} GB of the database ${live.id}`
    const saved = hasSnapshot(status)
    return {
      blockers: now?.DeletionProtection ? [protectedOne(live.id)] : [],
      losses: saved ? [] : [`${data}: it is ${status}, and AWS takes no final snapshot of it`],
      spared: saved ? [data] : [],
      also: now?.BackupRetentionPeriod ? [`the automated backups of its last ${now.BackupRetentionPeriod} days`] : [],
    }
  },

  async destroy(ctx, live, terms) {
    await removeInstance(ctx, live.id, terms, 3_600)
  },

  async health(ctx, live) {
    return healthOf((await instances(ctx)).find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === live.id))
  },
}

function isSpelt(want: string, have: string): boolean {
  return want.toLowerCase() === have.toLowerCase()
}

const protectedOne = (name: string): string =>
  `The database ${name} has deletion protection: set \`protect: false\` and run up, which switches it off.`

/** Nothing when it is nobody's business of ours. One that is on its way out counts as gone, and is waited for. */
function describe(ctx: Ctx, item: DBInstance, asked: readonly Asked[]): Found<DbInstanceSpec, DbInstanceOut>[] {
  const id = item.DBInstanceIdentifier ?? ''
  const tags = toRecord(item.TagList)
  const [claimed, asker] = [claimNamed(ctx, { id, name: id, tags }, asked), askerOf({ id, name: id, tags }, asked)]
  if (!claimed.ours && !asker) return []
  const settings = settingsOf(item, (asker?.spec ?? {}) as Partial<DbSettings>)
  const spec: DbInstanceSpec = {
    ...settings,
    name: id,
    engine: (item.Engine ?? '') as DbInstanceSpec['engine'],
    storageEncrypted: item.StorageEncrypted ?? false,
    databaseName: item.DBName ?? '',
    masterUsername: item.MasterUsername ?? '',
    subnetGroupName: item.DBSubnetGroup?.DBSubnetGroupName ?? '',
  }
  const found = { ...claimed, id, spec, tags, out: outOf(item) }
  const status = item.DBInstanceStatus ?? ''
  if (status === 'deleting') return [{ ...found, failed: 'it is being deleted' }]
  return [isDead(status) ? { ...found, failed: `it is ${status}` } : found]
}

const outOf = (item: DBInstance): DbInstanceOut => ({
  name: item.DBInstanceIdentifier ?? '',
  arn: item.DBInstanceArn ?? '',
  host: item.Endpoint?.Address ?? '',
  port: String(item.Endpoint?.Port ?? ''),
  databaseName: item.DBName ?? '',
  secretArn: item.MasterUserSecret?.SecretArn ?? '',
  resourceId: item.DbiResourceId ?? '',
})

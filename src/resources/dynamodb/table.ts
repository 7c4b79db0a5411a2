import type { TableDescription } from '@aws-sdk/client-dynamodb'
import type { Ctx } from '../../aws/ctx.ts'
import { codeOf, unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { toPairs } from '../../aws/ownership.ts'
import {
  changeOf,
  expireBy,
  expiryOf,
  recoverable,
  recoveryOf,
  SETTINGS,
  settingsOf,
} from '../../aws/table-settings.ts'
import {
  active,
  changeTable,
  lossOf,
  TABLE_BUSY,
  TABLES_CROWDED,
  tableAt,
  tableTags,
  tagTable,
} from '../../aws/tables.ts'
import { hintedArns, tagsShown } from '../../aws/tagged.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import type { Asked, Farewell, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface TableSpec {
  readonly name: string
  readonly hashKey: { readonly name: string; readonly type: 'S' | 'N' | 'B' }
  /** We make none with provisioned capacity; a stranger may have changed it. */
  readonly billing: 'PAY_PER_REQUEST' | 'PROVISIONED'
  /** The attribute that says when an item expires; null: never. */
  readonly ttlAttribute: string | null
  /** `KMS`: with AWS's own key for DynamoDB in this account, seen in CloudTrail; `DEFAULT`: with a key of DynamoDB's. */
  readonly encryption: 'KMS' | 'DEFAULT'
  /** Over 35 days. */
  readonly pointInTimeRecovery: boolean
  readonly deletionProtection: boolean
}

export interface TableOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 5.6. Its id is its name. */
export const table: ResourceType<TableSpec, TableOut, Ctx> = {
  type: 'dynamodb:table',
  fields: {
    name: 'immutable',
    hashKey: 'immutable',
    billing: 'mutable',
    ttlAttribute: 'mutable',
    encryption: 'mutable',
    pointInTimeRecovery: 'mutable',
    deletionProtection: 'mutable',
  },
  about: {
    identity: 'name',
    usable: 'ready',
    seconds: { create: 20, delete: 20 },
    timeout: 1_800,
    holdsData: true,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        'dynamodb:DescribeTable',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTimeToLive',
        'dynamodb:ListTagsOfResource',
        'tag:GetResources',
      ],
      create: ['dynamodb:CreateTable', 'dynamodb:TagResource', 'dynamodb:DescribeTable'],
      sync: [
        'dynamodb:DescribeTable',
        'dynamodb:UpdateTable',
        'dynamodb:UpdateTimeToLive',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
      ],
      destroy: ['dynamodb:DescribeTable', 'dynamodb:Scan', 'dynamodb:DeleteTable'],
    },
  },

  /** Four calls a table, asked for or hinted at: DynamoDB tells nothing of several at once. */
  async read(ctx, asked) {
    const hinted = (await hintedArns(ctx, 'dynamodb', 'table/')).map((arn) => arn.slice(arn.indexOf('/') + 1))
    const names = [...new Set([...namesAsked(asked), ...hinted])]
    const found = await Promise.all(names.map((name) => unlessGone(look(ctx, name, asked))))
    return found.flatMap((live) => live ?? [])
  },

  async create(ctx, address, { name, hashKey, billing, encryption, deletionProtection }) {
    const input = {
      TableName: name,
      AttributeDefinitions: [{ AttributeName: hashKey.name, AttributeType: hashKey.type }],
      KeySchema: [{ AttributeName: hashKey.name, KeyType: 'HASH' as const }],
      BillingMode: billing,
      DeletionProtectionEnabled: deletionProtection,
      ...(encryption === 'KMS' ? { SSESpecification: { Enabled: true } } : {}),
      Tags: toPairs(ctx.tags(address)),
    }
    await patiently(ctx, [TABLES_CROWDED, LEAVING], () =>
      ctx.dynamodb.createTable(input).catch((error) => unlessLeaving(ctx, name, error)),
    )
    return name
  },

  async ready(ctx, id) {
    await active(ctx, id, table.about.timeout)
  },

  /** One change at a time, and each when the one before it is done: a table that is being changed takes no other. */
  async sync(ctx, spec, live, changed) {
    const TableName = live.id
    const idle = () => active(ctx, TableName, table.about.timeout)
    for (const field of SETTINGS.filter((name) => changed.has(name))) {
      if (settingsOf(await idle())[field] === spec[field]) continue
      await changeTable(ctx, () => ctx.dynamodb.updateTable({ TableName, ...changeOf(spec)[field] }))
    }
    await idle()
    if (changed.has('pointInTimeRecovery')) {
      await changeTable(ctx, () => recoverable(ctx, TableName, spec.pointInTimeRecovery))
    }
    if (changed.has('tags')) await changeTable(ctx, () => tagTable(ctx, live.out.arn, live.address))
    // Last, for it may be refused for an hour.
    if (changed.has('ttlAttribute')) await expireBy(ctx, TableName, live.spec.ttlAttribute, spec.ttlAttribute)
  },

  async farewell(ctx, live): Promise<Farewell> {
    const blocker = `The table ${live.id} has deletion protection: set \`protect: false\` and apply it, or switch it off.`
    const loss = await lossOf(ctx, live.id)
    return {
      blockers: live.spec.deletionProtection ? [blocker] : [],
      losses: loss === null ? [] : [loss],
    }
  },

  async destroy(ctx, live) {
    const TableName = live.id
    await patiently(ctx, [TABLE_BUSY, TABLES_CROWDED], () => unlessGone(ctx.dynamodb.deleteTable({ TableName })))
    await until(ctx, { what: 'the table to be gone', every: 3, timeout: 1_200 }, async () =>
      (await tableAt(ctx, TableName)) === undefined ? true : undefined,
    )
  },

  async health(ctx, live): Promise<Health> {
    const status = (await remembered(ctx, live.id))?.TableStatus ?? 'not found'
    if (status === 'ACTIVE' || status === 'UPDATING') return { state: 'healthy', detail: status }
    return { state: status === 'CREATING' ? 'unknown' : 'unhealthy', detail: status }
  },
}

/** Somebody deletes the one that has the name. */
const LEAVING: Passing = { codes: ['TableLeaving'], seconds: 600, what: 'the table that has the name to be gone' }

/** AWS says of a table on its way out what it says of any other: that it is there. */
async function unlessLeaving(ctx: Ctx, name: string, error: unknown): Promise<never> {
  const there = codeOf(error) === 'ResourceInUse' ? await tableAt(ctx, name) : undefined
  if (there?.TableStatus !== 'DELETING') throw error
  throw Object.assign(new Error(`${name} is being deleted.`, { cause: error }), { name: 'TableLeaving' })
}

const remembered = (ctx: Ctx, name: string): Promise<TableDescription | undefined> =>
  ctx.memo(`dynamodb:table ${name}`, () => tableAt(ctx, name))

/** Gone between two calls is gone. */
async function look(ctx: Ctx, name: string, asked: readonly Asked[]): Promise<Found<TableSpec, TableOut> | undefined> {
  const now = await remembered(ctx, name)
  if (!now || now.TableStatus === 'DELETING') return undefined
  const arn = now.TableArn ?? ''
  const asker = askerOf({ id: name, name, tags: {} }, asked)
  const [tags, ttlAttribute, pointInTimeRecovery] = await Promise.all([
    tagsShown(ctx, { arn, asker, ask: () => tableTags(ctx, arn) }),
    expiryOf(ctx, name),
    recoveryOf(ctx, name),
  ])
  const claimed = claimNamed(ctx, { id: name, name, tags }, asked)
  // A hint may be late: it has been given other tags since.
  if (!claimed.ours && !asker) return undefined
  const spec = { name, hashKey: hashKeyOf(now), ...settingsOf(now), ttlAttribute, pointInTimeRecovery }
  return { ...claimed, id: name, spec, tags, out: { name, arn } }
}

function hashKeyOf({ KeySchema, AttributeDefinitions }: TableDescription): TableSpec['hashKey'] {
  const name = KeySchema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? ''
  return { name, type: AttributeDefinitions?.find((one) => one.AttributeName === name)?.AttributeType ?? 'S' }
}

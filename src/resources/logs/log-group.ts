import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { all } from '../../aws/ownership.ts'
import { tagsShown } from '../../aws/tagged.ts'
import { inUnits } from '../../aws/units.ts'
import { type Passing, patiently, pause, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface LogGroupSpec {
  readonly name: string
  /** Null: for ever. */
  readonly retentionDays: number | null
}

export interface LogGroupOut {
  readonly name: string
  /** Without the trailing `:*`. */
  readonly arn: string
}

/** aws-behaviours.md 4.1. Its id is its name. */
export const logGroup: ResourceType<LogGroupSpec, LogGroupOut, Ctx> = {
  type: 'logs:log-group',
  fields: { name: 'immutable', retentionDays: 'mutable' },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 1, delete: 12 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['logs:DescribeLogGroups', 'logs:ListTagsForResource', 'tag:GetResources'],
      create: ['logs:CreateLogGroup', 'logs:TagResource'],
      sync: ['logs:PutRetentionPolicy', 'logs:DeleteRetentionPolicy', 'logs:TagResource', 'logs:UntagResource'],
      destroy: ['logs:DeleteLogGroup', 'logs:DescribeLogGroups'],
    },
  },

  async read(ctx, asked) {
    const prefix = `/ecom-infra/${ctx.stack}/`
    const elsewhere = namesAsked(asked).filter((name) => !name.startsWith(prefix))
    const folders = [...Map.groupBy(elsewhere, (name) => name.slice(0, name.lastIndexOf('/') + 1))]
    const groups = await Promise.all([
      beginning(ctx, prefix),
      ...folders.map(([folder, names]) => among(ctx, names.length === 1 ? names[0] : folder, names)),
    ])
    const found = await Promise.all(groups.flat().map((group) => look(ctx, group, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, { name }) {
    await patiently(ctx, [BUSY], () => ctx.logs.createLogGroup({ logGroupName: name, tags: { ...ctx.tags(address) } }))
    return name
  },

  async sync(ctx, { retentionDays }, live, changed) {
    const logGroupName = live.id
    if (changed.has('tags')) {
      const resourceArn = live.out.arn
      const [tags, tagKeys] = [{ ...ctx.tags(live.address) }, [...ctx.retired]]
      if (tagKeys.length > 0) await patiently(ctx, [BUSY], () => ctx.logs.untagResource({ resourceArn, tagKeys }))
      await patiently(ctx, [BUSY], () => ctx.logs.tagResource({ resourceArn, tags }))
    }
    if (!changed.has('retentionDays')) return
    await patiently(ctx, [BUSY, FRESH_RIGHTS], () =>
      retentionDays === null
        ? ctx.logs.deleteRetentionPolicy({ logGroupName })
        : ctx.logs.putRetentionPolicy({ logGroupName, retentionInDays: retentionDays }),
    )
  },

  async farewell(ctx, live) {
    const [now] = await exactly(ctx, live.id)
    const { deletionProtectionEnabled: guarded = false, storedBytes = 0 } = now ?? {}
    return {
      blockers: guarded ? [protectedOne(live.id)] : [],
      losses: [],
      also: storedBytes > 0 ? [`${inUnits(storedBytes)} of logs`] : [],
    }
  },

  async destroy(ctx, live) {
    await remove(ctx, live.id)
    // Who still writes makes it anew, without retention and tags: one more look.
    await pause(LATE, ctx.signal)
    if ((await exactly(ctx, live.id)).length > 0) await remove(ctx, live.id)
  },
}

/** We never switch it on: whoever did wants the logs to be kept. */
const protectedOne = (name: string): string =>
  `The log group ${name} has deletion protection, which somebody has switched on: switch it off to let it go.`

/** Seconds in which late writers come. */
const LATE = 10

/** Two changes of one group at a time. */
const BUSY: Passing = { codes: ['OperationAborted'], seconds: 60, what: 'another change of the log group to end' }

/** A right that was granted a moment ago, or hangs on a tag that was just put. */
const FRESH_RIGHTS: Passing = {
  codes: ['AccessDenied'],
  says: ['no identity-based policy allows the logs:putretentionpolicy action'],
  seconds: 120,
  what: 'the right to set the retention to be known everywhere',
}

const beginning = (ctx: Ctx, logGroupNamePrefix: string): Promise<LogGroup[]> =>
  all(ctx.logs.paginateDescribeLogGroups({ logGroupNamePrefix }), (page) => page.logGroups)

/** The listing goes by prefix, so it answers with siblings too. */
const among = async (ctx: Ctx, prefix = '/', names: readonly string[] = []): Promise<LogGroup[]> =>
  (await beginning(ctx, prefix)).filter(({ logGroupName = '' }) => names.includes(logGroupName))

const exactly = (ctx: Ctx, name: string): Promise<LogGroup[]> => among(ctx, name, [name])

async function remove(ctx: Ctx, name: string): Promise<void> {
  await patiently(ctx, [BUSY], () => unlessGone(ctx.logs.deleteLogGroup({ logGroupName: name })))
  await until(ctx, { what: 'the log group to be gone', every: 2, timeout: 300 }, async () =>
    (await exactly(ctx, name)).length === 0 ? true : undefined,
  )
}

/**
 * The listing has no tags. A group of our exact name without tags is ours, for whatever
 * writes into it makes it when it is not there (aws-behaviours.md 4.1).
 */
async function look(
  ctx: Ctx,
  group: LogGroup,
  asked: readonly Asked[],
): Promise<Found<LogGroupSpec, LogGroupOut> | null> {
  const id = group.logGroupName ?? ''
  const arn = (group.arn ?? '').replace(/:\*$/, '')
  const asker = askerOf({ id, name: id, tags: {} }, asked)
  const ask = () => unlessGone(ctx.logs.listTagsForResource({ resourceArn: arn }).then(({ tags = {} }) => tags))
  const tags = await tagsShown(ctx, { arn, asker, ask })
  if (!tags) return null
  const claimed = claimNamed(ctx, { id, name: id, tags }, asked, () => true)
  if (!claimed.ours && !asker) return null
  return {
    ...claimed,
    id,
    spec: { name: id, retentionDays: group.retentionInDays ?? null },
    tags,
    out: { name: id, arn },
  }
}

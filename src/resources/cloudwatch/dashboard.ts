import type { Ctx } from '../../aws/ctx.ts'
import { type DashboardBody, dashboardArnOf, dashboardTags, signed, unsigned } from '../../aws/dashboards.ts'
import { taken } from '../../aws/elb.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { nameOf } from '../../aws/names.ts'
import { toPairs } from '../../aws/ownership.ts'
import { until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface DashboardSpec {
  /** Dashboards are global in an account: the name holds the region. */
  readonly name: string
  /** As the JSON that CloudWatch takes. */
  readonly body: DashboardBody
}

export interface DashboardOut {
  readonly name: string
}

/**
 * aws-behaviours.md 4.4. Its id is its name. Ours is the one that carries our tags; where none can be seen (they are
 * new to dashboards, and emulators keep none), the one that our signature stands on.
 */
export const dashboard: ResourceType<DashboardSpec, DashboardOut, Ctx> = {
  type: 'cloudwatch:dashboard',
  fields: { name: 'immutable', body: 'mutable' },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 1, delete: 1 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['cloudwatch:GetDashboard', 'cloudwatch:ListTagsForResource'],
      create: ['cloudwatch:GetDashboard', 'cloudwatch:PutDashboard', 'cloudwatch:TagResource'],
      sync: ['cloudwatch:PutDashboard', 'cloudwatch:TagResource', 'cloudwatch:UntagResource'],
      destroy: ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard'],
    },
  },

  /**
   * Two calls a dashboard: CloudWatch gives bodies and tags one at a time. The tagging API knows of none, so where
   * nobody asks, a look at all of the stack asks for the one name that they have.
   */
  async read(ctx, asked) {
    const names = asked.length === 0 && ctx.wide ? [nameOf(ctx.stack, ctx.region, 255)] : namesAsked(asked)
    const found = await Promise.all(names.map((name) => look(ctx, name, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, { name, body }) {
    // The call replaces whatever has the name: it is asked first.
    if ((await bodyOf(ctx, name)) !== undefined) throw taken('DashboardAlreadyExists', `A dashboard ${name}`)
    const Tags = toPairs(ctx.tags(address))
    heed(ctx, await ctx.cloudwatch.putDashboard({ DashboardName: name, DashboardBody: signed(ctx, body), Tags }))
    return name
  },

  async sync(ctx, { body }, live, changed) {
    if (changed.has('body')) {
      const input = { DashboardName: live.id, DashboardBody: signed(ctx, body) }
      heed(ctx, await ctx.cloudwatch.putDashboard(input))
    }
    if (!changed.has('tags')) return
    const ResourceARN = dashboardArnOf(ctx, live.id)
    if (ctx.retired.length > 0) await ctx.cloudwatch.untagResource({ ResourceARN, TagKeys: [...ctx.retired] })
    await ctx.cloudwatch.tagResource({ ResourceARN, Tags: toPairs(ctx.tags(live.address)) })
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.cloudwatch.deleteDashboards({ DashboardNames: [live.id] }))
    await until(ctx, { what: 'the dashboard to be gone', every: 2, timeout: dashboard.about.timeout }, async () =>
      (await bodyOf(ctx, live.id)) === undefined ? true : undefined,
    )
  },
}

interface Put {
  readonly DashboardValidationMessages?:
    | readonly { readonly DataPath?: string | undefined; readonly Message?: string | undefined }[]
    | undefined
}

/** CloudWatch takes a dashboard that it has something to say about. */
function heed(ctx: Ctx, { DashboardValidationMessages = [] }: Put): void {
  for (const { DataPath, Message } of DashboardValidationMessages)
    ctx.note(`CloudWatch says of the dashboard's ${DataPath ?? 'body'}: ${Message ?? 'no reason given'}`)
}

const bodyOf = async (ctx: Ctx, DashboardName: string): Promise<string | undefined> =>
  (await unlessGone(ctx.cloudwatch.getDashboard({ DashboardName })))?.DashboardBody

/** Null when it is not there, or is neither ours nor asked for. */
async function look(
  ctx: Ctx,
  name: string,
  asked: readonly Asked[],
): Promise<Found<DashboardSpec, DashboardOut> | null> {
  const text = await bodyOf(ctx, name)
  // Gone between the two calls is gone.
  const seen = text === undefined ? undefined : await unlessGone(dashboardTags(ctx, name))
  if (text === undefined || seen === undefined) return null
  const { body, ours } = unsigned(ctx, text)
  const thing = { id: name, name, tags: seen ?? {} }
  const claimed = claimNamed(ctx, thing, asked, () => ours)
  if (!claimed.ours && !askerOf(thing, asked)) return null
  return { ...claimed, id: name, spec: { name, body }, tags: seen, out: { name } }
}

import { isDeepStrictEqual } from 'node:util'
import type { Ctx } from './ctx.ts'
import { isGone } from './failure.ts'
import { toRecord } from './ownership.ts'

/** As the JSON that CloudWatch takes. Of a stranger's there may be more in it than widgets. */
export interface DashboardBody {
  readonly widgets: readonly object[]
}

/** They are global: the ARN names no region. */
export const dashboardArnOf = ({ partition, account }: Ctx, name: string): string =>
  `arn:${partition}:cloudwatch::${account}:dashboard/${name}`

/** Says to people whose it is, and to us where tags cannot: on the last widget of every dashboard of ours. */
const signature = ({ stack, region }: Ctx): object => ({
  type: 'text',
  width: 24,
  height: 2,
  properties: {
    markdown: `Kept by ecom-infra for the stack **${stack}** in ${region}. What is changed here by hand, the next \`ecom-infra up\` sets back.`,
  },
})

export const signed = (ctx: Ctx, body: DashboardBody): string =>
  JSON.stringify({ ...body, widgets: [...body.widgets, signature(ctx)] })

/** A body without our signature, and whether it had one. One that is no JSON has no widgets. */
export function unsigned(ctx: Ctx, text: string): { readonly body: DashboardBody; readonly ours: boolean } {
  const body = parse(text)
  const mark = signature(ctx)
  const at = body.widgets.findLastIndex((widget) => isDeepStrictEqual(widget, mark))
  if (at >= 0) return { body: { ...body, widgets: body.widgets.toSpliced(at, 1) }, ours: true }
  // Said aloud, so that a signature which was taken off is a difference.
  return { body: { ...body, signed: false } as DashboardBody, ours: false }
}

function parse(text: string): DashboardBody {
  try {
    const { widgets = [], ...rest } = JSON.parse(text) as Partial<DashboardBody>
    return { ...rest, widgets: Array.isArray(widgets) ? widgets : [] }
  } catch {
    return { widgets: [] }
  }
}

/**
 * Its tags; null where dashboards have none. Emulators are older than the tags of dashboards, and answer with an empty
 * list whatever is asked: no tags are real only where a dashboard that cannot be there is refused.
 */
export async function dashboardTags(ctx: Ctx, name: string): Promise<Readonly<Record<string, string>> | null> {
  const tagsOf = async (of: string) => {
    const { Tags } = await ctx.cloudwatch.listTagsForResource({ ResourceARN: dashboardArnOf(ctx, of) })
    return toRecord(Tags)
  }
  const tags = await tagsOf(name)
  if (Object.keys(tags).length > 0) return tags
  try {
    await tagsOf(`${ctx.stack}-none-of-this-name`)
    return null
  } catch (error) {
    if (!isGone(error)) throw error
    return tags
  }
}

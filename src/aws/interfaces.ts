import type { Ctx } from './ctx.ts'
import { all } from './ownership.ts'

/** At most so many values a filter (aws-behaviours.md 0.8). */
const MOST = 200

/** The security groups of these network interfaces, of those that are there. By filter: a missing id fails no call. */
export async function interfaceGroups(
  ctx: Ctx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const parts = Array.from({ length: Math.ceil(ids.length / MOST) }, (_, n) => ids.slice(n * MOST, (n + 1) * MOST))
  const list = (await Promise.all(parts.map((part) => listed(ctx, part)))).flat()
  return new Map(
    list.map((item) => [item.NetworkInterfaceId ?? '', (item.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? [])]),
  )
}

const listed = (ctx: Ctx, Values: string[]) => {
  const Filters = [{ Name: 'network-interface-id', Values }]
  return all(ctx.ec2.paginateDescribeNetworkInterfaces({ Filters }), (page) => page.NetworkInterfaces)
}

import type { Listener, LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Ctx } from './ctx.ts'
import { isGone, unlessGone } from './failure.ts'
import { all, toRecord } from './ownership.ts'

type Tags = Readonly<Record<string, string>>

/** A thing of the load balancing API together with its tags, which its listing leaves out. */
export interface Tagged<Item> {
  readonly arn: string
  readonly item: Item
  readonly tags: Tags
}

/** Every load balancer of the region: there is no filter by tag (aws-behaviours.md 0.8, 3.1). */
export const loadBalancers = (ctx: Ctx): Promise<readonly LoadBalancer[]> =>
  ctx.memo('elbv2:load-balancers', () => all(ctx.elbv2.paginateDescribeLoadBalancers({}), (page) => page.LoadBalancers))

/** The same with tags. The listeners' look shares it with the balancers' own. */
export const taggedLoadBalancers = (ctx: Ctx): Promise<readonly Tagged<LoadBalancer>[]> =>
  ctx.memo('elbv2:tagged-load-balancers', () => withTags(ctx, loadBalancers(ctx), (item) => item.LoadBalancerArn))

/** Every target group of the region, with tags. */
export const taggedTargetGroups = (ctx: Ctx): Promise<readonly Tagged<TargetGroup>[]> => {
  const listing = all(ctx.elbv2.paginateDescribeTargetGroups({}), (page) => page.TargetGroups)
  return withTags(ctx, listing, (item) => item.TargetGroupArn)
}

/** The listeners of these balancers, with tags. AWS lists them one balancer at a time. */
export const taggedListeners = (ctx: Ctx, balancers: readonly string[]): Promise<readonly Tagged<Listener>[]> => {
  const listing = Promise.all([...new Set(balancers)].map((arn) => listenersOn(ctx, arn)))
  return withTags(
    ctx,
    listing.then((lists) => lists.flat()),
    (item) => item.ListenerArn,
  )
}

/** None when the balancer has gone in the meantime. */
async function listenersOn(ctx: Ctx, LoadBalancerArn: string): Promise<readonly Listener[]> {
  const pages = ctx.elbv2.paginateDescribeListeners({ LoadBalancerArn })
  return (await unlessGone(all(pages, (page) => page.Listeners))) ?? []
}

/** What has gone between the listing and the question for its tags is left out. */
async function withTags<Item>(
  ctx: Ctx,
  listing: Promise<readonly Item[]>,
  arnOf: (item: Item) => string | undefined,
): Promise<readonly Tagged<Item>[]> {
  const arns = listing.then((items) => items.flatMap((item) => arnOf(item) ?? []))
  const tags = await tagsOf(ctx, arns)
  return (await listing).flatMap((item) => {
    const arn = arnOf(item) ?? ''
    const known = tags.get(arn)
    return known === undefined ? [] : [{ arn, item, tags: known }]
  })
}

/** What is asked for together. */
interface Round {
  readonly members: Promise<readonly string[]>[]
  answer: Promise<ReadonlyMap<string, Tags>> | null
}

/**
 * Tags by ARN. Listings that have begun in the same look share the calls, for DescribeTags takes balancers,
 * target groups and listeners alike; the first listing that is there closes the round.
 */
async function tagsOf(ctx: Ctx, arns: Promise<readonly string[]>): Promise<ReadonlyMap<string, Tags>> {
  const rounds = await ctx.memo('elbv2:tags', async () => ({ open: null as Round | null }))
  rounds.open ??= { members: [], answer: null }
  const round = rounds.open
  round.members.push(arns)
  await arns
  if (rounds.open === round) rounds.open = null
  round.answer ??= askTogether(ctx, round.members)
  return round.answer
}

/** At most 20 ARNs a call (aws-behaviours.md 0.8). */
const ARNS = 20

async function askTogether(
  ctx: Ctx,
  members: readonly Promise<readonly string[]>[],
): Promise<ReadonlyMap<string, Tags>> {
  // A listing that fails fails its own look, and not those of the others.
  const settled = await Promise.allSettled(members)
  const arns = [...new Set(settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])))]
  const calls = Array.from({ length: Math.ceil(arns.length / ARNS) }, (_, call) =>
    ask(ctx, arns.slice(call * ARNS, (call + 1) * ARNS)),
  )
  return new Map((await Promise.all(calls)).flat())
}

/** One that has gone fails the call for all of them: then each is asked alone. */
async function ask(ctx: Ctx, ResourceArns: string[]): Promise<readonly (readonly [string, Tags])[]> {
  try {
    const { TagDescriptions = [] } = await ctx.elbv2.describeTags({ ResourceArns })
    return TagDescriptions.map(({ ResourceArn, Tags }) => [ResourceArn ?? '', toRecord(Tags)] as const)
  } catch (error) {
    if (!isGone(error)) throw error
    if (ResourceArns.length === 1) return []
    return (await Promise.all(ResourceArns.map((arn) => ask(ctx, [arn])))).flat()
  }
}

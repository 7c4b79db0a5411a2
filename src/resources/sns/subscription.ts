import type { Subscription } from '@aws-sdk/client-sns'
import type { Ctx } from '../../aws/ctx.ts'
import { codeOf, messageOf, unlessGone } from '../../aws/failure.ts'
import { FRESH_RIGHTS, FRESH_TOPIC, isPending, subscriptionsOf } from '../../aws/sns.ts'
import { patiently, until } from '../../aws/wait.ts'
import { type Address, isUnknown } from '../../engine/ref.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface SubscriptionSpec {
  readonly topicArn: string
  readonly protocol: 'email'
  readonly endpoint: string
}

export interface SubscriptionOut {
  readonly topicArn: string
}

const alike = (want: string, have: string): boolean => want.toLowerCase() === have.toLowerCase()

/**
 * aws-behaviours.md 4.5. It has an ARN only once it is confirmed, so its id is made of what names it. Those that others
 * have put on the topic are theirs: they are left alone, and AWS takes them away with the topic.
 */
export const subscription: ResourceType<SubscriptionSpec, SubscriptionOut, Ctx> = {
  type: 'sns:subscription',
  parents: ['sns:topic'],
  fields: { topicArn: 'immutable', protocol: 'immutable', endpoint: 'immutable' },
  // Were the case of an address to differ, everybody would get a new mail with each run.
  same: { endpoint: alike },
  about: {
    // A topic has one subscription of a protocol and endpoint.
    identity: 'name',
    usable: 'created',
    seconds: { create: 1, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['sns:ListSubscriptionsByTopic'],
      create: ['sns:Subscribe'],
      sync: [],
      destroy: ['sns:Unsubscribe', 'sns:ListSubscriptionsByTopic'],
    },
  },

  /** One listing a topic. Pending or confirmed, it is there: subscribing again would send another mail. */
  async read(ctx, asked) {
    return (await Promise.all(asked.map((one) => look(ctx, one)))).flat()
  },

  async create(ctx, _address, spec) {
    const { topicArn: TopicArn, protocol: Protocol, endpoint: Endpoint } = spec
    const input = { TopicArn, Protocol, Endpoint, ReturnSubscriptionArn: true }
    await patiently(ctx, [FRESH_TOPIC, FRESH_RIGHTS], () => ctx.sns.subscribe(input))
    return idOf(spec)
  },

  async destroy(ctx, live) {
    await until(ctx, { what: 'the subscription to be gone', every: 2, timeout: 300 }, async () => {
      const entry = entryIn(await subscriptionsOf(ctx, live.spec.topicArn), live.spec)
      if (!entry) return true
      if (isPending(entry) || !(await unsubscribe(ctx, entry.SubscriptionArn ?? ''))) return stays(ctx, live.spec)
      return undefined
    })
  },

  async health(ctx, live): Promise<Health> {
    const entry = entryIn(await listing(ctx, live.spec.topicArn), live.spec)
    if (!entry) return { state: 'unknown', detail: 'not found' }
    if (!isPending(entry)) return { state: 'healthy', detail: 'confirmed' }
    const detail = `awaiting confirmation: ${live.spec.endpoint} has to follow the link in the mail from AWS, which holds for two days`
    return { state: 'unknown', detail }
  },
}

const idOf = ({ topicArn, protocol, endpoint }: SubscriptionSpec): string =>
  `${topicArn}|${protocol}|${endpoint.toLowerCase()}`

/** What an id was made of. An address may hold the sign that stands between the parts. */
function specIn(id: string): SubscriptionSpec {
  const [topicArn = '', , ...endpoint] = id.split('|')
  return { topicArn, protocol: 'email', endpoint: endpoint.join('|') }
}

const listing = (ctx: Ctx, topicArn: string): Promise<readonly Subscription[]> =>
  ctx.memo(`sns:subscriptions:${topicArn}`, () => subscriptionsOf(ctx, topicArn))

const entryIn = (list: readonly Subscription[], { protocol, endpoint }: SubscriptionSpec): Subscription | undefined =>
  list.find((entry) => entry.Protocol === protocol && alike(endpoint, entry.Endpoint ?? ''))

/**
 * The one that is wanted, else the one that was. Where both are there (somebody had subscribed the new address before
 * we did), the earlier one is wanted no more; unless it is pending, for then nothing can be done about it.
 */
async function look(ctx: Ctx, { address, id, spec }: Asked): Promise<Subscribed[]> {
  const wanted = spec === null || isUnknown(spec) ? null : (spec as SubscriptionSpec)
  const [now, before] = await Promise.all([wanted, id === null ? null : specIn(id)].map((one) => entryOf(ctx, one)))
  if (!now || !before) return [now ?? before ?? []].flat().map((entry) => describe(entry, address))
  const same = idOf(specFrom(now)) === idOf(specFrom(before))
  const earlier = same || isPending(before) ? [] : [describe(before, `${address}-earlier`)]
  return [describe(now, address), ...earlier]
}

const entryOf = async (ctx: Ctx, spec: SubscriptionSpec | null): Promise<Subscription | undefined> =>
  spec === null ? undefined : entryIn(await listing(ctx, spec.topicArn), spec)

type Subscribed = Found<SubscriptionSpec, SubscriptionOut>

function describe(entry: Subscription, address: Address): Subscribed {
  const spec = specFrom(entry)
  return { address, id: idOf(spec), ours: true, spec, tags: null, out: { topicArn: spec.topicArn } }
}

const specFrom = ({ TopicArn = '', Endpoint = '' }: Subscription): SubscriptionSpec => ({
  ...{ topicArn: TopicArn, protocol: 'email', endpoint: Endpoint },
})

/** False when AWS says that it cannot be cancelled before it is confirmed. */
async function unsubscribe(ctx: Ctx, SubscriptionArn: string): Promise<boolean> {
  try {
    await unlessGone(ctx.sns.unsubscribe({ SubscriptionArn }))
    return true
  } catch (error) {
    if (codeOf(error) !== 'InvalidParameter' || !/pending confirmation/i.test(messageOf(error))) throw error
    return false
  }
}

function stays(ctx: Ctx, { endpoint }: SubscriptionSpec): true {
  ctx.note(
    `${endpoint} was never confirmed, so it cannot be cancelled: it goes with the topic, or by itself in three days`,
  )
  return true
}

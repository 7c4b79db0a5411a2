import type { Subscription } from '@aws-sdk/client-sns'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { all } from './ownership.ts'
import type { Passing } from './wait.ts'

/** Names and ARNs of topics are one and the same thing to who knows account and region. */
export const topicArnOf = ({ partition, region, account }: Ctx, name: string): string =>
  `arn:${partition}:sns:${region}:${account}:${name}`

/** A topic that was made a moment ago. */
export const FRESH_TOPIC: Passing = { codes: ['NotFound'], seconds: 60, what: 'the new topic to be known everywhere' }

/** Who may use it is told by its tags, and those are known a little later (aws-behaviours.md 0.3). */
export const FRESH_RIGHTS: Passing = {
  codes: ['AuthorizationError', 'Authorization'],
  says: ['no identity-based policy allows'],
  seconds: 120,
  what: 'the right to use the new topic to be known everywhere',
}

/** A policy that names a role which SNS does not know yet. */
export const FRESH_PRINCIPAL: Passing = {
  codes: ['InvalidParameter'],
  says: ['principalnotfound', 'invalid principal'],
  seconds: 120,
  what: 'who the policy names to be known to SNS',
}

/** The subscriptions of a topic, whoever made them. AWS goes on listing those that have been cancelled for a while. */
export async function subscriptionsOf(ctx: Ctx, topicArn: string): Promise<readonly Subscription[]> {
  const pages = ctx.sns.paginateListSubscriptionsByTopic({ TopicArn: topicArn })
  const found = (await unlessGone(all(pages, (page) => page.Subscriptions))) ?? []
  return found.filter(({ SubscriptionArn }) => SubscriptionArn !== 'Deleted')
}

/** Until somebody follows the link in AWS's mail, there is no ARN. */
export const isPending = ({ SubscriptionArn = '' }: Subscription): boolean => !SubscriptionArn.startsWith('arn:')

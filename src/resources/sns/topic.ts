import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, wantedNames } from '../../aws/named.ts'
import { toPairs, toRecord } from '../../aws/ownership.ts'
import { type PolicyDocument, samePolicy } from '../../aws/policy.ts'
import { policyFrom } from '../../aws/policy-text.ts'
import { required } from '../../aws/required.ts'
import { FRESH_PRINCIPAL, FRESH_RIGHTS, FRESH_TOPIC, topicArnOf } from '../../aws/sns.ts'
import { hintedArns, tagsShown } from '../../aws/tagged.ts'
import { patiently, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface TopicSpec {
  readonly name: string
  readonly displayName: string
  /** ARN of the key; null: not encrypted. */
  readonly kmsKeyArn: string | null
  readonly policy: PolicyDocument
}

export interface TopicOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 4.5. Its id is its ARN. */
export const topic: ResourceType<TopicSpec, TopicOut, Ctx> = {
  type: 'sns:topic',
  fields: { name: 'immutable', displayName: 'mutable', kmsKeyArn: 'mutable', policy: 'mutable' },
  same: { policy: samePolicy },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 2, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['sns:GetTopicAttributes', 'sns:ListTagsForResource', 'tag:GetResources'],
      create: ['sns:CreateTopic', 'sns:TagResource'],
      sync: ['sns:SetTopicAttributes', 'sns:TagResource', 'sns:UntagResource'],
      destroy: ['sns:DeleteTopic', 'sns:GetTopicAttributes'],
    },
  },

  /** Two calls a topic: SNS gives attributes and tags of one at a time, and its listing gives neither. */
  async read(ctx, asked) {
    const wanted = wantedNames(asked).map((name) => topicArnOf(ctx, name))
    const hinted = await hintedArns(ctx, 'sns')
    const arns = [...new Set([...wanted, ...asked.flatMap(({ id }) => id ?? []), ...hinted])]
    const found = await Promise.all(arns.map((arn) => look(ctx, arn, asked)))
    return found.filter((one) => one !== null)
  },

  /** Name and tags alone: with them it is refused where a topic of other tags has the name, and nothing else is. */
  async create(ctx, address, { name }) {
    const { TopicArn } = await ctx.sns.createTopic({ Name: name, Tags: toPairs(ctx.tags(address)) })
    return required(TopicArn, 'CreateTopic', 'TopicArn')
  },

  async sync(ctx, spec, live, changed) {
    const attributes = Object.entries(attributesOf(spec)).filter(([, { field }]) => changed.has(field))
    for (const [AttributeName, { value: AttributeValue }] of attributes) {
      const input = { TopicArn: live.id, AttributeName, AttributeValue }
      await patiently(ctx, [FRESH_TOPIC, FRESH_RIGHTS, FRESH_PRINCIPAL], () => ctx.sns.setTopicAttributes(input))
    }
    if (changed.has('tags')) await tag(ctx, live)
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.sns.deleteTopic({ TopicArn: live.id }))
    await until(ctx, { what: 'the topic to be gone', every: 2, timeout: topic.about.timeout }, async () => {
      const rest = await unlessGone(ctx.sns.getTopicAttributes({ TopicArn: live.id }))
      return rest === undefined ? true : undefined
    })
  },
}

interface Attribute {
  readonly field: keyof TopicSpec
  readonly value: string
}

/** AWS takes one attribute a call. A policy cannot be taken off, only replaced. */
const attributesOf = ({ displayName, kmsKeyArn, policy }: TopicSpec): Readonly<Record<string, Attribute>> => ({
  // Encrypted before anybody may publish to it.
  KmsMasterKeyId: { field: 'kmsKeyArn', value: kmsKeyArn ?? '' },
  Policy: { field: 'policy', value: JSON.stringify(policy) },
  DisplayName: { field: 'displayName', value: displayName },
})

async function tag(ctx: Ctx, live: Found<TopicSpec, TopicOut>): Promise<void> {
  const [ResourceArn, TagKeys] = [live.id, [...ctx.retired]]
  const rules = [FRESH_TOPIC, FRESH_RIGHTS]
  if (TagKeys.length > 0) await patiently(ctx, rules, () => ctx.sns.untagResource({ ResourceArn, TagKeys }))
  const Tags = toPairs(ctx.tags(live.address))
  await patiently(ctx, rules, () => ctx.sns.tagResource({ ResourceArn, Tags }))
}

/** Null when it is not there, or is neither ours nor asked for. */
async function look(ctx: Ctx, arn: string, asked: readonly Asked[]): Promise<Found<TopicSpec, TopicOut> | null> {
  // One that we have made is ours to read, sooner or later.
  const rules = asked.some(({ id }) => id === arn) ? [FRESH_RIGHTS] : []
  const name = arn.slice(arn.lastIndexOf(':') + 1)
  const asker = askerOf({ id: arn, name, tags: {} }, asked)
  const ask = () => ctx.sns.listTagsForResource({ ResourceArn: arn }).then(({ Tags }) => toRecord(Tags))
  const answers = await unlessGone(
    patiently(ctx, rules, () =>
      Promise.all([ctx.sns.getTopicAttributes({ TopicArn: arn }), tagsShown(ctx, { arn, asker, ask })]),
    ),
  )
  if (!answers) return null
  const [{ Attributes = {} }, tags] = answers
  const claimed = claimNamed(ctx, { id: arn, name, tags }, asked)
  if (!claimed.ours && !asker) return null
  const spec: TopicSpec = {
    name,
    displayName: Attributes.DisplayName ?? '',
    kmsKeyArn: Attributes.KmsMasterKeyId || null,
    // A principal that was deleted stands there as its bare id: that differs, and is put right.
    policy: policyFrom(Attributes.Policy),
  }
  return { ...claimed, id: arn, spec, tags, out: { name, arn } }
}

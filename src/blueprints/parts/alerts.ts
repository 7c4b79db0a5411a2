import { nameOf } from '../../aws/names.ts'
import type { PolicyDocument, PolicyStatement } from '../../aws/policy.ts'
import type { Handle } from '../../engine/graph.ts'
import { key } from '../../resources/kms/key.ts'
import { subscription } from '../../resources/sns/subscription.ts'
import { type TopicOut, topic } from '../../resources/sns/topic.ts'
import type { Draft } from '../blueprint.ts'

const CLOUDWATCH = { Service: 'cloudwatch.amazonaws.com' }

/**
 * Where alarms go. Encrypted with a key of the stack's own, because with AWS's own key for SNS alarms never arrive:
 * its policy does not know CloudWatch (aws-behaviours.md 4.5).
 */
export function alerts(draft: Draft): Handle<TopicOut> {
  const { graph, config, stack } = draft
  const watch = graph.layer('Watch')
  const name = nameOf(stack, 'alerts', 256)
  const own = watch.add(key, 'alerts', {
    alias: `alias/${nameOf(stack, 'alerts', 240)}`,
    description: `Alarms of ${stack}`,
    ...{ policy: keyPolicy(draft), rotation: true, enabled: true },
  })
  const alarms = watch.add(topic, 'alerts', {
    ...{ name, displayName: `Alarms of ${stack}`, kmsKeyArn: own.ref('arn'), policy: topicPolicy(draft, name) },
  })
  const { alarmEmail } = config.monitoring
  if (alarmEmail !== null) {
    watch.add(subscription, 'email', { topicArn: alarms.ref('arn'), protocol: 'email', endpoint: alarmEmail })
  }
  return alarms
}

/** Bound to the alarms of this account and region: a service works for many accounts. */
const fromHere = ({ facts }: Draft): NonNullable<PolicyStatement['Condition']> => ({
  StringEquals: { 'aws:SourceAccount': facts.account },
  ArnLike: { 'aws:SourceArn': `arn:${facts.partition}:cloudwatch:${facts.region}:${facts.account}:alarm:*` },
})

const keyPolicy = (draft: Draft): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Sid: 'ThisAccount', Effect: 'Allow', Action: 'kms:*', Resource: '*' },
      Principal: { AWS: `arn:${draft.facts.partition}:iam::${draft.facts.account}:root` },
    },
    {
      ...{ Sid: 'AlarmsOfThisAccount', Effect: 'Allow', Principal: CLOUDWATCH, Resource: '*' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Condition: fromHere(draft),
    },
  ],
})

const topicPolicy = (draft: Draft, name: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Sid: 'AlarmsOfThisAccount', Effect: 'Allow', Principal: CLOUDWATCH, Action: 'sns:Publish' },
      Resource: `arn:${draft.facts.partition}:sns:${draft.facts.region}:${draft.facts.account}:${name}`,
      Condition: fromHere(draft),
    },
  ],
})

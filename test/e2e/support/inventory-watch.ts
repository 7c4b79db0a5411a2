import type { Raw } from './raw.ts'
import { type Thing, thing } from './thing.ts'

export async function alarms({ cloudwatch }: Raw): Promise<Thing[]> {
  const [{ MetricAlarms = [] }, { DashboardEntries = [] }] = await Promise.all([
    cloudwatch.describeAlarms({}),
    cloudwatch.listDashboards({}),
  ])
  const tagged = async (kind: string, id: string | undefined, ResourceARN: string | undefined, gist = '') =>
    thing(kind, id, (await cloudwatch.listTagsForResource({ ResourceARN })).Tags, gist)
  return Promise.all([
    ...MetricAlarms.map((it) => tagged('alarm', it.AlarmName, it.AlarmArn, `${it.MetricName} ${it.Threshold}`)),
    ...DashboardEntries.map((it) => tagged('dashboard', it.DashboardName, it.DashboardArn)),
  ])
}

export async function alerts({ sns }: Raw): Promise<Thing[]> {
  const { Topics = [] } = await sns.listTopics({})
  const { Subscriptions = [] } = await sns.listSubscriptions({})
  const topics = Topics.map(async ({ TopicArn }) => {
    const { Tags } = await sns.listTagsForResource({ ResourceArn: TopicArn })
    return thing('topic', TopicArn, Tags)
  })
  const subscriptions = Subscriptions.map((it) =>
    thing('subscription', `${it.TopicArn} ${it.Endpoint}`, [], `${it.Protocol} ${it.Endpoint}`),
  )
  return [...(await Promise.all(topics)), ...subscriptions]
}

export async function flowLogs({ ec2 }: Raw): Promise<Thing[]> {
  const { FlowLogs = [] } = await ec2.describeFlowLogs({})
  return FlowLogs.map((it) => thing('flow log', it.FlowLogId, it.Tags, `${it.TrafficType} ${it.LogGroupName}`))
}

/** Those that somebody has made: AWS keeps its own (`alias/aws/…`), and moto shows them as anybody's. */
export async function keys({ kms }: Raw): Promise<Thing[]> {
  const [{ Keys = [] }, { Aliases = [] }] = await Promise.all([kms.listKeys({}), kms.listAliases({})])
  const isAws = (AliasName = '') => AliasName.startsWith('alias/aws/')
  const aws = new Set(Aliases.filter(({ AliasName }) => isAws(AliasName)).map(({ TargetKeyId }) => TargetKeyId))
  const made = await Promise.all(
    Keys.filter(({ KeyId }) => !aws.has(KeyId)).map(async ({ KeyId }) => {
      const [{ KeyMetadata }, { Tags = [] }] = await Promise.all([
        kms.describeKey({ KeyId }),
        kms.listResourceTags({ KeyId }),
      ])
      // AWS deletes no key at once: one that waits for it counts as gone.
      if (KeyMetadata?.KeyState === 'PendingDeletion') return []
      return [
        thing(
          'key',
          KeyId,
          Tags.map((one) => ({ Key: one.TagKey, Value: one.TagValue })),
          KeyMetadata?.KeyState,
        ),
      ]
    }),
  )
  const named = Aliases.filter(({ AliasName }) => !isAws(AliasName))
  return [...made.flat(), ...named.map(({ AliasName }) => thing('alias', AliasName, [], AliasName))]
}

import { expect } from 'vitest'
import { type Drift, only, open, STACK } from './drift.ts'
import type { Raw } from './raw.ts'

const ALIAS = { KeyId: `alias/${STACK}-alerts` }
const DASHBOARD = { DashboardName: `${STACK}-us-east-1` }
const ACCESS = `/ecom-infra/${STACK}/web/access`
const FLOWS = `/ecom-infra/${STACK}/flow-logs`
const topic = (account: string) => ({ TopicArn: `arn:aws:sns:us-east-1:${account}:${STACK}-alerts` })

const key = async ({ kms }: Raw) => ({ KeyId: (await kms.describeKey(ALIAS)).KeyMetadata?.KeyId })
const alarms = async ({ cloudwatch }: Raw, name: string) =>
  (await cloudwatch.describeAlarms({ AlarmNames: [`${STACK}-${name}`] })).MetricAlarms ?? []
const alarm = async (raw: Raw, name: string) => {
  const { AlarmName, EvaluationPeriods, ComparisonOperator, ...rest } = only(await alarms(raw, name))
  return { ...rest, AlarmName, EvaluationPeriods, ComparisonOperator }
}
const widgets = async ({ cloudwatch }: Raw) =>
  JSON.parse((await cloudwatch.getDashboard(DASHBOARD)).DashboardBody ?? '{}') as { widgets: object[] }
const retention = async ({ logs }: Raw, logGroupNamePrefix: string) =>
  (await logs.describeLogGroups({ logGroupNamePrefix })).logGroups?.map((it) => it.retentionInDays ?? null)
const policyOf = async ({ sns }: Raw, account: string) =>
  JSON.parse((await sns.getTopicAttributes(topic(account))).Attributes?.Policy ?? 'null')

const CHANNEL: readonly Drift[] = [
  {
    ...{ name: 'the topic opened', address: 'sns:topic/alerts', status: 'drifted', path: 'policy.Statement' },
    make: ({ sns }, account) =>
      sns.setTopicAttributes({
        ...{ ...topic(account), AttributeName: 'Policy' },
        AttributeValue: JSON.stringify(open('sns:Publish', topic(account).TopicArn)),
      }),
    read: policyOf,
    desired: [expect.objectContaining({ Sid: 'AlarmsOfThisAccount' })],
    actual: [expect.objectContaining({ Sid: 'Everybody', Principal: '*' })],
  },
  {
    ...{ name: 'the subscription removed', address: 'sns:subscription/email', status: 'missing' },
    make: async ({ sns }, account) => {
      const { Subscriptions } = await sns.listSubscriptionsByTopic(topic(account))
      return sns.unsubscribe({ SubscriptionArn: only(Subscriptions).SubscriptionArn })
    },
    read: async ({ sns }, account) =>
      (await sns.listSubscriptionsByTopic(topic(account))).Subscriptions?.map(
        ({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`,
      ),
  },
  {
    ...{ name: 'rotation of the key off', address: 'kms:key/alerts', status: 'drifted', path: 'rotation' },
    make: async (raw) => raw.kms.disableKeyRotation(await key(raw)),
    read: async (raw) => (await raw.kms.getKeyRotationStatus(await key(raw))).KeyRotationEnabled,
    ...{ desired: true, actual: false },
  },
  {
    ...{ name: 'the key disabled', address: 'kms:key/alerts', status: 'drifted', path: 'enabled' },
    make: async (raw) => raw.kms.disableKey(await key(raw)),
    read: async (raw) => (await raw.kms.describeKey(ALIAS)).KeyMetadata?.Enabled,
    ...{ desired: true, actual: false },
  },
]

const ALARMS: readonly Drift[] = [
  {
    ...{ name: 'an alarm deleted', address: 'cloudwatch:alarm/database-storage', status: 'missing' },
    make: ({ cloudwatch }) => cloudwatch.deleteAlarms({ AlarmNames: [`${STACK}-database-storage`] }),
    read: async (raw) =>
      (await alarms(raw, 'database-storage')).map((one) => [
        ...[one.Namespace, one.MetricName, one.Dimensions, one.Statistic, one.Period, one.EvaluationPeriods],
        ...[one.ComparisonOperator, one.Threshold, one.TreatMissingData, one.AlarmActions, one.OKActions],
      ]),
  },
  {
    ...{ name: "an alarm's threshold changed", address: 'cloudwatch:alarm/web-cpu', status: 'drifted' },
    make: async (raw) => raw.cloudwatch.putMetricAlarm({ ...(await alarm(raw, 'web-cpu')), Threshold: 99 }),
    read: async (raw) => (await alarm(raw, 'web-cpu')).Threshold,
    ...{ path: 'threshold', desired: 70, actual: 99 },
  },
  {
    ...{ name: 'an alarm silenced', address: 'cloudwatch:alarm/unhealthy-hosts', status: 'drifted' },
    make: async (raw) =>
      raw.cloudwatch.putMetricAlarm({ ...(await alarm(raw, 'unhealthy-hosts')), ActionsEnabled: false }),
    read: async (raw) => (await alarm(raw, 'unhealthy-hosts')).ActionsEnabled,
    ...{ path: 'enabled', desired: true, actual: false },
  },
  {
    ...{ name: 'the dashboard changed', address: 'cloudwatch:dashboard/main', status: 'drifted' },
    make: async (raw) => {
      const body = await widgets(raw)
      const DashboardBody = JSON.stringify({ ...body, widgets: body.widgets.slice(1) })
      return raw.cloudwatch.putDashboard({ ...DASHBOARD, DashboardBody })
    },
    read: async (raw) => (await widgets(raw)).widgets.length,
    path: 'body.widgets',
    desired: expect.arrayContaining([
      expect.objectContaining({ properties: expect.objectContaining({ title: 'Requests' }) }),
    ]),
    actual: expect.not.arrayContaining([
      expect.objectContaining({ properties: expect.objectContaining({ title: 'Requests' }) }),
    ]),
  },
]

const LOGS: readonly Drift[] = [
  {
    ...{ name: 'log retention changed', address: 'logs:log-group/web-access', status: 'drifted' },
    make: ({ logs }) => logs.putRetentionPolicy({ logGroupName: ACCESS, retentionInDays: 30 }),
    read: (raw) => retention(raw, ACCESS),
    ...{ path: 'retentionDays', desired: 7, actual: 30 },
  },
  {
    ...{ name: 'logs kept for ever', address: 'logs:log-group/flow-logs', status: 'drifted' },
    make: ({ logs }) => logs.deleteRetentionPolicy({ logGroupName: FLOWS }),
    read: (raw) => retention(raw, FLOWS),
    ...{ path: 'retentionDays', desired: 7, actual: null },
  },
]

export const WATCH: readonly Drift[] = [...CHANNEL, ...ALARMS, ...LOGS]

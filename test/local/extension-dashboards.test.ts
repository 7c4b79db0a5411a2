import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
let watch: CloudWatch
beforeAll(async () => {
  account = await freshAccount()
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  watch = new CloudWatch({ endpoint: account.url, region: 'us-east-1', credentials })
})
afterAll(() => account.close())

const arnOf = (name: string) => `arn:aws:cloudwatch::${account.id}:dashboard/${name}`
const tags = async (name: string) => (await watch.listTagsForResource({ ResourceARN: arnOf(name) })).Tags
const put = (...Tags: { Key: string; Value: string }[]) =>
  watch.putDashboard({ DashboardName: 'main', DashboardBody: '{"widgets":[]}', Tags })

it('a dashboard has tags: from its making, not from a change, and none once it is gone', async () => {
  await put({ Key: 'a', Value: '1' })
  await put({ Key: 'a', Value: '2' })
  expect(await tags('main')).toEqual([{ Key: 'a', Value: '1' }])
  await watch.tagResource({ ResourceARN: arnOf('main'), Tags: [{ Key: 'b', Value: '3' }] })
  await watch.untagResource({ ResourceARN: arnOf('main'), TagKeys: ['a'] })
  expect(await tags('main')).toEqual([{ Key: 'b', Value: '3' }])
  const missing = { name: 'ResourceNotFoundException' }
  await expect(tags('other')).rejects.toMatchObject(missing)
  await expect(
    watch.tagResource({ ResourceARN: arnOf('other'), Tags: [{ Key: 'b', Value: '3' }] }),
  ).rejects.toMatchObject(missing)
  await watch.deleteDashboards({ DashboardNames: ['main'] })
  await expect(tags('main')).rejects.toMatchObject(missing)
  await put()
  expect(await tags('main')).toEqual([])
})

it('an alarm has them as before', async () => {
  await watch.putMetricAlarm({
    ...{ AlarmName: 'cpu', MetricName: 'CPUUtilization', Namespace: 'AWS/EC2', Statistic: 'Average', Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
    Tags: [{ Key: 'a', Value: '1' }],
  })
  const ResourceARN = `arn:aws:cloudwatch:us-east-1:${account.id}:alarm:cpu`
  await watch.untagResource({ ResourceARN, TagKeys: ['a'] })
  await watch.tagResource({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] })
  expect((await watch.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'b', Value: '2' }])
})

it('the proxy knows the calls of CloudWatch by their names', () => {
  expect(account.proxy.report().byService.monitoring).toMatchObject({ PutDashboard: 3, PutMetricAlarm: 1 })
})

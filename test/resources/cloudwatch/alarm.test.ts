import { expect, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { type AlarmSpec, alarm } from '../../../src/resources/cloudwatch/alarm.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { freshAccount } from '../../support/emulator.ts'

const address = 'cloudwatch:alarm/web-cpu'
const topicIn = ({ account, region }: World, name: string) => `arn:aws:sns:${region}:${account}:${name}`

const specOf = (world: World): AlarmSpec => ({
  name: `${world.stack}-web-cpu`,
  description: 'The web servers have no room left.',
  namespace: 'AWS/EC2',
  metric: 'CPUUtilization',
  dimensions: { AutoScalingGroupName: `${world.stack}-web`, Zone: 'a' },
  statistic: 'Average',
  periodSeconds: 300,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  comparison: 'GreaterThanThreshold',
  threshold: 70,
  missingData: 'notBreaching',
  enabled: true,
  alarmActions: [topicIn(world, 'b'), topicIn(world, 'a')],
  okActions: [topicIn(world, 'a')],
})

const changedIn = (world: World): AlarmSpec => ({
  ...specOf(world),
  description: '',
  namespace: 'AWS/ApplicationELB',
  metric: 'TargetResponseTime',
  dimensions: {},
  statistic: 'p99',
  periodSeconds: 60,
  evaluationPeriods: 5,
  datapointsToAlarm: 5,
  comparison: 'GreaterThanOrEqualToThreshold',
  threshold: 1.5,
  missingData: 'missing',
  enabled: false,
  alarmActions: [],
  okActions: [],
})

function drawn(world: World, spec: AlarmSpec): Graph {
  const graph = new Graph()
  const watch = graph.layer('Watch')
  watch.add(alarm, 'web-cpu', spec)
  // One whose name begins alike.
  watch.add(alarm, 'web-cpu-more', { ...specOf(world), name: `${world.stack}-web-cpu-more` })
  return graph
}

const liveOf = async ({ raw }: World, name: string) =>
  (await raw.cloudwatch.describeAlarms({ AlarmNames: [name] })).MetricAlarms?.[0]

/** A stranger saves the alarm with something else in it. */
const saved =
  (change: (input: Record<string, unknown>) => object) =>
  async (world: World, name: string): Promise<unknown> => {
    const { AlarmName, AlarmArn: _, ...rest } = (await liveOf(world, name)) ?? {}
    const input = { AlarmName, ...rest, ...change(rest) } as { AlarmName: string }
    return world.raw.cloudwatch.putMetricAlarm({
      ...input,
      EvaluationPeriods: 3,
      ComparisonOperator: 'GreaterThanThreshold',
      ...change(rest),
    })
  }

keepsTheContract({
  address,
  graph(world, variant) {
    if (variant === 'replaced') return drawn(world, { ...specOf(world), name: `${world.stack}-cpu` })
    return drawn(world, variant === 'changed' ? changedIn(world) : specOf(world))
  },
  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await liveOf(world, id)
    expect(live).toMatchObject(
      changed
        ? {
            ...{ Namespace: 'AWS/ApplicationELB', MetricName: 'TargetResponseTime', ExtendedStatistic: 'p99' },
            ...{ Period: 60, EvaluationPeriods: 5, DatapointsToAlarm: 5, Threshold: 1.5, ActionsEnabled: false },
            ...{ ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'missing' },
          }
        : {
            ...{ Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Statistic: 'Average', Period: 300 },
            ...{ EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 70, ActionsEnabled: true },
            ...{ ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching' },
            ...{ OKActions: [topicIn(world, 'a')], AlarmDescription: 'The web servers have no room left.' },
          },
    )
    expect(live?.Dimensions ?? []).toHaveLength(changed ? 0 : 2)
    expect(live?.AlarmActions ?? []).toHaveLength(changed ? 0 : 2)
    const { Tags } = await world.raw.cloudwatch.listTagsForResource({ ResourceARN: live?.AlarmArn })
    expect(Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: world.stack }]))
  },
  drifts: {
    description: saved(() => ({ AlarmDescription: 'x' })),
    namespace: saved(() => ({ Namespace: 'Theirs' })),
    metric: saved(() => ({ MetricName: 'NetworkIn' })),
    dimensions: saved(() => ({ Dimensions: [{ Name: 'Zone', Value: 'b' }] })),
    statistic: saved(() => ({ Statistic: undefined, ExtendedStatistic: 'p10' })),
    periodSeconds: saved(() => ({ Period: 600 })),
    evaluationPeriods: saved(() => ({ EvaluationPeriods: 4 })),
    datapointsToAlarm: saved(() => ({ DatapointsToAlarm: 1 })),
    comparison: saved(() => ({ ComparisonOperator: 'LessThanOrEqualToThreshold' })),
    threshold: saved(() => ({ Threshold: 99 })),
    missingData: saved(() => ({ TreatMissingData: undefined })),
    enabled: saved(() => ({ ActionsEnabled: false })),
    alarmActions: saved(() => ({ AlarmActions: [] })),
    okActions: saved(() => ({ OKActions: ['arn:aws:sns:us-east-1:123456789012:theirs'] })),
    tags: async (world, name) =>
      world.raw.cloudwatch.untagResource({
        ResourceARN: (await liveOf(world, name))?.AlarmArn,
        TagKeys: ['ecom-infra:stack', 'ecom-infra:address', 'Name', 'team'],
      }),
  },
  vanish: ({ raw }, name) => raw.cloudwatch.deleteAlarms({ AlarmNames: [name] }),
  gone: async (world, name) => (await liveOf(world, name)) === undefined,
  replaced: 'replace',
})

test('an expression that a stranger has put under our name is a difference, and put right', async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  const notebook = new Notebook()
  await bench.apply(drawn(world, specOf(world)), notebook)
  const AlarmName = specOf(world).name
  await world.raw.cloudwatch.putMetricAlarm({
    AlarmName,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 70,
    Metrics: [
      {
        Id: 'm1',
        MetricStat: { Metric: { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' }, Period: 300, Stat: 'Sum' },
        ReturnData: false,
      },
      { Id: 'e1', Expression: 'm1 * 0' },
    ],
  })
  const [step] = (await bench.plan(drawn(world, specOf(world)), notebook)).steps
  expect(step?.changes.find(({ path }) => path === 'metric')?.from).toContain('m1 * 0')
  await bench.apply(drawn(world, specOf(world)), notebook)
  expect(await liveOf(world, AlarmName)).toMatchObject({ MetricName: 'CPUUtilization', Namespace: 'AWS/EC2' })
  await account.close()
})

test('one that is wanted no more is found without the manifest', async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  await bench.apply(drawn(world, specOf(world)), new Notebook())
  const { steps } = await bench.plan(new Graph(), new Notebook())
  expect(steps.map(({ address: at, action }) => [at, action]).sort()).toEqual([
    ['cloudwatch:alarm/web-cpu', 'delete'],
    ['cloudwatch:alarm/web-cpu-more', 'delete'],
  ])
  await account.close()
})

test("a stranger's alarm under our name is told, and left as it is", async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  await world.raw.cloudwatch.putMetricAlarm({
    ...{ AlarmName: specOf(world).name, MetricName: 'x', Namespace: 'Theirs', Statistic: 'Sum', Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
  })
  const { steps } = await bench.plan(drawn(world, specOf(world)), new Notebook())
  expect(steps.map(({ action }) => action)).toEqual(['blocked', 'create'])
  await account.close()
})

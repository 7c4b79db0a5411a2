import { expect, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { subscription } from '../../../src/resources/sns/subscription.ts'
import { topic } from '../../../src/resources/sns/topic.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { freshAccount } from '../../support/emulator.ts'

const address = 'sns:subscription/mail'
const topicArnOf = ({ stack, account, region }: World) => `arn:aws:sns:${region}:${account}:${stack}-alarms`

function drawn(world: World, endpoint: string | null): Graph {
  const graph = new Graph()
  const watch = graph.layer('Watch')
  const alarms = watch.add(topic, 'alarms', {
    name: `${world.stack}-alarms`,
    displayName: '',
    kmsKeyArn: null,
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topicArnOf(world),
        },
      ],
    },
  })
  if (endpoint !== null) watch.add(subscription, 'mail', { topicArn: alarms.ref('arn'), protocol: 'email', endpoint })
  return graph
}

const entriesOf = async ({ raw }: World, TopicArn: string) =>
  (await raw.sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions ?? []

const partsOf = (id: string) => id.split('|') as [string, string, string]

async function entryOf(world: World, id: string) {
  const [topicArn, protocol, endpoint] = partsOf(id)
  const all = await entriesOf(world, topicArn).catch(() => [])
  return all.find((one) => one.Protocol === protocol && one.Endpoint === endpoint)
}

keepsTheContract({
  address,
  graph: (world, variant) => drawn(world, variant === 'replaced' ? 'night@example.com' : 'ops@example.com'),
  async verify(world, id) {
    expect(partsOf(id)).toEqual([topicArnOf(world), 'email', 'ops@example.com'])
    expect(await entryOf(world, id)).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.com' })
  },
  drifts: {},
  async vanish(world, id) {
    const [TopicArn, , Endpoint] = partsOf(id)
    // Where it is pending, it cannot be cancelled before somebody confirms it.
    if (!(await entryOf(world, id))?.SubscriptionArn?.startsWith('arn:'))
      await world.raw.sns.confirmSubscription({ TopicArn, Token: Endpoint })
    return world.raw.sns.unsubscribe({ SubscriptionArn: (await entryOf(world, id))?.SubscriptionArn })
  },
  gone: async (world, id) => !(await entryOf(world, id))?.SubscriptionArn?.startsWith('arn:'),
  replaced: 'replace',
})

test('subscribes once, and leaves those of others alone', async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  const notebook = new Notebook()
  await bench.apply(drawn(world, null), notebook)
  const TopicArn = topicArnOf(world)
  await world.raw.sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'theirs@example.com' })
  await bench.apply(drawn(world, 'ops@example.com'), notebook)
  await bench.apply(drawn(world, 'ops@example.com'), new Notebook())
  expect(account.proxy.report().byService.sns?.Subscribe).toBe(2)
  expect((await entriesOf(world, TopicArn)).map(({ Endpoint }) => Endpoint).sort()).toEqual([
    'ops@example.com',
    'theirs@example.com',
  ])
  await bench.apply(drawn(world, null), notebook)
  expect((await entriesOf(world, TopicArn)).map(({ Endpoint }) => Endpoint)).toEqual(['theirs@example.com'])
  await account.close()
})

test('of two that are there, the one that is wanted no more goes', async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  const notebook = new Notebook()
  await bench.apply(drawn(world, 'ops@example.com'), notebook)
  const TopicArn = topicArnOf(world)
  // Somebody has subscribed the new address by hand, before the config said so.
  await world.raw.sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'night@example.com' })
  await bench.apply(drawn(world, 'night@example.com'), notebook)
  expect((await entriesOf(world, TopicArn)).map(({ Endpoint }) => Endpoint)).toEqual(['night@example.com'])
  const { steps } = await bench.plan(drawn(world, 'night@example.com'), notebook)
  expect(steps.map(({ action }) => action)).toEqual(['none', 'none'])
  await account.close()
})

import { expect, test } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { topic } from '../../../src/resources/sns/topic.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { freshAccount } from '../../support/emulator.ts'

const arnOf = ({ account, region }: World, name: string) => `arn:aws:sns:${region}:${account}:${name}`
const keyOf = ({ account, region }: World) =>
  `arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-555555555555`

const policyOf = (world: World, service: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Alarms',
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sns:Publish',
      Resource: arnOf(world, `${world.stack}-alarms`),
      Condition: { StringEquals: { 'aws:SourceAccount': world.account } },
    },
  ],
})

const WORLD_MAY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: '*' }],
}

function drawn(world: World, variant: 'first' | 'changed' | 'replaced'): Graph {
  const graph = new Graph()
  const watch = graph.layer('Watch')
  const changed = variant === 'changed'
  watch.add(topic, 'alarms', {
    name: `${world.stack}-${variant === 'replaced' ? 'bells' : 'alarms'}`,
    displayName: changed ? '' : 'Shop',
    kmsKeyArn: changed ? null : keyOf(world),
    policy: policyOf(world, changed ? 'events.amazonaws.com' : 'cloudwatch.amazonaws.com'),
  })
  // One whose name begins alike.
  const more = { name: `${world.stack}-alarms-more`, displayName: '', kmsKeyArn: null }
  watch.add(topic, 'alarms-more', { ...more, policy: policyOf(world, 'budgets.amazonaws.com') })
  return graph
}

const set =
  (AttributeName: string, AttributeValue: string) =>
  ({ raw }: World, TopicArn: string) =>
    raw.sns.setTopicAttributes({ TopicArn, AttributeName, AttributeValue })

keepsTheContract({
  address: 'sns:topic/alarms',
  graph: drawn,
  async verify(world, TopicArn, variant) {
    const { Attributes } = await world.raw.sns.getTopicAttributes({ TopicArn })
    const changed = variant === 'changed'
    expect(Attributes?.DisplayName ?? '').toBe(changed ? '' : 'Shop')
    expect(Attributes?.KmsMasterKeyId ?? '').toBe(changed ? '' : keyOf(world))
    expect(JSON.parse(Attributes?.Policy ?? '')).toEqual(
      policyOf(world, changed ? 'events.amazonaws.com' : 'cloudwatch.amazonaws.com'),
    )
    const { Tags } = await world.raw.sns.listTagsForResource({ ResourceArn: TopicArn })
    expect(Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: world.stack }]))
  },
  drifts: {
    displayName: set('DisplayName', 'Somebody else'),
    kmsKeyArn: set('KmsMasterKeyId', 'alias/aws/sns'),
    policy: set('Policy', JSON.stringify(WORLD_MAY)),
    tags: ({ raw }, ResourceArn) =>
      raw.sns.untagResource({ ResourceArn, TagKeys: ['ecom-infra:stack', 'ecom-infra:address', 'Name', 'team'] }),
  },
  vanish: ({ raw }, TopicArn) => raw.sns.deleteTopic({ TopicArn }),
  gone: ({ raw }, TopicArn) =>
    raw.sns.getTopicAttributes({ TopicArn }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

test("a stranger's topic under our name is told, and left as it is", async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const Name = `${bench.world.stack}-alarms`
  await bench.world.raw.sns.createTopic({ Name, Attributes: { DisplayName: 'Theirs' } })
  const { steps } = await bench.plan(drawn(bench.world, 'first'), new Notebook())
  expect(steps.map(({ address, action }) => [address, action])).toEqual([
    ['sns:topic/alarms', 'blocked'],
    ['sns:topic/alarms-more', 'create'],
  ])
  await account.close()
})

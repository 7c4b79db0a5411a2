import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { SNSClient } from '@aws-sdk/client-sns'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type TopicOut, type TopicSpec, topic } from '../../../src/resources/sns/topic.ts'
import { type FakeCtx, fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'sns:topic/alarms'
const name = 'shop-dev-alarms'
const arn = `arn:aws:sns:us-east-1:123456789012:${name}`
const policyFor = (principal: object): TopicSpec['policy'] => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal as never, Action: 'sns:Publish', Resource: arn }],
})
const policy = policyFor({ Service: 'cloudwatch.amazonaws.com' })
const spec: TopicSpec = { name, displayName: '', kmsKeyArn: 'arn:key', policy }
const live: Found<TopicSpec, TopicOut> = { address, id: arn, ours: true, spec, tags: {}, out: { name, arn } }
const asked = (one: Partial<Asked> = {}): Asked => ({ address, id: null, token: null, spec, ...one })
const stack = (Value: string) => () => ({ Tags: [{ Key: 'ecom-infra:stack', Value }] })
const terms = { deleteData: false, snapshotName: null }

const { answers, called, inputsOf } = scripted(SNSClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => answers({}))
beforeEach(() => tagging.answers({}))

/** What the tagging API tells of in a look at all of the stack. */
function hinting(...arns: readonly string[]): FakeCtx {
  const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
  tagging.answers({
    GetResources: () => ({ ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN, Tags })) }),
  })
  return fakeCtx({ wide: true })
}

describe('reading', () => {
  test('asks for the wanted names and the remembered ARNs alone', async () => {
    answers({
      GetTopicAttributes: () => ({ Attributes: { Policy: JSON.stringify(policy) } }),
      ListTagsForResource: stack('shop-dev'),
    })
    const old = 'arn:aws:sns:us-east-1:123456789012:shop-dev-old'
    const found = await topic.read(fakeCtx(), [
      asked({ id: arn }),
      asked({ address: 'sns:topic/old', id: old, spec: null }),
      asked({ address: 'sns:topic/later', spec: { name: UNKNOWN } }),
    ])
    expect(found.map((one) => [one.id, one.address, one.ours])).toEqual([
      [arn, address, true],
      [old, 'sns:topic/old', true],
    ])
    expect(called()).toHaveLength(4)
    expect(await topic.read(fakeCtx(), [])).toEqual([])
    expect(called()).toHaveLength(4)
  })

  test('one that nobody remembers is found by the tagging API, and what it shows too long is not there', async () => {
    const Attributes = { Policy: JSON.stringify(policy) }
    answers({ GetTopicAttributes: () => ({ Attributes }), ListTagsForResource: stack('shop-dev') })
    expect(await topic.read(hinting(arn), [])).toMatchObject([{ id: arn, ours: true }])
    answers({ GetTopicAttributes: () => ({ Attributes }), ListTagsForResource: stack('shop') })
    expect(await topic.read(hinting(arn), [])).toEqual([])
    answers({ GetTopicAttributes: () => fail('NotFoundException', 'Topic does not exist', 404) })
    expect(await topic.read(hinting(arn), [])).toEqual([])
  })

  test("one of another stack, or of nobody's that we do not remember, is not ours", async () => {
    answers({ ListTagsForResource: stack('shop') })
    expect(await topic.read(fakeCtx(), [asked()])).toMatchObject([{ address, ours: false }])
    answers({})
    expect(await topic.read(fakeCtx(), [asked()])).toMatchObject([{ address, ours: false }])
    expect(await topic.read(fakeCtx(), [asked({ id: arn })])).toMatchObject([{ address, ours: true }])
  })

  test('gone, before or between the two calls, is gone', async () => {
    answers({ GetTopicAttributes: () => fail('NotFoundException', 'Topic does not exist', 404) })
    expect(await topic.read(fakeCtx(), [asked({ id: arn })])).toEqual([])
    answers({ ListTagsForResource: () => fail('ResourceNotFoundException') })
    expect(await topic.read(fakeCtx(), [asked()])).toEqual([])
  })

  test('a right that hangs on the tags of a new topic is waited for', async () => {
    const denied = 'is not authorized because no identity-based policy allows the SNS:GetTopicAttributes action'
    const Answers = {
      GetTopicAttributes: (_: unknown, nth: number) => (nth < 3 ? fail('AuthorizationErrorException', denied) : {}),
    }
    answers(Answers)
    const ctx = fakeCtx()
    expect(await topic.read(ctx, [asked({ id: arn })])).toHaveLength(1)
    expect(ctx.notes).toEqual(['waiting for the right to use the new topic to be known everywhere'])
    // One that we have never made tells us at once.
    answers(Answers)
    await expect(topic.read(fakeCtx(), [asked()])).rejects.toThrow('not authorized')
  })

  test('a principal that was deleted is a difference; the order of a policy is none', async () => {
    const have = (text: object) => {
      answers({
        GetTopicAttributes: () => ({ Attributes: { KmsMasterKeyId: 'arn:key', Policy: JSON.stringify(text) } }),
      })
      return topic.read(fakeCtx(), [asked({ id: arn })])
    }
    const fields = async (text: object) => {
      const [found] = await have(text)
      return found ? diff(topic as never, spec, {}, found).map(({ field }) => field) : null
    }
    expect(await fields(policyFor({ AWS: 'AROAEXAMPLEID' }))).toEqual(['policy'])
    const [{ Resource, Action, ...rest } = {} as never] = policy.Statement
    expect(
      await fields({
        Statement: [{ Resource: [Resource], Action: [Action], ...(rest as object) }],
        Version: '2012-10-17',
      }),
    ).toEqual([])
  })
})

test('is made with its name and tags alone; what needs more calls comes after', async () => {
  answers({ CreateTopic: () => ({ TopicArn: arn }) })
  expect(await topic.create(fakeCtx(), address, spec, 'token')).toBe(arn)
  expect(inputsOf('CreateTopic')).toEqual([
    { Name: name, Tags: expect.arrayContaining([{ Key: 'ecom-infra:address', Value: address }]) },
  ])
  expect(called()).toEqual(['CreateTopic'])
})

describe('changing', () => {
  test('one attribute a call, and only those that differ', async () => {
    const changed = new Set(['policy', 'kmsKeyArn', 'displayName'] as const)
    await topic.sync?.(fakeCtx(), { ...spec, kmsKeyArn: null }, live, changed)
    expect(inputsOf('SetTopicAttributes')).toEqual([
      { TopicArn: arn, AttributeName: 'KmsMasterKeyId', AttributeValue: '' },
      { TopicArn: arn, AttributeName: 'Policy', AttributeValue: JSON.stringify(policy) },
      { TopicArn: arn, AttributeName: 'DisplayName', AttributeValue: '' },
    ])
    await topic.sync?.(fakeCtx(), spec, live, new Set(['displayName'] as const))
    expect(called()).toHaveLength(4)
  })

  test('a principal that is not known yet is waited for, a wrong policy is told at once', async () => {
    const unknown = 'Invalid parameter: Policy Error: PrincipalNotFound'
    answers({ SetTopicAttributes: (_, nth) => (nth < 3 ? fail('InvalidParameterException', unknown) : {}) })
    await topic.sync?.(fakeCtx(), spec, live, new Set(['policy'] as const))
    expect(called()).toHaveLength(3)
    answers({ SetTopicAttributes: () => fail('InvalidParameterException', 'Invalid parameter: Policy Error: null') })
    await expect(topic.sync?.(fakeCtx(), spec, live, new Set(['policy'] as const))).rejects.toThrow('null')
    expect(called()).toHaveLength(1)
  })

  test('tags that the config has given up come off first', async () => {
    await topic.sync?.(fakeCtx({ retired: ['team'] }), spec, live, new Set(['tags'] as const))
    expect(called()).toEqual(['UntagResource', 'TagResource'])
    expect(inputsOf('UntagResource')).toEqual([{ ResourceArn: arn, TagKeys: ['team'] }])
  })
})

test('deleting returns when it is gone; gone already is gone', async () => {
  answers({ GetTopicAttributes: (_, nth) => (nth < 3 ? {} : fail('NotFoundException')) })
  await topic.destroy(fakeCtx(), live, terms)
  expect(inputsOf('GetTopicAttributes')).toHaveLength(3)
  const none = () => fail('NotFoundException')
  answers({ DeleteTopic: none, GetTopicAttributes: none })
  await topic.destroy(fakeCtx(), live, terms)
})

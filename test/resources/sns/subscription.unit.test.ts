import { SNSClient } from '@aws-sdk/client-sns'
import { beforeEach, describe, expect, test } from 'vitest'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type SubscriptionOut, type SubscriptionSpec, subscription } from '../../../src/resources/sns/subscription.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'sns:subscription/mail'
const topicArn = 'arn:aws:sns:us-east-1:123456789012:shop-dev-alarms'
const endpoint = 'ops@example.com'
const idOf = (mail: string) => `${topicArn}|email|${mail}`
const spec: SubscriptionSpec = { topicArn, protocol: 'email', endpoint }
const live: Found<SubscriptionSpec, SubscriptionOut> = {
  ...{ address, id: idOf(endpoint), ours: true, spec, tags: null, out: { topicArn } },
}
const asked = (one: Partial<Asked> = {}): Asked => ({ address, id: null, token: null, spec, ...one })
const terms = { deleteData: false, snapshotName: null }
const entry = (Endpoint: string, SubscriptionArn = `${topicArn}:1`, Protocol = 'email') => ({
  ...{ TopicArn: topicArn, Protocol, Endpoint, SubscriptionArn },
})
const pending = (mail: string) => entry(mail, 'PendingConfirmation')
const listing = (...Subscriptions: object[]) => ({ ListSubscriptionsByTopic: () => ({ Subscriptions }) })

const { answers, called, inputsOf } = scripted(SNSClient)
beforeEach(() => answers({}))
const seen = async (...questions: Asked[]) =>
  (await subscription.read(fakeCtx(), questions)).map((one) => [one.address, one.id])

describe('reading', () => {
  test('pending or confirmed, it is there under one id', async () => {
    for (const one of [pending(endpoint), entry(endpoint)]) {
      answers(listing(entry('theirs@example.com'), one))
      expect(await seen(asked())).toEqual([[address, idOf(endpoint)]])
      expect(called()).toEqual(['ListSubscriptionsByTopic'])
    }
  })

  test('is told by protocol and address; one that was cancelled is still listed for a while', async () => {
    answers(listing(entry(endpoint, `${topicArn}:2`, 'email-json'), entry(endpoint, 'Deleted')))
    expect(await seen(asked())).toEqual([])
  })

  test('the case of an address makes no other one: it would get a mail with each run', async () => {
    answers(listing(entry('Ops@Example.com')))
    expect(await seen(asked())).toEqual([[address, idOf(endpoint)]])
    expect(subscription.same?.endpoint?.(endpoint, 'Ops@Example.com')).toBe(true)
  })

  test('all pages; one listing for all that are on the topic', async () => {
    answers({
      ListSubscriptionsByTopic: ({ NextToken }) =>
        NextToken
          ? { Subscriptions: [entry(endpoint)] }
          : { Subscriptions: [entry('a@example.com')], NextToken: 'more' },
    })
    const other = asked({ address: 'sns:subscription/a', spec: { ...spec, endpoint: 'a@example.com' } })
    expect(await seen(asked(), other)).toHaveLength(2)
    expect(called()).toHaveLength(2)
  })

  test('one that the config has given up is found by its id, and so is its topic', async () => {
    answers(listing(entry('a|b@example.com')))
    expect(await seen(asked({ id: idOf('a|b@example.com'), spec: null }))).toEqual([[address, idOf('a|b@example.com')]])
    expect(inputsOf('ListSubscriptionsByTopic')).toEqual([{ TopicArn: topicArn }])
  })

  test('a topic that is not known yet, or gone, has none', async () => {
    expect(await seen(asked({ spec: { ...spec, topicArn: UNKNOWN } }))).toEqual([])
    expect(called()).toEqual([])
    answers({ ListSubscriptionsByTopic: () => fail('NotFoundException', 'Topic does not exist', 404) })
    expect(await seen(asked({ id: idOf(endpoint) }))).toEqual([])
  })

  test('the wanted one counts; an earlier one that can be cancelled has to go', async () => {
    const question = asked({ id: idOf('old@example.com') })
    answers(listing(entry('old@example.com')))
    expect(await seen(question)).toEqual([[address, idOf('old@example.com')]])
    answers(listing(entry('old@example.com'), pending(endpoint)))
    expect(await seen(question)).toEqual([
      [address, idOf(endpoint)],
      [`${address}-earlier`, idOf('old@example.com')],
    ])
    // About a pending one nothing can be done: it is not asked for with each run.
    answers(listing(pending('old@example.com'), entry(endpoint)))
    expect(await seen(question)).toEqual([[address, idOf(endpoint)]])
  })
})

test('is asked for once, and a topic that is not known yet is waited for', async () => {
  answers({ Subscribe: (_, nth) => (nth === 1 ? fail('NotFoundException', 'Topic does not exist', 404) : {}) })
  expect(await subscription.create(fakeCtx(), address, spec, 'token')).toBe(idOf(endpoint))
  expect(inputsOf('Subscribe')[1]).toEqual({
    ...{ TopicArn: topicArn, Protocol: 'email', Endpoint: endpoint, ReturnSubscriptionArn: true },
  })
})

describe('cancelling', () => {
  test('returns when it is gone', async () => {
    answers({ ListSubscriptionsByTopic: (_, nth) => ({ Subscriptions: nth < 3 ? [entry(endpoint)] : [] }) })
    await subscription.destroy(fakeCtx(), live, terms)
    expect(inputsOf('Unsubscribe')[0]).toEqual({ SubscriptionArn: `${topicArn}:1` })
    expect(inputsOf('ListSubscriptionsByTopic')).toHaveLength(3)
  })

  test('a pending one cannot be cancelled, and that is all there is to do', async () => {
    const ctx = fakeCtx()
    answers(listing(pending(endpoint)))
    await subscription.destroy(ctx, live, terms)
    expect(called()).toEqual(['ListSubscriptionsByTopic'])
    expect(ctx.notes).toEqual([expect.stringContaining('ops@example.com was never confirmed')])
    // One that is listed by an ARN, and pending all the same.
    const text = 'Invalid parameter: Cannot unsubscribe a subscription that is pending confirmation'
    answers({ ...listing(entry(endpoint)), Unsubscribe: () => fail('InvalidParameterException', text) })
    await subscription.destroy(fakeCtx(), live, terms)
    expect(inputsOf('Unsubscribe')).toHaveLength(1)
  })

  test('another refusal is told; gone already is gone', async () => {
    answers({ ...listing(entry(endpoint)), Unsubscribe: () => fail('InvalidParameterException', 'SubscriptionId') })
    await expect(subscription.destroy(fakeCtx(), live, terms)).rejects.toThrow('SubscriptionId')
    answers({ ListSubscriptionsByTopic: () => fail('NotFoundException') })
    await subscription.destroy(fakeCtx(), live, terms)
    expect(called()).toEqual(['ListSubscriptionsByTopic'])
  })
})

describe('health', () => {
  test('what waits for a person is neither well nor unwell; from the listing of the look', async () => {
    const ctx = fakeCtx()
    answers(listing(pending(endpoint)))
    await subscription.read(ctx, [asked()])
    expect(await subscription.health?.(ctx, live)).toEqual({
      state: 'unknown',
      detail: expect.stringMatching(/^awaiting confirmation: ops@example.com has to follow the link/),
    })
    expect(called()).toHaveLength(1)
  })

  test('confirmed is well', async () => {
    answers(listing(entry(endpoint)))
    expect(await subscription.health?.(fakeCtx(), live)).toEqual({ state: 'healthy', detail: 'confirmed' })
    answers({})
    expect(await subscription.health?.(fakeCtx(), live)).toMatchObject({ state: 'unknown' })
  })
})

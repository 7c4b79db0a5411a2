import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked } from '../../../src/engine/resource.ts'
import { logGroup } from '../../../src/resources/logs/log-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'logs:log-group/access'
const name = '/ecom-infra/shop-dev/web/access'
const arnOf = (group: string) => `arn:aws:logs:us-east-1:123456789012:log-group:${group}`
const group = (logGroupName: string) => ({ logGroupName, arn: `${arnOf(logGroupName)}:*`, retentionInDays: 30 })
const spec = { name, retentionDays: 30 }
const live = { address, id: name, ours: true, spec, tags: {}, out: { name, arn: arnOf(name) } } as const
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: { name }, ...one })
const none = () => fail('ResourceNotFoundException', 'The specified log group does not exist.')
const terms = { deleteData: false, snapshotName: null }

const { answers, called, inputsOf } = scripted(CloudWatchLogsClient)
beforeEach(() => answers({}))

describe('reading', () => {
  test('one listing for the stack, all pages; names elsewhere exactly, without their siblings', async () => {
    answers({
      DescribeLogGroups: ({ logGroupNamePrefix: prefix, nextToken }) => {
        if (prefix === '/elsewhere') return { logGroups: [group('/elsewhere'), group('/elsewhere/sibling')] }
        return nextToken ? { logGroups: [group(`${name}-more`)] } : { logGroups: [group(name)], nextToken: 'more' }
      },
      ListTagsForResource: () => ({ tags: { 'ecom-infra:stack': 'shop-dev' } }),
    })
    const found = await logGroup.read(fakeCtx(), [
      asked({}),
      asked({ address: 'logs:log-group/elsewhere', spec: { name: '/elsewhere' } }),
    ])
    expect(found.map(({ id }) => id)).toEqual([name, `${name}-more`, '/elsewhere'])
    expect(found[0]).toMatchObject({ address, ours: true, spec, out: { name, arn: arnOf(name) } })
    expect(inputsOf('DescribeLogGroups').map((input) => input.logGroupNamePrefix)).toEqual([
      ...['/ecom-infra/shop-dev/', '/elsewhere', '/ecom-infra/shop-dev/'],
    ])
    expect(inputsOf('ListTagsForResource')[0]).toEqual({ resourceArn: arnOf(name) })
  })

  test('one of our exact name without tags is ours, one with those of another stack is not', async () => {
    const here = { DescribeLogGroups: () => ({ logGroups: [group(name)] }) }
    answers(here)
    expect(await logGroup.read(fakeCtx(), [asked({})])).toMatchObject([{ address, ours: true, tags: {} }])
    expect(await logGroup.read(fakeCtx(), [])).toEqual([])
    answers({ ...here, ListTagsForResource: () => ({ tags: { 'ecom-infra:stack': 'shop' } }) })
    expect(await logGroup.read(fakeCtx(), [asked({})])).toMatchObject([{ address, ours: false }])
  })

  test('gone between the listing and its tags is gone', async () => {
    answers({ DescribeLogGroups: () => ({ logGroups: [group(name)] }), ListTagsForResource: none })
    expect(await logGroup.read(fakeCtx(), [asked({})])).toEqual([])
  })
})

test('a right that is not known yet, and another change at the same time, are waited for', async () => {
  answers({
    PutRetentionPolicy: (_, nth) => {
      if (nth === 1) {
        const text = 'because no identity-based policy allows the logs:PutRetentionPolicy action'
        return fail('AccessDeniedException', `User: x is not authorized ${text}`)
      }
      return nth === 2 ? fail('OperationAbortedException', 'busy') : {}
    },
  })
  await logGroup.sync?.(fakeCtx(), spec, live, new Set(['retentionDays'] as const))
  expect(called()).toHaveLength(3)
})

test('a right that is really missing is said at once', async () => {
  answers({ PutRetentionPolicy: () => fail('AccessDeniedException', 'with an explicit deny') })
  const changed = new Set(['retentionDays'] as const)
  await expect(logGroup.sync?.(fakeCtx(), spec, live, changed)).rejects.toThrow('explicit deny')
  expect(called()).toHaveLength(1)
})

test.each([true, false])(
  'deletion protection that somebody has switched on (%s) is told before anything goes',
  async (on) => {
    const sibling = { ...group(`${name}-more`), deletionProtectionEnabled: true }
    answers({
      DescribeLogGroups: () => ({
        logGroups: [sibling, { ...group(name), deletionProtectionEnabled: on, storedBytes: on ? 3_072 : 0 }],
      }),
    })
    const told = await logGroup.farewell?.(fakeCtx(), live)
    expect(told).toEqual({
      blockers: on ? [expect.stringContaining(`${name} has deletion protection`)] : [],
      losses: [],
      also: on ? ['3 KiB of logs'] : [],
    })
  },
)

describe('deleting', () => {
  test('what a late writer made anew goes too', async () => {
    let there = true
    let late = 1
    answers({
      DeleteLogGroup: () => {
        there = false
      },
      DescribeLogGroups: (_, nth) => {
        if (nth === 2 && late-- > 0) there = true
        return { logGroups: [group(`${name}-more`), ...(there ? [group(name)] : [])] }
      },
    })
    await logGroup.destroy(fakeCtx(), live, terms)
    expect(inputsOf('DeleteLogGroup')).toEqual([{ logGroupName: name }, { logGroupName: name }])
    expect(there).toBe(false)
  })

  test('is waited for, patient, and gone already is gone', async () => {
    answers({
      DeleteLogGroup: (_, nth) => (nth === 1 ? fail('OperationAbortedException', 'try again') : {}),
      DescribeLogGroups: (_, nth) => ({ logGroups: nth < 3 ? [group(name)] : [] }),
    })
    await logGroup.destroy(fakeCtx(), live, terms)
    expect(inputsOf('DescribeLogGroups')).toHaveLength(4)
    answers({ DeleteLogGroup: none })
    await logGroup.destroy(fakeCtx(), live, terms)
    expect(inputsOf('DeleteLogGroup')).toHaveLength(1)
  })
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { explain } from '../../../src/aws/explain.ts'
import { verdictOf } from '../../../src/aws/failure.ts'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type FlowLogOut, type FlowLogSpec, flowLog } from '../../../src/resources/ec2/flow-log.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:flow-log/main'
const spec: FlowLogSpec = {
  ...{ vpcId: 'vpc-1', trafficType: 'ALL', logGroupName: '/ecom-infra/shop-dev/vpc-flow', aggregationSeconds: 600 },
  roleArn: 'arn:aws:iam::123456789012:role/flow',
}
const live: Found<FlowLogSpec, FlowLogOut> = {
  ...{ address, id: 'fl-1', ours: true, tags: {}, spec, out: { id: 'fl-1' } },
}
const ours = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
const item = (more: object = {}) => ({
  ...{ FlowLogId: 'fl-1', ResourceId: 'vpc-1', TrafficType: 'ALL', MaxAggregationInterval: 600, Tags: ours },
  ...{ LogGroupName: spec.logGroupName, DeliverLogsPermissionArn: spec.roleArn, ...more },
})
const asked = (more: Partial<Asked> = {}): Asked => ({ address, id: 'fl-1', token: null, spec, ...more })
const refused = (Code: string, Message: string) => ({
  Unsuccessful: [{ ResourceId: 'vpc-1', Error: { Code, Message } }],
})
const create = (ctx = fakeCtx()) => flowLog.create(ctx, address, spec, 'a-token')

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('reading', () => {
  test('one listing of all pages; nothing more where all is found', async () => {
    answers({
      DescribeFlowLogs: ({ NextToken }) =>
        NextToken ? { FlowLogs: [item()] } : { FlowLogs: [item({ FlowLogId: 'fl-2' })], NextToken: 'more' },
    })
    const found = await flowLog.read(fakeCtx(), [asked()])
    expect(found.map(({ id }) => id)).toEqual(['fl-2', 'fl-1'])
    expect(found[1]).toMatchObject({ address, ours: true, spec })
    expect(inputsOf('DescribeFlowLogs')[0]).toMatchObject({
      Filter: [{ Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] }],
    })
    expect(called()).toHaveLength(2)
  })

  test('a log group that was named by its ARN has its name', async () => {
    const LogDestination = `arn:aws:logs:us-east-1:123456789012:log-group:${spec.logGroupName}:*`
    answers({ DescribeFlowLogs: () => ({ FlowLogs: [item({ LogGroupName: undefined, LogDestination })] }) })
    expect(await flowLog.read(fakeCtx(), [asked()])).toMatchObject([{ spec }])
  })

  test('a remembered one is found by its id though its tags are gone', async () => {
    answers({
      DescribeFlowLogs: (input) =>
        JSON.stringify(input).includes('flow-log-id') ? { FlowLogs: [item({ Tags: [] })] } : { FlowLogs: [] },
    })
    expect(await flowLog.read(fakeCtx(), [asked()])).toMatchObject([{ address, id: 'fl-1', ours: true }])
  })

  test('what stands in the place of ours is a stranger with our address; what differs is none of our business', async () => {
    const there = [
      item({ FlowLogId: 'fl-7', Tags: [] }),
      item({ FlowLogId: 'fl-8', Tags: [], LogGroupName: 'theirs' }),
      item({ FlowLogId: 'fl-9', Tags: [], TrafficType: 'REJECT' }),
    ]
    answers({
      DescribeFlowLogs: (input) => ({ FlowLogs: JSON.stringify(input).includes('resource-id') ? there : [] }),
    })
    const found = await flowLog.read(fakeCtx(), [asked({ id: null })])
    expect(found).toMatchObject([{ address, id: 'fl-7', ours: false }])
  })

  test('an unknown VPC is not asked about', async () => {
    expect(await flowLog.read(fakeCtx(), [asked({ id: null, spec: { ...spec, vpcId: UNKNOWN } })])).toEqual([])
    expect(called()).toHaveLength(1)
  })
})

describe('creating', () => {
  test('a role that is not known yet is waited for, with the same token, whichever way AWS says so', async () => {
    const words = 'Unable to assume given IAM role'
    answers({
      CreateFlowLogs: (_, nth) => {
        if (nth === 1) return fail('InvalidParameter', words)
        return nth === 2 ? refused('InvalidParameter', words) : { FlowLogIds: ['fl-1'], Unsuccessful: [] }
      },
    })
    expect(await create()).toBe('fl-1')
    expect(inputsOf('CreateFlowLogs').map(({ ClientToken }) => ClientToken)).toEqual(Array(3).fill('a-token'))
    expect(inputsOf('CreateFlowLogs')[0]).toMatchObject({
      ...{ ResourceType: 'VPC', ResourceIds: ['vpc-1'], LogDestinationType: 'cloud-watch-logs' },
      ...{ LogGroupName: spec.logGroupName, DeliverLogsPermissionArn: spec.roleArn, MaxAggregationInterval: 600 },
      TagSpecifications: [{ ResourceType: 'vpc-flow-log' }],
    })
  })

  test('a refusal inside a good answer is an error with its code, and the engine is to look', async () => {
    answers({
      CreateFlowLogs: () => ({
        ...refused('FlowLogAlreadyExists', 'There is an existing Flow Log'),
        $metadata: { httpStatusCode: 200, requestId: 'r-1' },
      }),
    })
    const error = await create().catch((thrown: unknown) => thrown)
    expect(verdictOf(error)).toBe('exists')
    expect(explain(error, {}).details).toMatchObject({
      ...{ action: 'ec2:CreateFlowLogs', awsCode: 'FlowLogAlreadyExists', requestId: 'r-1' },
    })
    expect(called()).toHaveLength(1)
  })

  test('any other refusal is not repeated', async () => {
    answers({ CreateFlowLogs: () => refused('InvalidParameter', 'LogGroupName is invalid') })
    await expect(create()).rejects.toThrow('LogGroupName is invalid')
    expect(called()).toHaveLength(1)
  })
})

describe('deleting', () => {
  const destroy = () => flowLog.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('returns when AWS shows it no more', async () => {
    answers({ DescribeFlowLogs: (_, nth) => ({ FlowLogs: nth < 3 ? [item()] : [] }) })
    await destroy()
    expect(called()).toEqual(['DeleteFlowLogs', ...Array(3).fill('DescribeFlowLogs')])
  })

  test('one that was gone already is a success: AWS says so inside a good answer', async () => {
    answers({ DeleteFlowLogs: () => refused('InvalidFlowLogId.NotFound', 'not found') })
    await expect(destroy()).resolves.toBeUndefined()
  })

  test('a refusal inside a good answer is a failure', async () => {
    answers({ DeleteFlowLogs: () => refused('UnauthorizedOperation', 'no') })
    await expect(destroy()).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
  })
})

test.each([
  [{ DeliverLogsStatus: 'SUCCESS' }, 'healthy', 'delivering'],
  [
    { DeliverLogsStatus: 'FAILED', DeliverLogsErrorMessage: 'Access error' },
    'unhealthy',
    'not delivered: Access error',
  ],
  [{}, 'unknown', 'nothing has been delivered yet'],
])('health of %j is %s, from the listing of the look', async (more, state, detail) => {
  const ctx = fakeCtx()
  answers({ DescribeFlowLogs: () => ({ FlowLogs: [item(more)] }) })
  await flowLog.read(ctx, [asked()])
  expect(await flowLog.health?.(ctx, live)).toEqual({ state, detail: expect.stringContaining(detail) })
  expect(called()).toHaveLength(1)
})

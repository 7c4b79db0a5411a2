import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Asked, Found } from '../../../src/engine/resource.ts'
import { type VpcEndpointOut, type VpcEndpointSpec, vpcEndpoint } from '../../../src/resources/ec2/vpc-endpoint.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:vpc-endpoint/s3'
const spec: VpcEndpointSpec = {
  ...{ vpcId: 'vpc-1', serviceName: 'com.amazonaws.us-east-1.s3', routeTableIds: ['rtb-1', 'rtb-2'] },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:*'], Resource: '*' }] },
}
const live = (more: Partial<VpcEndpointSpec> = {}): Found<VpcEndpointSpec, VpcEndpointOut> => ({
  ...{ address, id: 'vpce-1', ours: true, tags: {}, out: { id: 'vpce-1' } },
  spec: { ...spec, ...more },
})
const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
const inState = (State?: string, more: object = {}) => ({
  VpcEndpoints: State ? [{ VpcEndpointId: 'vpce-1', State, Tags, ...more }] : [],
})

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

test('it is made with its tables, its policy and the token that the SDK would not put in', async () => {
  answers({
    CreateVpcEndpoint: (_, nth) =>
      nth < 3 ? fail('InvalidRouteTableId.NotFound') : { VpcEndpoint: { VpcEndpointId: 'vpce-1' } },
  })
  expect(await vpcEndpoint.create(fakeCtx(), address, spec, 'a-token')).toBe('vpce-1')
  expect(inputsOf('CreateVpcEndpoint')).toHaveLength(3)
  expect(inputsOf('CreateVpcEndpoint').at(-1)).toMatchObject({
    ...{ ClientToken: 'a-token', VpcEndpointType: 'Gateway', RouteTableIds: ['rtb-1', 'rtb-2'] },
    ...{ PolicyDocument: JSON.stringify(spec.policy), TagSpecifications: [{ ResourceType: 'vpc-endpoint' }] },
  })
})

describe('reading', () => {
  test.each([
    ['deleted', null],
    ['Deleted', null],
    ['available', undefined],
    ['Pending', undefined],
    ['failed', 'failed: it broke'],
    ['deleting', 'deleting: it broke'],
  ])('%s, in whichever case AWS writes it', async (state, failed) => {
    answers({ DescribeVpcEndpoints: () => inState(state, { LastError: { Message: 'it broke' } }) })
    const found = await vpcEndpoint.read(fakeCtx(), [])
    expect(found.map((item) => item.failed)).toEqual(failed === null ? [] : [failed])
  })

  test('all pages; what has lost its tags is looked for in our VPCs, in one call', async () => {
    const asked = (id: string): Asked => ({ address, id, token: null, spec: { vpcId: 'vpc-1' } })
    const item = (VpcEndpointId: string) => ({ VpcEndpointId, State: 'available' })
    answers({
      DescribeVpcEndpoints: ({ Filters, NextToken }) => {
        if (JSON.stringify(Filters).includes('vpc-id'))
          return { VpcEndpoints: [item('vpce-3'), item('vpce-4'), item('vpce-5')] }
        return NextToken
          ? { VpcEndpoints: [{ ...item('vpce-2'), Tags }] }
          : { VpcEndpoints: [{ ...item('vpce-1'), Tags }], NextToken: 'more' }
      },
    })
    const found = await vpcEndpoint.read(fakeCtx(), [asked('vpce-3'), asked('vpce-4')])
    expect(found.map(({ id }) => id)).toEqual(['vpce-1', 'vpce-2', 'vpce-3', 'vpce-4'])
    expect(called()).toHaveLength(3)
  })

  test('neither the order of tables nor the writing of a policy is a difference', async () => {
    const Statement = { Action: 's3:*', Effect: 'Allow', Principal: '*', Resource: '*' }
    answers({
      DescribeVpcEndpoints: () =>
        inState('available', {
          ...{ VpcId: spec.vpcId, ServiceName: spec.serviceName, RouteTableIds: ['rtb-2', 'rtb-1'] },
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
        }),
    })
    const [found] = await vpcEndpoint.read(fakeCtx(), [])
    expect(found && diff(vpcEndpoint as unknown as AnyType, spec, {}, found)).toEqual([])
  })
})

describe('changing', () => {
  test('tables and policy go in one call, and only what differs', async () => {
    await vpcEndpoint.sync?.(
      fakeCtx(),
      spec,
      live({ routeTableIds: ['rtb-2', 'rtb-3'] }),
      new Set(['routeTableIds'] as const),
    )
    await vpcEndpoint.sync?.(fakeCtx(), spec, live(), new Set(['policy'] as const))
    expect(inputsOf('ModifyVpcEndpoint')).toEqual([
      { VpcEndpointId: 'vpce-1', AddRouteTableIds: ['rtb-1'], RemoveRouteTableIds: ['rtb-3'] },
      { VpcEndpointId: 'vpce-1', PolicyDocument: JSON.stringify(spec.policy) },
    ])
  })
})

describe('becoming ready', () => {
  test('through pending', async () => {
    const states = [undefined, 'pending', 'Pending', 'available']
    answers({ DescribeVpcEndpoints: (_, nth) => inState(states[nth - 1]) })
    await vpcEndpoint.ready?.(fakeCtx(), 'vpce-1')
    expect(called()).toHaveLength(4)
  })

  test('a failure ends the wait', async () => {
    answers({ DescribeVpcEndpoints: () => inState('Failed', { LastError: { Message: 'it broke' } }) })
    await expect(vpcEndpoint.ready?.(fakeCtx(), 'vpce-1')).rejects.toThrow('vpce-1 is failed: it broke')
  })
})

describe('deleting', () => {
  const destroy = () => vpcEndpoint.destroy(fakeCtx(), live(), { deleteData: false, snapshotName: null })
  const unsuccessful = (Code: string) => ({ Unsuccessful: [{ ResourceId: 'vpce-1', Error: { Code, Message: Code } }] })

  test('waits until it is gone', async () => {
    answers({
      DescribeVpcEndpoints: (_, nth) => (nth < 3 ? inState('deleting') : fail('InvalidVpcEndpointId.NotFound')),
    })
    await destroy()
    expect(inputsOf('DescribeVpcEndpoints')).toHaveLength(3)
  })

  test('a refusal inside an answer that looks well is a refusal', async () => {
    answers({ DeleteVpcEndpoints: () => unsuccessful('OperationNotPermitted') })
    await expect(destroy()).rejects.toMatchObject({ name: 'OperationNotPermitted' })
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteVpcEndpoints: () => unsuccessful('InvalidVpcEndpoint.NotFound') })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

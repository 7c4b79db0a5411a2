import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import {
  type InternetGatewayOut,
  type InternetGatewaySpec,
  internetGateway,
} from '../../../src/resources/ec2/internet-gateway.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const terms = { deleteData: false, snapshotName: null }
const live = (vpcId: string): Found<InternetGatewaySpec, InternetGatewayOut> => ({
  ...{ address: 'ec2:internet-gateway/main', id: 'igw-1', ours: true, tags: {} },
  ...{ spec: { vpcId }, out: { id: 'igw-1' } },
})
const gateway = (State?: string, VpcId = 'vpc-1') => ({
  InternetGateways: [{ InternetGatewayId: 'igw-1', Attachments: State ? [{ VpcId, State }] : [] }],
})
const changed = new Set(['vpcId'] as const)

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('attaching', () => {
  const attach = (vpcId = '') => internetGateway.sync?.(fakeCtx(), { vpcId: 'vpc-1' }, live(vpcId), changed)

  test('waits for a new gateway to be known everywhere', async () => {
    answers({ AttachInternetGateway: (_, nth) => (nth < 3 ? fail('InvalidInternetGatewayID.NotFound') : {}) })
    await attach()
    expect(called()).toEqual(['AttachInternetGateway', 'AttachInternetGateway', 'AttachInternetGateway'])
  })

  test('detaches it from elsewhere first', async () => {
    await attach('vpc-2')
    expect(called()).toEqual(['DetachInternetGateway', 'AttachInternetGateway'])
    expect(inputsOf('DetachInternetGateway')).toEqual([{ InternetGatewayId: 'igw-1', VpcId: 'vpc-2' }])
  })

  test('an attempt whose answer was lost has done it', async () => {
    answers({
      AttachInternetGateway: () => fail('Resource.AlreadyAssociated'),
      DescribeInternetGateways: () => gateway('attaching'),
    })
    await expect(attach()).resolves.toBeUndefined()
  })

  test('attached to another VPC is an error', async () => {
    answers({
      AttachInternetGateway: () => fail('Resource.AlreadyAssociated'),
      DescribeInternetGateways: () => gateway('available', 'vpc-9'),
    })
    await expect(attach()).rejects.toThrow('Resource.AlreadyAssociated')
  })
})

test('a gateway that is being detached is attached to nothing', async () => {
  answers({ DescribeInternetGateways: () => gateway('detaching') })
  const [found] = await internetGateway.read(fakeCtx(), [])
  expect(found?.spec.vpcId).toBe('')
})

test('it is ready when the attachment is available, as AWS calls it', async () => {
  const states = [undefined, 'attaching', 'attaching', 'available']
  answers({ DescribeInternetGateways: (_, nth) => gateway(states[nth - 1]) })
  await internetGateway.ready?.(fakeCtx(), 'igw-1')
  expect(called()).toHaveLength(4)
})

describe('deleting', () => {
  test('waits until no public address is mapped, detaches from where it is now, and sees it go', async () => {
    answers({
      DescribeInternetGateways: (_, nth) => (nth < 3 ? gateway('available', 'vpc-7') : { InternetGateways: [] }),
      DetachInternetGateway: (_, nth) => (nth < 3 ? fail('DependencyViolation') : {}),
      DeleteInternetGateway: (_, nth) => (nth < 2 ? fail('DependencyViolation') : {}),
    })
    await internetGateway.destroy(fakeCtx(), live('vpc-1'), terms)
    expect(inputsOf('DetachInternetGateway').at(-1)).toEqual({ InternetGatewayId: 'igw-1', VpcId: 'vpc-7' })
    expect([inputsOf('DetachInternetGateway').length, inputsOf('DeleteInternetGateway').length]).toEqual([3, 2])
  })

  test('one that is detached and gone already is a success', async () => {
    answers({
      DetachInternetGateway: () => fail('Gateway.NotAttached'),
      DeleteInternetGateway: () => fail('InvalidInternetGatewayID.NotFound'),
    })
    await expect(internetGateway.destroy(fakeCtx(), live('vpc-1'), terms)).resolves.toBeUndefined()
  })
})

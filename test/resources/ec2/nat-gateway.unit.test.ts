import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type NatGatewayOut, type NatGatewaySpec, natGateway } from '../../../src/resources/ec2/nat-gateway.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:nat-gateway/a'
const spec: NatGatewaySpec = { subnetId: 'subnet-1', allocationId: 'eipalloc-1' }
const live: Found<NatGatewaySpec, NatGatewayOut> = {
  ...{ address, id: 'nat-1', ours: true, tags: {}, spec, out: { id: 'nat-1' } },
}
const Tags = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
const inState = (State?: string, more: object = {}) => ({
  NatGateways: State ? [{ NatGatewayId: 'nat-1', State, ...more }] : [],
})

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('reading', () => {
  test('the deleted are left out, the failed and those on their way out are told as such', async () => {
    const item = (NatGatewayId: string, State: string, more: object = {}) => ({ NatGatewayId, State, Tags, ...more })
    answers({
      DescribeNatGateways: ({ NextToken }) =>
        NextToken
          ? { NatGateways: [item('nat-4', 'deleting'), item('nat-5', 'pending')] }
          : {
              NatGateways: [
                item('nat-1', 'deleted'),
                item('nat-2', 'available'),
                item('nat-3', 'failed', { FailureCode: 'Gateway.NotAttached', FailureMessage: 'no gateway' }),
              ],
              NextToken: 'more',
            },
    })
    const found = await natGateway.read(fakeCtx(), [])
    expect(found.map(({ id, failed }) => [id, failed])).toEqual([
      ['nat-2', undefined],
      ['nat-3', 'Gateway.NotAttached: no gateway'],
      ['nat-4', 'it is being deleted'],
      ['nat-5', undefined],
    ])
  })

  test('a listing that takes no notice of the tag shows no strangers', async () => {
    const asked: Asked = { address, id: 'nat-7', token: null, spec: null }
    answers({
      DescribeNatGateways: () => ({
        NatGateways: [
          { NatGatewayId: 'nat-6', State: 'available', Tags: [] },
          { NatGatewayId: 'nat-7', State: 'available', Tags: [] },
        ],
      }),
    })
    expect((await natGateway.read(fakeCtx(), [asked])).map(({ id }) => id)).toEqual(['nat-7'])
  })
})

describe('creating', () => {
  const create = () => natGateway.create(fakeCtx(), address, spec, 'a-token')
  const made = { NatGateway: { NatGatewayId: 'nat-1' } }

  test('gives the token, the same at every attempt', async () => {
    answers({
      CreateNatGateway: (_, nth) => (nth < 3 ? fail('InvalidSubnetID.NotFound') : made),
      DescribeAddresses: () => ({ Addresses: [{}] }),
    })
    expect(await create()).toBe('nat-1')
    expect(inputsOf('CreateNatGateway').map(({ ClientToken }) => ClientToken)).toEqual([
      'a-token',
      'a-token',
      'a-token',
    ])
  })

  test('an address that a dead gateway still holds is freed, before anything is asked for', async () => {
    answers({
      CreateNatGateway: () => made,
      DisassociateAddress: () => ({}),
      DescribeNatGateways: () => inState('deleted', { NatGatewayAddresses: [{ NetworkInterfaceId: 'eni-1' }] }),
      DescribeAddresses: () => ({ Addresses: [{ AssociationId: 'eipassoc-1', NetworkInterfaceId: 'eni-1' }] }),
    })
    expect(await create()).toBe('nat-1')
    expect(inputsOf('DisassociateAddress')).toEqual([{ AssociationId: 'eipassoc-1' }])
    expect(called().at(-1)).toBe('CreateNatGateway')
  })

  test('an address that something else uses is not taken away', async () => {
    answers({
      CreateNatGateway: () => fail('Resource.AlreadyAssociated'),
      DescribeNatGateways: () => inState('deleted', { NatGatewayAddresses: [{ NetworkInterfaceId: 'eni-1' }] }),
      DescribeAddresses: () => ({ Addresses: [{ AssociationId: 'eipassoc-1', NetworkInterfaceId: 'eni-9' }] }),
    })
    await expect(create()).rejects.toThrow('Resource.AlreadyAssociated')
    expect(called()).not.toContain('DisassociateAddress')
  })
})

describe('becoming ready', () => {
  test('through pending, though a look may miss it', async () => {
    const states = [undefined, 'pending', undefined, 'pending', 'available']
    answers({ DescribeNatGateways: (_, nth) => inState(states[nth - 1]) })
    await natGateway.ready?.(fakeCtx(), 'nat-1')
    expect(called()).toHaveLength(5)
  })

  test('a failure ends the wait with the reason of AWS', async () => {
    const FailureCode = 'InsufficientFreeAddressesInSubnet'
    const failed = { FailureCode, FailureMessage: 'Subnet has insufficient free addresses' }
    answers({ DescribeNatGateways: (_, nth) => (nth < 3 ? inState('pending') : inState('failed', failed)) })
    await expect(natGateway.ready?.(fakeCtx(), 'nat-1')).rejects.toMatchObject({
      message: 'The NAT gateway nat-1 is failed: Subnet has insufficient free addresses',
      details: { awsCode: FailureCode },
    })
  })
})

describe('deleting', () => {
  const destroy = () => natGateway.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('returns when AWS says that it is deleted, not before', async () => {
    const states = ['available', 'deleting', 'deleting', 'deleted']
    answers({ DescribeNatGateways: (_, nth) => inState(states[nth - 1]) })
    await destroy()
    expect(inputsOf('DescribeNatGateways')).toHaveLength(4)
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteNatGateway: () => fail('NatGatewayNotFound') })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

describe('health', () => {
  test('is told from the listing of the look', async () => {
    const ctx = fakeCtx()
    const item = (NatGatewayId: string, State: string, more: object = {}) => ({ NatGatewayId, State, Tags, ...more })
    answers({
      DescribeNatGateways: () => ({
        NatGateways: [
          item('nat-1', 'available'),
          item('nat-2', 'pending'),
          item('nat-3', 'failed', { FailureMessage: 'no internet gateway' }),
        ],
      }),
    })
    await natGateway.read(ctx, [])
    const health = (id: string) => natGateway.health?.(ctx, { ...live, id })
    expect(await health('nat-1')).toEqual({ state: 'healthy', detail: 'available' })
    expect(await health('nat-2')).toEqual({ state: 'unknown', detail: 'pending' })
    expect(await health('nat-3')).toEqual({ state: 'unhealthy', detail: 'failed: no internet gateway' })
    expect(called()).toHaveLength(1)
  })

  test('is asked for where there was no look', async () => {
    answers({ DescribeNatGateways: () => inState('deleted') })
    expect(await natGateway.health?.(fakeCtx(), live)).toEqual({ state: 'unhealthy', detail: 'deleted' })
  })
})

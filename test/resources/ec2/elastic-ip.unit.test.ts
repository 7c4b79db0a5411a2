import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import { type ElasticIpOut, type ElasticIpSpec, elasticIp } from '../../../src/resources/ec2/elastic-ip.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:elastic-ip/nat-a'
const live: Found<ElasticIpSpec, ElasticIpOut> = {
  ...{ address, id: 'eipalloc-1', ours: true, tags: {}, spec: { domain: 'vpc' } },
  out: { id: 'eipalloc-1', publicIp: '192.0.2.1' },
}
const there = { Addresses: [{ AllocationId: 'eipalloc-1' }] }

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

test('it is born tagged: an address without a name is money that nobody misses', async () => {
  answers({ AllocateAddress: () => ({ AllocationId: 'eipalloc-1' }) })
  expect(await elasticIp.create(fakeCtx(), address, { domain: 'vpc' }, 'token')).toBe('eipalloc-1')
  expect(inputsOf('AllocateAddress')).toMatchObject([
    {
      Domain: 'vpc',
      TagSpecifications: [
        { ResourceType: 'elastic-ip', Tags: expect.arrayContaining([{ Key: 'ecom-infra:address', Value: address }]) },
      ],
    },
  ])
})

test('a full quota is told at once', async () => {
  answers({ AllocateAddress: () => fail('AddressLimitExceeded') })
  await expect(elasticIp.create(fakeCtx(), address, { domain: 'vpc' }, 'token')).rejects.toThrow('AddressLimitExceeded')
  expect(called()).toHaveLength(1)
})

describe('releasing', () => {
  const release = () => elasticIp.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('waits until its NAT gateway has let go of it, and until it is gone', async () => {
    answers({
      ReleaseAddress: (_, nth) => (nth < 3 ? fail('InvalidIPAddress.InUse') : {}),
      DescribeAddresses: (_, nth) => (nth < 2 ? there : {}),
    })
    await release()
    expect(inputsOf('ReleaseAddress')).toHaveLength(3)
    expect(inputsOf('DescribeAddresses')).toHaveLength(2)
  })

  test('AuthFailure means gone when AWS does not list it any more', async () => {
    answers({ ReleaseAddress: () => fail('AuthFailure', 'AuthFailure', 403) })
    await expect(release()).resolves.toBeUndefined()
  })

  test('AuthFailure means what it says when AWS still lists it', async () => {
    answers({ ReleaseAddress: () => fail('AuthFailure', 'AuthFailure', 403), DescribeAddresses: () => there })
    await expect(release()).rejects.toThrow('AuthFailure')
  })

  test('one that was gone already is a success', async () => {
    answers({ ReleaseAddress: () => fail('InvalidAllocationID.NotFound') })
    await expect(release()).resolves.toBeUndefined()
  })
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import { type SubnetOut, type SubnetSpec, subnet } from '../../../src/resources/ec2/subnet.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:subnet/public-a'
const spec: SubnetSpec = { vpcId: 'vpc-1', cidrBlock: '10.20.1.0/24', zone: 'us-east-1a', mapPublicIpOnLaunch: true }
const live: Found<SubnetSpec, SubnetOut> = {
  ...{ address, id: 'subnet-1', ours: true, tags: {}, spec },
  out: { id: 'subnet-1', zone: spec.zone },
}

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

test('it is made, tagged, as soon as its VPC is known everywhere', async () => {
  answers({
    CreateSubnet: (_, nth) => (nth < 3 ? fail('InvalidVpcID.NotFound') : { Subnet: { SubnetId: 'subnet-1' } }),
  })
  const ctx = fakeCtx()
  expect(await subnet.create(ctx, address, spec, 'token')).toBe('subnet-1')
  expect(inputsOf('CreateSubnet').at(-1)).toMatchObject({
    ...{ VpcId: 'vpc-1', CidrBlock: spec.cidrBlock, AvailabilityZone: spec.zone },
    TagSpecifications: [
      { ResourceType: 'subnet', Tags: expect.arrayContaining([{ Key: 'Name', Value: 'shop-dev-public-a' }]) },
    ],
  })
  expect(ctx.notes).toEqual(['waiting for a new resource to be known everywhere in EC2'])
})

test('a range that is taken is not asked for again', async () => {
  answers({ CreateSubnet: () => fail('InvalidSubnet.Conflict') })
  await expect(subnet.create(fakeCtx(), address, spec, 'token')).rejects.toThrow('InvalidSubnet.Conflict')
  expect(called()).toHaveLength(1)
})

test('all pages are read', async () => {
  const item = (SubnetId: string) => ({ SubnetId, Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }] })
  answers({
    DescribeSubnets: ({ NextToken }) =>
      NextToken ? { Subnets: [item('subnet-2')] } : { Subnets: [item('subnet-1')], NextToken: 'more' },
  })
  expect((await subnet.read(fakeCtx(), [])).map(({ id }) => id)).toEqual(['subnet-1', 'subnet-2'])
})

test('it is ready when it is available', async () => {
  const states = [undefined, 'pending', 'pending', 'available']
  answers({
    DescribeSubnets: (_, nth) => {
      const State = states[nth - 1]
      return { Subnets: State ? [{ SubnetId: 'subnet-1', State }] : [] }
    },
  })
  await subnet.ready?.(fakeCtx(), 'subnet-1')
  expect(called()).toHaveLength(4)
})

test('deleting waits for interfaces that linger, and until it is gone', async () => {
  answers({
    DeleteSubnet: (_, nth) => (nth < 3 ? fail('DependencyViolation') : {}),
    DescribeSubnets: (_, nth) => ({ Subnets: nth < 2 ? [{ SubnetId: 'subnet-1' }] : [] }),
  })
  await subnet.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
  expect(inputsOf('DeleteSubnet')).toHaveLength(3)
  expect(inputsOf('DescribeSubnets')).toHaveLength(2)
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type LoadBalancerOut,
  type LoadBalancerSpec,
  loadBalancer,
} from '../../../src/resources/elbv2/load-balancer.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const elb = scripted(ElasticLoadBalancingV2Client)
const ec2 = scripted(EC2Client)
beforeEach(() => {
  elb.answers({})
  ec2.answers({})
})

const address = 'elbv2:load-balancer/web'
const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop-dev-web/50dc6c495c0c9188'
const spec: LoadBalancerSpec = {
  ...{ name: 'shop-dev-web', scheme: 'internet-facing', vpcId: 'vpc-1' },
  ...{ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] },
  attributes: { 'idle_timeout.timeout_seconds': '60' },
}
const live: Found<LoadBalancerSpec, LoadBalancerOut> = {
  ...{ address, id: arn, ours: true, tags: {}, spec },
  out: {
    ...{ arn, name: spec.name, dnsName: 'shop.example', zoneId: 'Z1' },
    fullName: 'app/shop-dev-web/50dc6c495c0c9188',
  },
}
const asked: Asked = { address, id: null, token: null, spec }
const TERMS = { deleteData: false, snapshotName: null }

const state = (Code: string, Reason?: string) => ({
  LoadBalancers: [{ LoadBalancerArn: arn, State: { Code, Reason } }],
})
const notFound = () => fail('LoadBalancerNotFoundException')

describe('creating', () => {
  const create = () => loadBalancer.create(fakeCtx(), address, spec, 'token')

  test('asks for the name first: AWS would hand over a stranger of the same settings', async () => {
    elb.answers({ DescribeLoadBalancers: () => state('active') })
    await expect(create()).rejects.toThrow('A load balancer named shop-dev-web exists already.')
    expect(elb.called()).toEqual(['DescribeLoadBalancers'])
  })

  test('waits for subnets and groups that load balancing does not know yet; born tagged', async () => {
    const codes = ['SubnetNotFoundException', 'InvalidSecurityGroupException']
    elb.answers({
      DescribeLoadBalancers: notFound,
      CreateLoadBalancer: (_, nth) => (nth <= codes.length ? fail(codes[nth - 1]!) : state('provisioning')),
    })
    expect(await create()).toBe(arn)
    expect(elb.inputsOf('CreateLoadBalancer')).toHaveLength(3)
    expect(elb.inputsOf('CreateLoadBalancer')[0]).toMatchObject({
      Tags: expect.arrayContaining([{ Key: 'ecom-infra:address', Value: address }]),
    })
  })

  test('waits for the way out, and not for a subnet that is too small', async () => {
    const say = ['VPC vpc-1 has no internet gateway', 'Not enough IP space available in subnet-1.']
    elb.answers({
      DescribeLoadBalancers: notFound,
      CreateLoadBalancer: (_, nth) => fail('InvalidSubnetException', say[nth - 1]),
    })
    await expect(create()).rejects.toThrow('Not enough IP space')
    expect(elb.inputsOf('CreateLoadBalancer')).toHaveLength(2)
  })

  test("waits for the service-linked role of the account's first balancer, and not for a right that is missing", async () => {
    const say = ['Unable to assume service linked role', 'You may not create load balancers.']
    elb.answers({
      DescribeLoadBalancers: notFound,
      CreateLoadBalancer: (_, nth) => fail('AccessDeniedException', say[nth - 1]),
    })
    await expect(create()).rejects.toThrow('You may not')
    expect(elb.inputsOf('CreateLoadBalancer')).toHaveLength(2)
  })

  test('a full quota is told at once', async () => {
    elb.answers({ DescribeLoadBalancers: notFound, CreateLoadBalancer: () => fail('TooManyLoadBalancersException') })
    await expect(create()).rejects.toThrow()
    expect(elb.inputsOf('CreateLoadBalancer')).toHaveLength(1)
  })
})

describe('becoming ready', () => {
  const ready = () => loadBalancer.ready?.(fakeCtx(), arn)

  test('waits until it is active, also while AWS does not show it', async () => {
    elb.answers({
      DescribeLoadBalancers: (_, nth) => (nth === 1 ? notFound() : state(nth < 4 ? 'provisioning' : 'active')),
    })
    await ready()
    expect(elb.called()).toHaveLength(4)
  })

  test('ends at once with the reason when AWS could not set it up', async () => {
    elb.answers({ DescribeLoadBalancers: () => state('failed', 'no free addresses') })
    await expect(ready()).rejects.toThrow('no free addresses')
    expect(elb.called()).toHaveLength(1)
  })
})

describe('reading', () => {
  const read = (ctx = fakeCtx(), ask: readonly Asked[] = [asked]) => loadBalancer.read(ctx, ask)
  const ours = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
  const item = (n: number, more: object = {}) => ({
    LoadBalancerArn: `${arn}${n}`,
    LoadBalancerName: `lb-${n}`,
    ...more,
  })
  const tagsBy = (by: (arn: string) => object[]) => (input: { ResourceArns?: string[] }) => ({
    TagDescriptions: (input.ResourceArns ?? []).map((ResourceArn) => ({ ResourceArn, Tags: by(ResourceArn) })),
  })

  test('goes through all pages, asks for 20 tags a call, and for the attributes of ours alone', async () => {
    elb.answers({
      DescribeLoadBalancers: ({ Marker }) => ({
        LoadBalancers: Array.from({ length: 15 }, (_, n) => item(Marker ? n + 15 : n)),
        ...(Marker ? {} : { NextMarker: 'more' }),
      }),
      DescribeTags: tagsBy((one) => (one === `${arn}29` ? ours : [])),
    })
    expect((await read()).map(({ id }) => id)).toEqual([`${arn}29`])
    expect(elb.inputsOf('DescribeTags').map(({ ResourceArns }) => (ResourceArns as string[]).length)).toEqual([20, 10])
    expect(elb.inputsOf('DescribeLoadBalancerAttributes')).toEqual([{ LoadBalancerArn: `${arn}29` }])
  })

  test("shows a stranger's under our name, and not as ours", async () => {
    elb.answers({
      DescribeLoadBalancers: () => ({ LoadBalancers: [item(1, { LoadBalancerName: spec.name })] }),
      DescribeTags: tagsBy(() => []),
    })
    expect(await read()).toMatchObject([{ address, ours: false }])
  })

  test('leaves out what goes between two calls, for it alone', async () => {
    elb.answers({
      DescribeLoadBalancers: () => ({ LoadBalancers: [item(1), item(2), item(3)] }),
      DescribeTags: (input) => {
        const { ResourceArns = [] } = input as { ResourceArns?: string[] }
        return ResourceArns.includes(`${arn}2`) ? notFound() : tagsBy(() => ours)({ ResourceArns })
      },
      DescribeLoadBalancerAttributes: ({ LoadBalancerArn }) => (LoadBalancerArn === `${arn}3` ? notFound() : {}),
    })
    expect((await read()).map(({ id }) => id)).toEqual([`${arn}1`])
  })

  test('one that AWS could not set up is returned as failed', async () => {
    elb.answers({
      DescribeLoadBalancers: () => ({
        LoadBalancers: [item(1, { State: { Code: 'failed', Reason: 'no addresses' } })],
      }),
      DescribeTags: tagsBy(() => ours),
    })
    expect(await read()).toMatchObject([{ failed: 'no addresses' }])
  })

  test('shows the attributes that the spec names; all of them when nobody asks', async () => {
    const Attributes = [
      { Key: 'idle_timeout.timeout_seconds', Value: '90' },
      { Key: 'routing.http2.enabled', Value: 'true' },
    ]
    elb.answers({
      DescribeLoadBalancers: () => ({ LoadBalancers: [item(1, { LoadBalancerName: spec.name })] }),
      DescribeTags: tagsBy(() => ours),
      DescribeLoadBalancerAttributes: () => ({ Attributes }),
    })
    expect((await read())[0]?.spec.attributes).toEqual({ 'idle_timeout.timeout_seconds': '90' })
    expect((await read(fakeCtx(), []))[0]?.spec.attributes).toEqual({
      'idle_timeout.timeout_seconds': '90',
      'routing.http2.enabled': 'true',
    })
  })
})

test('only attributes that differ are sent', async () => {
  const want = { ...spec, attributes: { 'idle_timeout.timeout_seconds': '60', 'routing.http2.enabled': 'false' } }
  await loadBalancer.sync?.(fakeCtx(), want, live, new Set(['attributes'] as const))
  expect(elb.inputsOf('ModifyLoadBalancerAttributes')).toEqual([
    { LoadBalancerArn: arn, Attributes: [{ Key: 'routing.http2.enabled', Value: 'false' }] },
  ])
  expect(elb.called()).toEqual(['ModifyLoadBalancerAttributes'])
})

describe('going', () => {
  test('deletion protection is a blocker, and never switched off by itself', async () => {
    const guarded = (Value: string) => ({ Attributes: [{ Key: 'deletion_protection.enabled', Value }] })
    elb.answers({ DescribeLoadBalancerAttributes: (_, nth) => guarded(nth === 1 ? 'true' : 'false') })
    const farewell = () => loadBalancer.farewell?.(fakeCtx(), live)
    expect((await farewell())?.blockers).toHaveLength(1)
    expect(await farewell()).toEqual({ blockers: [], losses: [] })
  })

  test('is over when its network interfaces are gone', async () => {
    elb.answers({ DescribeLoadBalancers: (_, nth) => (nth === 1 ? state('active') : notFound()) })
    ec2.answers({ DescribeNetworkInterfaces: (_, nth) => ({ NetworkInterfaces: nth < 3 ? [{}] : [] }) })
    await loadBalancer.destroy(fakeCtx(), live, TERMS)
    expect(elb.called()).toEqual(['DeleteLoadBalancer', 'DescribeLoadBalancers', 'DescribeLoadBalancers'])
    expect(ec2.inputsOf('DescribeNetworkInterfaces')).toHaveLength(3)
    expect(ec2.inputsOf('DescribeNetworkInterfaces')[0]).toEqual({
      Filters: [{ Name: 'description', Values: ['ELB app/shop-dev-web/50dc6c495c0c9188'] }],
    })
  })

  test('one that was gone already is a success', async () => {
    elb.answers({ DeleteLoadBalancer: notFound, DescribeLoadBalancers: notFound })
    ec2.answers({ DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [] }) })
    await expect(loadBalancer.destroy(fakeCtx(), live, TERMS)).resolves.toBeUndefined()
  })

  test('what AWS refuses is told', async () => {
    elb.answers({ DeleteLoadBalancer: () => fail('OperationNotPermittedException', 'deletion protection') })
    await expect(loadBalancer.destroy(fakeCtx(), live, TERMS)).rejects.toThrow('deletion protection')
  })
})

test('its health costs no call of its own in the same look', async () => {
  const ctx = fakeCtx()
  elb.answers({ DescribeLoadBalancers: () => state('active_impaired', 'not enough addresses') })
  await loadBalancer.read(ctx, [])
  expect(await loadBalancer.health?.(ctx, live)).toEqual({
    state: 'unhealthy',
    detail: 'active_impaired: not enough addresses',
  })
  expect(elb.inputsOf('DescribeLoadBalancers')).toHaveLength(1)
})

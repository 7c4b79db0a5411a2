import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type ListenerOut, type ListenerSpec, listener } from '../../../src/resources/elbv2/listener.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const elb = scripted(ElasticLoadBalancingV2Client)
beforeEach(() => elb.answers({}))

const address = 'elbv2:listener/https'
const balancer = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1'
const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2'
const target = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/3'
const spec: ListenerSpec = {
  ...{
    loadBalancerArn: balancer,
    port: 443,
    protocol: 'HTTPS',
    certificateArn: 'arn:aws:acm:us-east-1:1:certificate/1',
  },
  sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  action: { type: 'forward', targetGroupArn: target },
}
const live: Found<ListenerSpec, ListenerOut> = { ...{ address, id: arn, ours: true, spec }, tags: {}, out: { arn } }
const asked: Asked = { address, id: null, token: null, spec }
const ours = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
const forward = { Type: 'forward', TargetGroupArn: target }

/** One listener as AWS shows it. */
const shown = (item: object = {}, Tags: object[] = ours) => ({
  DescribeListeners: () => ({
    Listeners: [
      { ListenerArn: arn, LoadBalancerArn: balancer, Port: 443, Protocol: 'HTTPS', DefaultActions: [forward], ...item },
    ],
  }),
  DescribeTags: () => ({ TagDescriptions: [{ ResourceArn: arn, Tags }] }),
})

describe('creating', () => {
  const create = (what = spec) => listener.create(fakeCtx(), address, what, 'token')

  test('waits for a certificate that was issued a moment ago, and for a new target group', async () => {
    const codes = ['CertificateNotFoundException', 'TargetGroupNotFoundException']
    elb.answers({
      CreateListener: (_, nth) => (nth <= 2 ? fail(codes[nth - 1]!) : { Listeners: [{ ListenerArn: arn }] }),
    })
    expect(await create()).toBe(arn)
    expect(elb.inputsOf('CreateListener')[2]).toMatchObject({
      ...{ Port: 443, Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' },
      Certificates: [{ CertificateArn: spec.certificateArn }],
      DefaultActions: [forward],
      Tags: expect.arrayContaining([{ Key: 'ecom-infra:address', Value: address }]),
    })
  })

  test('plain HTTP has neither policy nor certificate', async () => {
    elb.answers({ CreateListener: () => ({ Listeners: [{ ListenerArn: arn }] }) })
    await create({ ...spec, port: 80, protocol: 'HTTP', sslPolicy: null, certificateArn: null })
    expect(Object.keys(elb.inputsOf('CreateListener')[0] ?? {})).not.toEqual(expect.arrayContaining(['SslPolicy']))
    expect(Object.keys(elb.inputsOf('CreateListener')[0] ?? {})).not.toEqual(expect.arrayContaining(['Certificates']))
  })

  test('a port that is taken is told at once', async () => {
    elb.answers({ CreateListener: () => fail('DuplicateListenerException') })
    await expect(create()).rejects.toThrow()
    expect(elb.called()).toHaveLength(1)
  })
})

test('a changed certificate waits in the same way, in one call with all settings', async () => {
  elb.answers({ ModifyListener: (_, nth) => (nth === 1 ? fail('CertificateNotFoundException') : {}) })
  await listener.sync?.(fakeCtx(), spec, live, new Set(['certificateArn'] as const))
  expect(elb.called()).toEqual(['ModifyListener', 'ModifyListener'])
  expect(elb.inputsOf('ModifyListener')[0]).toMatchObject({ Port: 443, Protocol: 'HTTPS', DefaultActions: [forward] })
})

test('tags alone touch no setting', async () => {
  await listener.sync?.(fakeCtx(), spec, live, new Set(['tags'] as const))
  expect(elb.called()).toEqual(['AddTags'])
})

describe('reading', () => {
  const read = (one: Asked = asked) => listener.read(fakeCtx(), [one])

  test('on a balancer that has gone in the meantime there are none', async () => {
    elb.answers({ DescribeListeners: () => fail('LoadBalancerNotFoundException') })
    expect(await read()).toEqual([])
  })

  test('goes through all pages', async () => {
    const page = shown().DescribeListeners()
    elb.answers({ ...shown(), DescribeListeners: ({ Marker }) => (Marker ? page : { NextMarker: 'more' }) })
    expect((await read()).map(({ id }) => id)).toEqual([arn])
  })

  test("the balancer's place comes from a remembered id when the spec does not know it yet", async () => {
    elb.answers(shown())
    await read({ ...asked, id: arn, spec: { ...spec, loadBalancerArn: UNKNOWN } })
    expect(elb.inputsOf('DescribeListeners')).toEqual([{ LoadBalancerArn: balancer }])
  })

  test('without our tags it is ours on the asked port of our balancer, unless it says whose it is', async () => {
    elb.answers(shown({}, []))
    expect(await read()).toMatchObject([{ address, ours: true }])
    elb.answers(shown({}, [{ Key: 'ecom-infra:stack', Value: 'other-dev' }]))
    expect(await read()).toMatchObject([{ address, ours: false }])
    elb.answers(shown({ Port: 8443 }, []))
    expect(await read()).toEqual([])
  })

  test.each([
    [
      'a redirect',
      [
        {
          Type: 'redirect',
          RedirectConfig: {
            Protocol: 'HTTPS',
            Port: '443',
            StatusCode: 'HTTP_301',
            Host: '#{host}',
            Path: '/#{path}',
            Query: '#{query}',
          },
        },
      ],
      'redirect',
    ],
    [
      'a redirect to another host',
      [
        {
          Type: 'redirect',
          RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301', Host: 'elsewhere.example' },
        },
      ],
      'other',
    ],
    [
      'a forward, as AWS says it twice',
      [{ ...forward, ForwardConfig: { TargetGroups: [{ TargetGroupArn: target }] } }],
      'forward',
    ],
    [
      'a forward to two groups',
      [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: target }, { TargetGroupArn: 'two' }] } }],
      'other',
    ],
    ['a fixed response', [{ Type: 'fixed-response' }], 'other'],
    ['something before the forward', [{ Type: 'authenticate-oidc' }, forward], 'other'],
  ])('%s', async (_, DefaultActions, type) => {
    elb.answers(shown({ DefaultActions }))
    expect((await read())[0]?.spec.action.type).toBe(type)
  })

  test('on HTTP a policy that an emulator shows means nothing', async () => {
    elb.answers(
      shown({ Protocol: 'HTTP', SslPolicy: 'ELBSecurityPolicy-2016-08', Certificates: [{ CertificateArn: 'old' }] }),
    )
    expect((await read())[0]?.spec).toMatchObject({ protocol: 'HTTP', sslPolicy: null, certificateArn: null })
  })
})

describe('going', () => {
  const destroy = () => listener.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('is over when AWS does not show it any more', async () => {
    elb.answers({ DescribeListeners: (_, nth) => (nth < 3 ? { Listeners: [{}] } : fail('ListenerNotFoundException')) })
    await destroy()
    expect(elb.called()).toEqual(['DeleteListener', 'DescribeListeners', 'DescribeListeners', 'DescribeListeners'])
  })

  test('one that went with its balancer is a success', async () => {
    elb.answers({
      DeleteListener: () => fail('ListenerNotFoundException'),
      DescribeListeners: () => fail('LoadBalancerNotFoundException'),
    })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

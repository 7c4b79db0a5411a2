import { ACMClient } from '@aws-sdk/client-acm'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import { type ListenerOut, type ListenerSpec, listener } from '../../../src/resources/elbv2/listener.ts'
import { type TargetGroupOut, type TargetGroupSpec, targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { CHECK } from './ground.ts'

const elb = scripted(ElasticLoadBalancingV2Client)
const acm = scripted(ACMClient)
beforeEach(() => {
  elb.answers({})
  acm.answers({})
})

describe('a target group', () => {
  const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1'
  const live = {
    ...{ address: 'elbv2:target-group/web', id: arn, ours: true, tags: {} },
    spec: { protocol: 'HTTP', healthCheck: CHECK } as TargetGroupSpec,
    out: { arn, name: 'web' } as TargetGroupOut,
  } as Found<TargetGroupSpec, TargetGroupOut>

  /** Targets `i-1`, `i-2` … in these states. */
  const health = async (...targets: (string | { State: string; Description: string })[]) => {
    elb.answers({
      DescribeTargetHealth: () => ({
        TargetHealthDescriptions: targets.map((one, index) => ({
          Target: { Id: `i-${index + 1}` },
          TargetHealth: typeof one === 'string' ? { State: one } : one,
        })),
      }),
    })
    const answer = await targetGroup.health?.(fakeCtx(), live)
    expect(elb.called()).toEqual(['DescribeTargetHealth'])
    return answer
  }

  test('is well when its targets are', async () => {
    expect(await health('healthy', 'healthy')).toEqual({ state: 'healthy', detail: '2 of 2 targets healthy' })
  })

  test('is not with one that is not, and says why', async () => {
    expect(await health('healthy', { State: 'unhealthy', Description: 'Health checks failed' })).toEqual({
      state: 'unhealthy',
      detail: '1 of 2 targets healthy; i-2 is unhealthy: Health checks failed',
    })
  })

  test('is not without any', async () => {
    expect(await health()).toEqual({ state: 'unhealthy', detail: 'no targets' })
    expect(await health('draining')).toMatchObject({ state: 'unhealthy' })
  })

  test('one that leaves is neither counted nor held against it', async () => {
    const detail = '1 of 1 targets healthy; 2 leaving, and finishing what was begun'
    expect(await health('draining', 'healthy', 'unhealthy.draining')).toEqual({ state: 'healthy', detail })
  })

  test('one that is looked at for the first time is on its way', async () => {
    const detail = '0 of 1 targets healthy; i-1 is looked at for the first time'
    expect(await health('initial')).toEqual({ state: 'unknown', detail })
    expect(await health('initial', 'healthy')).toMatchObject({ state: 'healthy' })
    expect(await health('initial', 'unhealthy')).toMatchObject({ state: 'unhealthy' })
  })

  test('targets that get no requests are of no use', async () => {
    const unused = { State: 'unused', Description: 'Target is in the stopped state' }
    expect(await health(unused)).toEqual({
      state: 'unhealthy',
      detail: '0 of 1 targets healthy; i-1 gets no requests: Target is in the stopped state',
    })
    expect(await health(unused, 'healthy')).toMatchObject({ state: 'healthy' })
  })

  test('that has gone meanwhile is not known', async () => {
    elb.answers({ DescribeTargetHealth: () => fail('TargetGroupNotFoundException') })
    expect(await targetGroup.health?.(fakeCtx(), live)).toMatchObject({ state: 'unknown' })
  })
})

describe("a listener's certificate", () => {
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1'
  const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2'
  const on = (certificate: string | null) => ({
    ...{ address: 'elbv2:listener/https' as const, id: arn, ours: true, tags: {}, out: { arn } as ListenerOut },
    spec: { certificateArn: certificate } as ListenerSpec,
  })
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  const health = (Certificate: object, ctx = fakeCtx()) => {
    acm.answers({ DescribeCertificate: () => ({ Certificate }) })
    return listener.health?.(ctx, on(certificateArn))
  }

  test('holds', async () => {
    const NotAfter = new Date('2099-03-01T12:00:00Z')
    const detail = 'certificate valid until 2099-03-01'
    expect(await health({ Status: 'ISSUED', NotAfter })).toEqual({ state: 'healthy', detail })
    expect(await health({ Status: 'ISSUED', NotAfter: inDays(14.5) })).toMatchObject({ state: 'healthy' })
  })

  test('ends within two weeks, and how its renewal does', async () => {
    const RenewalSummary = { RenewalStatus: 'PENDING_VALIDATION' }
    expect(await health({ Status: 'ISSUED', NotAfter: inDays(13.5), RenewalSummary })).toEqual({
      state: 'unhealthy',
      detail: expect.stringMatching(/^certificate expires on \d{4}-\d\d-\d\d, in 13 days; its renewal is PENDING_VALI/),
    })
  })

  test('has ended, is not issued, or is gone', async () => {
    expect(await health({ Status: 'EXPIRED', NotAfter: new Date('2020-01-01') })).toEqual({
      ...{ state: 'unhealthy', detail: 'certificate expired on 2020-01-01' },
    })
    expect(await health({ Status: 'FAILED', FailureReason: 'CAA_ERROR' })).toEqual({
      ...{ state: 'unhealthy', detail: 'certificate is FAILED CAA_ERROR' },
    })
    acm.answers({ DescribeCertificate: () => fail('ResourceNotFoundException') })
    expect(await listener.health?.(fakeCtx(), on(certificateArn))).toMatchObject({ state: 'unhealthy' })
  })

  test('that may not be read is not known, and nor is one that is not of ACM', async () => {
    acm.answers({ DescribeCertificate: () => fail('AccessDeniedException', 'not authorized') })
    expect(await listener.health?.(fakeCtx(), on(certificateArn))).toEqual({
      ...{ state: 'unknown', detail: 'its certificate may not be read: not authorized' },
    })
    const elsewhere = 'arn:aws:iam::123456789012:server-certificate/old'
    expect(await listener.health?.(fakeCtx(), on(elsewhere))).toMatchObject({ state: 'unknown' })
    expect(acm.called()).toHaveLength(1)
    acm.answers({ DescribeCertificate: () => fail('ThrottlingException') })
    await expect(listener.health?.(fakeCtx(), on(certificateArn))).rejects.toThrow('Throttling')
  })

  test('is asked for once, however many listeners show it, and never on HTTP', async () => {
    const ctx = fakeCtx()
    await health({ Status: 'ISSUED', NotAfter: inDays(90) }, ctx)
    await listener.health?.(ctx, on(certificateArn))
    expect(await listener.health?.(ctx, on(null))).toEqual({ state: 'healthy', detail: 'HTTP, no certificate' })
    expect(acm.called()).toEqual(['DescribeCertificate'])
  })
})

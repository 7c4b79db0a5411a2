import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DRIFTS } from './support/drifts.ts'
import { at } from './support/raw.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

describe('what strangers change', () => {
  let stack: Stack
  const rows = (document: Document) => Object.fromEntries(astray(document).map((row) => [row.address, row]))

  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
  })
  afterAll(() => stack?.close())

  describe('all at once', () => {
    const was = new Map<string, unknown>()
    let seen: Document

    beforeAll(async () => {
      for (const { name, read } of DRIFTS) was.set(name, await read(stack.raw, stack.account.id))
      for (const { make } of DRIFTS) await make(stack.raw, stack.account.id)
      seen = await status(stack, 3)
    })

    for (const { name, address, path, desired, actual, read } of DRIFTS) {
      it(`${name}: is seen`, async () => {
        expect(await read(stack.raw, stack.account.id)).not.toEqual(was.get(name))
        expect(rows(seen)[address]).toMatchObject({ status: 'drifted', drift: [{ path, desired, actual }] })
      })
    }

    it('are all there is, and the verdict', () => {
      expect(Object.keys(rows(seen)).sort()).toEqual(DRIFTS.map(({ address }) => address).sort())
      expect(seen).toMatchObject({ verdict: 'drifted', summary: { drifted: DRIFTS.length, missing: 0, unexpected: 0 } })
    })

    it('are repaired, by nothing but updates', async () => {
      const repaired = await up(stack)
      expect(repaired.summary).toMatchObject({ updated: DRIFTS.length, created: 0, replaced: 0, deleted: 0, failed: 0 })
      expect(astray(await status(stack))).toEqual([])
      for (const { name, read } of DRIFTS) {
        expect(await read(stack.raw, stack.account.id), name).toEqual(was.get(name))
      }
    })
  })

  it('one alone, the rule that was opened, is seen and repaired alike', async () => {
    const [rule] = DRIFTS
    if (rule === undefined) throw new Error('There are no drifts.')
    await rule.make(stack.raw, stack.account.id)
    const seen = await status(stack, 3)
    expect(Object.keys(rows(seen))).toEqual([rule.address])
    stack.account.proxy.reset()
    expect((await up(stack)).summary).toMatchObject({ updated: 1, created: 0, replaced: 0, deleted: 0 })
    const changes = stack.account.proxy.calls.filter(({ mutating, service }) => mutating && service !== 's3')
    expect(changes.map(({ action }) => action)).toEqual(['RevokeSecurityGroupIngress'])
    expect(astray(await status(stack))).toEqual([])
  })

  it('a target group that is deleted is missing, and comes back where it was', async () => {
    const { elbv2, autoscaling } = stack.raw
    const [group] = (await elbv2.describeTargetGroups({})).TargetGroups ?? []
    const [balancer] = (await elbv2.describeLoadBalancers({})).LoadBalancers ?? []
    const LoadBalancerArn = balancer?.LoadBalancerArn
    // AWS deletes no target group that a listener sends to: who wants to be rid of it deletes both.
    const [listener] = (await elbv2.describeListeners({ LoadBalancerArn })).Listeners ?? []
    await elbv2.deleteListener({ ListenerArn: listener?.ListenerArn })
    await elbv2.deleteTargetGroup({ TargetGroupArn: group?.TargetGroupArn })

    const seen = await status(stack, 3)
    expect(seen.verdict).toBe('missing')
    expect(rows(seen)).toMatchObject({
      'elbv2:target-group/web': { status: 'missing', id: null },
      'elbv2:listener/http': { status: 'missing', id: null },
    })

    const repaired = await up(stack)
    expect(repaired.summary).toMatchObject({ created: 2, replaced: 0, deleted: 0, failed: 0 })
    expect(astray(await status(stack))).toEqual([])
    const groups = (await elbv2.describeTargetGroups({})).TargetGroups ?? []
    expect(groups).toMatchObject([{ TargetGroupName: group?.TargetGroupName, HealthCheckPath: '/healthz' }])
    const TargetGroupArn = groups[0]?.TargetGroupArn
    const { Listeners } = await elbv2.describeListeners({ LoadBalancerArn })
    expect(Listeners).toMatchObject([{ Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn }] }])
    const { AutoScalingGroups } = await autoscaling.describeAutoScalingGroups({})
    expect(AutoScalingGroups).toMatchObject([{ TargetGroupARNs: [TargetGroupArn] }])
  })

  it('a thing of ours that nobody wants any more is unexpected, and goes', async () => {
    const { ec2 } = stack.raw
    const Tags = [
      { Key: 'ecom-infra:stack', Value: 'shop-dev' },
      { Key: 'ecom-infra:address', Value: 'ec2:elastic-ip/forgotten' },
    ]
    await ec2.allocateAddress({ Domain: 'vpc', TagSpecifications: [{ ResourceType: 'elastic-ip', Tags }] })
    const { AllocationId } = at((await ec2.describeAddresses({})).Addresses, 'ec2:elastic-ip/forgotten')
    const seen = await status(stack, 3)
    expect(seen.verdict).toBe('unexpected')
    expect(astray(seen)).toMatchObject([
      { address: 'ec2:elastic-ip/forgotten', id: AllocationId, status: 'unexpected' },
    ])
    expect((await up(stack)).summary).toMatchObject({ deleted: 1, created: 0, updated: 0 })
    expect((await ec2.describeAddresses({})).Addresses).toHaveLength(1)
  })
})

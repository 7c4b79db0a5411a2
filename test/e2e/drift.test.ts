import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Drift, only, type Said } from './support/drift.ts'
import { DRIFTS } from './support/drifts.ts'
import { at } from './support/raw.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

const CONFIG = {
  protect: true,
  access: { sshCidrs: ['203.0.113.7/32'] },
  monitoring: { alarmEmail: 'ops@example.com' },
}

/** What the table says of a row: nothing of a thing that is not there. */
const saidOf = (drift: Drift): readonly Said[] => (drift.status === 'missing' ? [] : [drift, ...(drift.also ?? [])])

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)].sort()
const addresses = (status: Drift['status']) =>
  unique(
    DRIFTS.filter((drift) => drift.status === status)
      .flatMap((one) => [one, ...saidOf(one)])
      .map(({ address }) => address),
  )

describe('what strangers change', () => {
  let stack: Stack
  const rows = (document: Document) => Object.fromEntries(astray(document).map((row) => [row.address, row]))

  beforeAll(async () => {
    stack = await openStack(CONFIG)
    await up(stack)
  })
  afterAll(() => stack?.close())

  describe(`all ${DRIFTS.length} at once`, () => {
    const was = new Map<string, unknown>()
    let seen: Document

    beforeAll(async () => {
      for (const { name, read } of DRIFTS) was.set(name, await read(stack.raw, stack.account.id))
      for (const { make } of DRIFTS) await make(stack.raw, stack.account.id)
      seen = await status(stack, 3)
    })

    it.each(DRIFTS)('$name: is seen at $address', async (drift) => {
      expect(await drift.read(stack.raw, stack.account.id)).not.toEqual(was.get(drift.name))
      const row = rows(seen)[drift.address]
      expect(row).toMatchObject({
        status: drift.status,
        ...(drift.status === 'missing' ? { id: null, drift: [] } : {}),
      })
      for (const { address, path, desired, actual } of saidOf(drift)) {
        expect(rows(seen)[address]?.drift).toContainEqual({ path, desired, actual })
      }
    })

    it('are all there is, and the verdict', () => {
      const told = astray(seen).flatMap(({ address, drift }) => drift.map(({ path }) => `${address} ${path}`))
      expect(told.sort()).toEqual(
        DRIFTS.flatMap(saidOf)
          .map(({ address, path }) => `${address} ${path}`)
          .sort(),
      )
      const [drifted, missing] = [addresses('drifted'), addresses('missing')]
      expect(Object.keys(rows(seen)).sort()).toEqual([...drifted, ...missing].sort())
      expect(seen).toMatchObject({
        verdict: 'missing',
        summary: { drifted: drifted.length, missing: missing.length, unexpected: 0 },
      })
    })

    it('are repaired, each of them, and nothing is replaced', async () => {
      const repaired = await up(stack)
      expect(repaired.summary).toMatchObject({
        ...{ updated: addresses('drifted').length, created: addresses('missing').length },
        ...{ replaced: 0, deleted: 0, failed: 0 },
      })
      for (const { name, read } of DRIFTS) {
        expect(await read(stack.raw, stack.account.id), name).toEqual(was.get(name))
      }
      expect(astray(await status(stack))).toEqual([])
    })
  })

  it('one alone, the rule that was opened, is seen and repaired alike', async () => {
    const rule = only(DRIFTS)
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

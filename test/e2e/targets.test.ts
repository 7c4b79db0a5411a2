import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { type Kept, stateOf } from './support/state.ts'

interface PlanDocument {
  readonly summary: Readonly<Record<string, number>>
  readonly leftAlone?: { readonly total: number; readonly astray: number }
  readonly steps: readonly { readonly address: string; readonly action: string }[]
}

interface Manifest {
  readonly config: {
    readonly tags: Record<string, string>
    readonly protect?: boolean
    readonly web: { maxSize: number }
  }
  readonly resources: Readonly<Record<string, { readonly id: string }>>
  readonly outputs: Readonly<Record<string, string>>
}

/** Issue 5, item 10: a part of a stack, both ways, and what is remembered of the whole meanwhile. */
describe('a part of a stack', () => {
  let stack: Stack
  let state: Kept
  let whole: readonly string[]

  const manifest = async () => JSON.parse((await state.manifest()) ?? '{}') as Manifest
  const remembered = async () => Object.keys((await manifest()).resources).sort()
  const planned = (args: readonly string[], code = 0) => stack.json<PlanDocument>([...args, '--dry-run'], code)
  const addresses = ({ steps }: PlanDocument) => steps.map(({ address }) => address)

  beforeAll(async () => {
    stack = await openStack()
    state = stateOf(stack)
  })
  afterAll(() => stack?.close())

  it('is made first, with what it needs', async () => {
    const plan = await planned(['up', '--target', 'ec2:subnet/*', '--target', 's3:bucket/assets'])
    expect(addresses(plan)).toContain('ec2:vpc/main')
    expect(addresses(plan)).not.toContain('rds:instance/main')
    expect(plan.leftAlone).toEqual({ total: plan.leftAlone?.astray, astray: expect.any(Number) })
    const made = await stack.json<Document>(['up', '--yes', '--target', 'ec2:subnet/*', 's3:bucket/assets'])
    expect(made.summary).toMatchObject({ created: plan.steps.length, failed: 0 })
    expect(Object.keys(made.outputs)).toEqual(['assetsBucket'])
    expect(await remembered()).toEqual(addresses(plan).sort())
    expect((await manifest()).config).toMatchObject({ protect: false, tags: { owner: 'web-team' } })
  })

  it('is told of, and asked for again it is all there', async () => {
    const { code, stdout } = await stack.run(['up', '--target', 'ec2:vpc/main'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Nothing to do: 1 resource as wanted\.\nThe rest of the stack is left alone: \d+ resources/)
  })

  it('is followed by the rest', async () => {
    const { summary } = await up(stack)
    expect(summary).toMatchObject({ failed: 0, updated: 0, replaced: 0, deleted: 0 })
    whole = await remembered()
    expect(await status(stack)).toMatchObject({ verdict: 'in-sync' })
  })

  it('is refused where nothing has that address', async () => {
    const told = await failing(stack, ['up', '--yes', '--target', 'ec2:vpc/mian', 'ec2:*'], 2)
    expect(told).toMatchObject({ code: 'UnknownAddress' })
    expect(told.message).toContain('ec2:vpc/mian')
    expect(told.message).not.toContain('ec2:*')
    expect((await failing(stack, ['down', '--yes', '--target', 'ec2:vcp/*'], 2)).code).toBe('UnknownAddress')
    expect(stack.account.proxy.report().changes).toBe(0)
  })

  it('takes new settings, and the manifest goes on saying what the whole was made of', async () => {
    stack.configure({ tags: { team: 'a' }, protect: true, web: { maxSize: 3 } })
    const before = await manifest()
    const args = ['up', '--yes', '--target', 'logs:log-group/web-access']
    expect((await stack.json<Document>(args)).summary).toMatchObject({ updated: 1, created: 0, failed: 0 })
    const after = await manifest()
    expect(after.outputs).toEqual(before.outputs)
    expect(Object.keys(after.resources).sort()).toEqual(whole)
    // What was given up still is on all the others: the next run has to know of it.
    expect(after.config).toEqual({ ...before.config, tags: { owner: 'web-team', team: 'a' } })
    const { steps, summary } = await planned(['up'])
    expect(summary.update).toBeGreaterThan(20)
    expect(steps.find(({ address }) => address === 'logs:log-group/web-access')).toMatchObject({ action: 'none' })
    stack.configure()
    await up(stack)
    expect((await manifest()).config).toMatchObject({ protect: false, tags: { owner: 'web-team' } })
    expect(await status(stack)).toMatchObject({ verdict: 'in-sync' })
  })

  it('does not come out of the protection of the whole', async () => {
    stack.configure({ protect: true })
    await up(stack)
    stack.configure({ network: { cidr: '10.99.0.0/16' } })
    const { steps } = await planned(['up', '--target', 'ec2:vpc/main'], 2)
    expect(steps).toMatchObject([{ address: 'ec2:vpc/main', action: 'blocked' }])
    stack.configure()
    expect((await failing(stack, ['down', '--yes', '--target', 'ec2:instance/bastion'], 2)).code).toBe('Protected')
    await up(stack)
  })

  it('is not replaced under what would be left behind', async () => {
    stack.configure({ network: { cidr: '10.99.0.0/16' } })
    const told = await failing(stack, ['up', '--yes', '--target', 'ec2:vpc/main'], 2)
    expect(told.message).toMatch(
      /ec2:vpc\/main: it has to be replaced, and .*ec2:subnet\/public-a.* would be left behind/,
    )
    expect(stack.account.proxy.report().changes).toBe(0)
    stack.configure()
  })

  it('is worked on where the manifest is lost, and all the rest is remembered with it', async () => {
    const { outputs } = await manifest()
    await state.put(null)
    await stack.raw.logs.putRetentionPolicy({ logGroupName: '/ecom-infra/shop-dev/web/access', retentionInDays: 30 })
    const repaired = await stack.json<Document>(['up', '--yes', '--target', 'logs:*'])
    expect(repaired.summary).toMatchObject({ updated: 1, created: 0 })
    expect(repaired.outputs).toEqual(outputs)
    expect(await remembered()).toEqual(whole)
    expect((await manifest()).outputs).toEqual(outputs)
  })

  it('goes with what depends on it, and nothing else goes or is called left over', async () => {
    const plan = await planned(['down', '--target', 'elbv2:target-group/web'])
    expect(addresses(plan)).toEqual(expect.arrayContaining(['elbv2:listener/http', 'autoscaling:group/web']))
    expect(addresses(plan)).not.toContain('elbv2:load-balancer/web')
    const down = await stack.json<Document>(['down', '--yes', '--target', 'elbv2:target-group/web'])
    expect(down).toMatchObject({ summary: { deleted: plan.steps.length, failed: 0 }, leftovers: [] })
    expect(await remembered()).toEqual(whole.filter((one) => !addresses(plan).includes(one)))
    expect((await manifest()).config).toMatchObject({ tags: { owner: 'web-team' } })
    expect((await manifest()).outputs).toHaveProperty('siteUrl')
    const seen = await status(stack, 3)
    expect(seen.summary).toMatchObject({ missing: plan.steps.length, drifted: 0, unexpected: 0 })
  })

  it('that is gone is no mistake the second time', async () => {
    const again = await stack.json<Document>(['down', '--yes', '--target', 'elbv2:target-group/web'])
    expect(again.summary).toMatchObject({ deleted: 0, failed: 0 })
    const { stdout, code } = await stack.run(['down', '--yes', '--target', 'elbv2:target-group/web'])
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing of what was named is in us-east-1')
    expect(stdout).not.toContain('Nothing is left of')
  })

  it('takes its output with it', async () => {
    await stack.json<Document>(['down', '--yes', '--target', 'ec2:instance/bastion'])
    expect((await manifest()).outputs).not.toHaveProperty('bastionHost')
  })

  it('goes in the right order, and the rest is remembered, where the manifest is lost', async () => {
    await state.put(null)
    const plan = await planned(['down', '--target', 'ec2:nat-gateway/*'])
    await stack.json<Document>(['down', '--yes', '--target', 'ec2:nat-gateway/*'])
    const left = await remembered()
    expect(left).toContain('ec2:vpc/main')
    expect(left.filter((one) => addresses(plan).includes(one))).toEqual([])
    const all = await stack.json<Document>(['down', '--yes', '--delete-data'])
    expect(all).toMatchObject({ summary: { deleted: left.length, failed: 0 }, leftovers: [] })
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expired, without } from './support/answers.ts'
import { holding } from './support/holding.ts'
import { addressesOf, inventory, taggable } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

interface Failure {
  readonly address: string
  readonly action: string
  readonly code: string
  readonly message: string
  readonly hint: string
}

describe('what goes wrong midway', () => {
  let stack: Stack
  const proxy = () => stack.account.proxy
  const addresses = async () => addressesOf(await inventory(stack.raw))

  /** Everything stands, and nothing twice. */
  async function whole(): Promise<void> {
    const { resources, ...told } = await status(stack)
    expect(astray({ resources, ...told })).toEqual([])
    expect(await addresses()).toEqual(taggable(resources))
  }

  beforeAll(async () => {
    stack = await openStack({ protect: true })
  })
  afterEach(() => proxy().intercept(null))
  afterAll(() => stack?.close())

  it('a missing permission fails one thing and what needs it; the same command goes on from there', async () => {
    proxy().intercept(without('ec2', 'CreateNatGateway'))
    const first = await stack.json<Document>(['up', '--yes'], 1)
    expect(first.failures).toHaveLength(1)
    const [failure] = first.failures as readonly Failure[]
    expect(failure).toMatchObject({ address: 'ec2:nat-gateway/a', action: 'ec2:CreateNatGateway', code: 'Permission' })
    expect(failure?.message).toContain('ec2:CreateNatGateway')
    expect(failure?.hint).toContain('Allow ec2:CreateNatGateway in IAM')
    expect(first.summary.created).toBeGreaterThan(15)
    expect(first.summary.skipped).toBeGreaterThan(0)
    const { address, ...drift } = { address: 'ec2:nat-gateway/a', status: 'missing' }
    expect(astray(await status(stack, 3))).toContainEqual(expect.objectContaining({ address, ...drift }))
  })

  it('credentials that expire stop the run; with new ones the same command goes on from there', async () => {
    const seen: string[] = []
    proxy().intercept((call) => {
      seen.push(call.action)
      return seen.includes('CreateNatGateway') ? expired(call) : 'forward'
    })
    const result = await stack.run(['up', '--yes', '--json'])
    expect(result.code, result.stderr).toBe(1)
    expect(result.stdout).toContain('"Credentials"')
    expect(result.stdout).toContain('Renew them')
    // Nothing new is begun: what comes after is in flight already, or saves and unlocks.
    const after = seen.slice(seen.indexOf('CreateNatGateway') + 1)
    expect(after.filter((action) => action.startsWith('Create'))).toEqual([])
  })

  it('completes, and has made nothing twice', async () => {
    expect((await up(stack)).failures).toEqual([])
    await whole()
  })

  it('a second run while one holds the lock ends at once, and says who, where, what and since when', async () => {
    const { reached, intercept, release } = holding('PutRetentionPolicy')
    stack.configure({ monitoring: { logRetentionDays: 14 } })
    proxy().intercept(intercept)
    // A long lease: a call that is held for a third of it counts as lost.
    const first = stack.start(['up', '--yes', '--json'], { env: { ECOM_INFRA_LEASE: '600' } })
    await reached
    const [second, other] = await Promise.all([stack.run(['up', '--yes', '--json']), stack.run(['up', '--yes'])])
    release()
    expect(second.code, second.stderr).toBe(4)
    const told = second.json<{ code: string; message: string; hint: string }>()
    expect(told).toMatchObject({ schema: 'ecom-infra/error/1', code: 'Locked' })
    const says = new RegExp(`"up" by \\S+@\\S+ on \\S+ \\(process ${first.pid}\\), since \\d{4}-\\d\\d-\\d\\dT`)
    expect(told.message).toMatch(says)
    expect(told.hint).toContain('ecom-infra state unlock')
    expect(other.code).toBe(4)
    expect(other.stderr).toMatch(says)
    expect((await first.result).code).toBe(0)
    expect(astray(await status(stack))).toEqual([])
  })

  describe('protection', () => {
    const refusedToGo = async () => {
      proxy().reset()
      const result = await stack.run(['down', '--yes', '--delete-data', '--json'])
      expect(result.code, result.stdout).toBe(2)
      expect(result.json()).toMatchObject({ schema: 'ecom-infra/error/1', code: 'Protected' })
      expect(proxy().calls.filter(({ mutating }) => mutating)).toEqual([])
    }

    /** Whether AWS itself refuses to delete the database, and the table. */
    const guarded = async () => {
      const { DBInstances: [database] = [] } = await stack.raw.rds.describeDBInstances({})
      const { Table } = await stack.raw.dynamodb.describeTable({ TableName: 'shop-dev-sessions' })
      return [database?.DeletionProtection, Table?.DeletionProtectionEnabled]
    }

    it('refuses to take anything down, and AWS does so too', async () => {
      expect(await guarded()).toEqual([true, true])
      await refusedToGo()
    })

    it('still shows what would go, and that all of it is blocked', async () => {
      const result = await stack.run(['down', '--dry-run', '--delete-data', '--json'])
      expect(result.code, result.stdout).toBe(2)
      const { schema, steps } = result.json<{ schema: string; steps: { action: string; reason: string }[] }>()
      expect(schema).toBe('ecom-infra/plan/1')
      expect(steps.length).toBeGreaterThan(60)
      expect(
        steps.filter(({ action, reason }) => action !== 'blocked' || !reason.startsWith('protect is true')),
      ).toEqual([])
      expect(result.stderr).toContain('shop-dev is protected')
    })

    it('refuses a replacement', async () => {
      stack.configure({ network: { cidr: '10.99.0.0/16' } })
      proxy().reset()
      const result = await stack.run(['up', '--yes', '--json'])
      expect(result.code, result.stdout).toBe(2)
      expect(result.json()).toMatchObject({ code: 'Blocked', message: expect.stringContaining('protect: true') })
      expect(proxy().calls.filter(({ mutating }) => mutating)).toEqual([])
    })

    it('still refuses while false is in the config only', async () => {
      stack.configure({ protect: false, monitoring: { logRetentionDays: 14 } })
      await refusedToGo()
    })

    it('is gone when false has been applied', async () => {
      const done = await up(stack)
      expect(done.summary).toMatchObject({ updated: 2, created: 0, replaced: 0, deleted: 0 })
      expect(await guarded()).toEqual([false, false])
      await stack.json<Document>(['down', '--yes', '--delete-data'])
      expect(await addresses()).toEqual([])
      const nothing = await stack.run(['down', '--json'])
      expect(nothing.code, nothing.stdout).toBe(0)
      expect(nothing.stderr).toContain('sweeping the account')
    })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshAccount } from '../support/emulator.ts'
import { refusal } from './support/answers.ts'
import { failing } from './support/failing.ts'
import { idsOf, inventory } from './support/inventory.ts'
import { rawClients } from './support/raw.ts'
import { type Document, openStack, type Stack } from './support/stack.ts'

interface Finding {
  readonly code: string
  readonly message: string
  readonly field: string | null
  readonly action: string | null
  readonly hint: string
}

/** What nothing but preflight asks. */
const ASKED =
  /^(ListServiceQuotas|GetServiceQuota|DescribeInstanceTypeOfferings|DescribeOrderableDBInstanceOptions|SimulatePrincipalPolicy)$/

/** moto's default quota, and what it begins with. */
const [QUOTA, DEFAULT] = [5, 1]

describe('preflight', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  const proxy = () => stack.account.proxy
  const changes = () => proxy().calls.filter(({ mutating }) => mutating)
  const questions = () => proxy().calls.filter(({ action }) => ASKED.test(action))

  /** The calls of the same command with preflight and without. */
  async function compared(args: readonly string[]) {
    proxy().reset()
    await stack.run(args)
    const asked = proxy().report()
    proxy().reset()
    await stack.run([...args, '--skip-preflight'])
    const plain = proxy().report()
    return { asked, plain }
  }

  it('takes at most 12 calls, none of which changes anything, and can be skipped', async () => {
    const { asked, plain } = await compared(['up', '--dry-run'])
    expect(asked.total - plain.total).toBeGreaterThan(6)
    expect(asked.total - plain.total).toBeLessThanOrEqual(12)
    expect(asked.changes).toBe(0)
    expect(questions()).toEqual([])
  })

  it('asks in parallel', async () => {
    proxy().reset()
    proxy().setLatency(100)
    await stack.run(['up', '--dry-run'])
    proxy().setLatency(0)
    const first = questions()[0]
    // All but the follow-ups are under way before the first of them is answered.
    expect(questions().filter(({ began }) => began < (first?.answered ?? 0)).length).toBeGreaterThanOrEqual(5)
  })

  it('says once what it could not check', async () => {
    const { stderr, stdout } = await stack.run(['up', '--dry-run'])
    const said = `${stdout}${stderr}`.match(/not checked beforehand: .*/g)
    expect(said).toHaveLength(1)
    expect(said?.[0]).toContain('the quota of elastic IPs')
    expect(said?.[0]).toContain('the permissions (these credentials are neither a user’s nor a role’s)')
    expect(said?.[0]).not.toContain('VPCs')
  })

  it('refuses nothing that may stand on a page for which it has no call', async () => {
    const body = '<R><instanceTypeOfferingSet/><nextToken>on</nextToken></R>'
    proxy().intercept(({ action }) => (action === 'DescribeInstanceTypeOfferings' ? { status: 200, body } : 'forward'))
    const { asked, plain } = await compared(['up', '--dry-run'])
    const { code, stdout, stderr } = await stack.run(['up', '--dry-run'])
    proxy().intercept(null)
    expect(code).toBe(0)
    expect(`${stdout}${stderr}`).toMatch(/not checked beforehand: .*where t3.micro is offered \(not told to the end\)/)
    expect(questions().length).toBeGreaterThan(4)
    expect(asked.total - plain.total).toBe(12)
  })

  describe('a plan that would fail', () => {
    beforeAll(async () => {
      for (let more = DEFAULT; more < QUOTA; more++) await stack.raw.ec2.createVpc({ CidrBlock: '10.99.0.0/24' })
      stack.configure({ web: { instanceType: 't3.8xlarge' }, bastion: { instanceType: 'm5.3xlarge' } })
    })

    const WRONG = [
      {
        code: 'Quota',
        message: '5 of 5 VPCs are in use in us-east-1, and this plan adds 1.',
        ...{ field: null, action: 'ec2:CreateVpc' },
        hint: expect.stringContaining('Service Quotas console (vpc L-F678F1CE)'),
      },
      {
        code: 'Offer',
        message: 'm5.3xlarge is not offered in us-east-1.',
        ...{ field: 'bastion.instanceType', action: null },
        hint: expect.stringContaining('m5.large'),
      },
      {
        code: 'Offer',
        message: 't3.8xlarge is not offered in us-east-1.',
        ...{ field: 'web.instanceType', action: null },
        hint: expect.stringContaining('t3.micro'),
      },
    ]

    it('is refused, everything at once, with nothing written: not even the state bucket', async () => {
      const before = idsOf(await inventory(stack.raw))
      const told = await failing(stack, ['up', '--yes'], 2)
      expect(told.code).toBe('Preflight')
      expect(told.problems).toEqual(WRONG)
      for (const { message } of WRONG) expect(told.message).toContain(message)
      expect(told.message).toContain('  web.instanceType: ')
      expect(told.message).toContain('  ec2:CreateVpc: ')
      expect(told.hint).toContain('--skip-preflight')
      expect(changes()).toEqual([])
      expect(idsOf(await inventory(stack.raw))).toEqual(before)
      expect((await stack.raw.s3.listBuckets({})).Buckets).toEqual([])
    })

    it('is shown with what is wrong, by a dry run that ends with 2', async () => {
      const { code, stdout } = await stack.run(['up', '--dry-run', '--json'])
      expect(code).toBe(2)
      const document = JSON.parse(stdout) as { schema: string; preflight: readonly Finding[] }
      expect(document).toMatchObject({ schema: 'ecom-infra/plan/1', summary: { blocked: 0 }, preflight: WRONG })
      const text = await stack.run(['up', '--dry-run', '--out', 'new.plan'])
      expect(text.code).toBe(2)
      expect(text.stdout).toContain('Preflight: 3 things would fail, so nothing is done.')
      expect(text.stdout).toContain('  web.instanceType: t3.8xlarge is not offered in us-east-1.')
      expect(text.stdout).toContain('new.plan was not written')
    })

    it('is tried all the same with --skip-preflight; with nothing to make, nothing is asked', async () => {
      proxy().reset()
      const { code } = await stack.run(['up', '--yes', '--skip-preflight'])
      expect(code).toBe(0)
      expect(questions()).toEqual([])
      proxy().reset()
      expect(await stack.run(['up', '--yes'])).toMatchObject({ code: 0 })
      expect(questions()).toEqual([])
      expect(changes()).toEqual([])
    })

    it('another type for what is there is looked at, too', async () => {
      stack.configure({ web: { instanceType: 't3.micro' }, bastion: { instanceType: 'm5.5xlarge' } })
      const { problems } = await failing(stack, ['up', '--yes'], 2)
      expect(problems).toMatchObject([
        { field: 'bastion.instanceType', message: 'm5.5xlarge is not offered in us-east-1.' },
      ])
      expect(questions().map(({ action }) => action)).toEqual(['DescribeInstanceTypeOfferings'])
      expect(changes()).toEqual([])
    })
  })
})

describe('preflight in an account with less', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  it('the name of a bucket that another account has: which field makes another name', async () => {
    const other = await freshAccount()
    await rawClients(other.url).s3.createBucket({ Bucket: `shop-dev-assets-${stack.account.id}-us-east-1` })
    const { code, message } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    expect(message).toContain('s3:bucket/assets')
    expect(message).toContain('`name` or `environment`')
    // The emulator lets every account look into it.
    stack.account.proxy.intercept((call) =>
      call.path.startsWith('/shop-dev-assets') ? refusal(call, 403, 'AccessDenied', 'Access Denied') : 'forward',
    )
    const adopting = await failing(stack, ['up', '--yes', '--adopt', 's3:bucket/assets'], 2)
    expect(adopting.message).toContain('belongs to another account')
    expect(adopting.message).toContain('--adopt cannot take it over; another `name` or `environment`')
    stack.account.proxy.intercept(null)
    expect(stack.account.proxy.calls.filter(({ mutating }) => mutating)).toEqual([])
    await rawClients(other.url).s3.deleteBucket({ Bucket: `shop-dev-assets-${stack.account.id}-us-east-1` })
    await other.close()
  })

  it('whoever may ask none of it is not refused', async () => {
    stack.account.proxy.intercept((call) =>
      ASKED.test(call.action) ? refusal(call, 403, 'AccessDeniedException', 'You may not ask.') : 'forward',
    )
    const made = await stack.json<Document>(['up', '--yes', '--target', 'ec2:subnet/*'])
    expect(made).toMatchObject({ failures: [], summary: { failed: 0 } })
    expect(stack.account.proxy.calls.some(({ action, status }) => ASKED.test(action) && status === 403)).toBe(true)
    stack.account.proxy.intercept(null)
  })
})

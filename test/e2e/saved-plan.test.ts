import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { failingNat } from '../support/weather/broken-nat.ts'
import { under } from '../support/weather/weather.ts'
import { failing } from './support/failing.ts'
import { type Document, openStack, type Stack, status } from './support/stack.ts'

/** Issue 5, item 10: agreed to now, applied later, and only that. */
describe('a saved plan', () => {
  let stack: Stack
  /** No config is here. */
  let away: string
  let file: string
  const nat = failingNat(1, 'InsufficientFreeAddressesInSubnet', 'no room')
  const GROUP = { logGroupName: '/ecom-infra/shop-dev/web/access' }
  const save = (args: readonly string[] = []) => stack.json(['up', '--dry-run', '--out', file, ...args])
  const apply = ['up', '--yes', '--plan']

  beforeAll(async () => {
    stack = await openStack()
    away = mkdtempSync(join(tmpdir(), 'ecom-infra-away-'))
    file = join(away, 'new.plan')
  })
  afterAll(async () => {
    await stack?.close()
    rmSync(away, { recursive: true, force: true })
  })

  it('is made without a change, for its owner alone', async () => {
    stack.account.proxy.reset()
    expect(await save()).toMatchObject({ schema: 'ecom-infra/plan/1', savedTo: file })
    expect(stack.account.proxy.report().changes).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      ...{ schema: 'ecom-infra/saved-plan/1', stack: 'shop-dev', account: stack.account.id, region: 'us-east-1' },
      config: { name: 'shop', tags: { owner: 'web-team' } },
    })
  })

  it('is asked about like any other', async () => {
    const told = await failing(stack, ['up', '--plan', file], 2, { cwd: away })
    expect(told.code).toBe('MissingAnswer')
  })

  it('cut short by a kill, is gone on with by the same command, without its config', async () => {
    let seen = 0
    // For a third of its lease what it had sent may still be on its way.
    const run = stack.start([...apply, file, '--json'], { cwd: away, env: { ECOM_INFRA_LEASE: '15' } })
    stack.account.proxy.intercept(({ mutating, service }) => {
      if (mutating && service !== 's3' && ++seen === 12) run.kill('SIGKILL')
      return 'forward'
    })
    expect((await run.result).signal).toBe('SIGKILL')
    stack.account.proxy.intercept(under(nat))
    const { code, stdout, stderr, json } = await stack.run([...apply, file, '--json'], { cwd: away })
    expect(code, stdout + stderr).toBe(1)
    expect(stderr).toContain('going on with it')
    expect(json<Document>().failures).toEqual([expect.objectContaining({ address: 'ec2:nat-gateway/a' })])
  })

  it('that failed in AWS is gone on with, too: what is broken is put anew', async () => {
    const { code, stdout, stderr, json } = await stack.run([...apply, file, '--json'], { cwd: away })
    stack.account.proxy.intercept(null)
    expect(code, stdout + stderr).toBe(0)
    expect(stderr).toContain('going on with it')
    expect(json<Document>().summary).toMatchObject({ replaced: 1, failed: 0, skipped: 0 })
    expect((await status(stack)).verdict).toBe('in-sync')
  })

  it('that was applied has nothing left to do', async () => {
    stack.account.proxy.reset()
    const { code, stderr } = await stack.run([...apply, file, '--json'], { cwd: away })
    expect(code, stderr).toBe(0)
    expect(stack.account.proxy.report().changes).toBe(0)
  })

  it('does not hold for what drifted after it was applied', async () => {
    await stack.raw.logs.putRetentionPolicy({ ...GROUP, retentionInDays: 30 })
    const told = await failing(stack, [...apply, file], 2, { cwd: away })
    expect(told.code).toBe('PlanChanged')
    expect(told.message).toMatch(/logs:log-group\/web-access: planned was create, now it is update/)
    expect(stack.account.proxy.report().changes).toBe(0)
  })

  it('is applied as it was agreed to, whatever the config says meanwhile', async () => {
    stack.configure({ monitoring: { logRetentionDays: 14 } })
    await save(['--target', 'logs:*'])
    stack.configure({ monitoring: { logRetentionDays: 90 } })
    const { summary } = await stack.json<Document>([...apply, file])
    expect(summary).toMatchObject({ created: 0, failed: 0 })
    const { logGroups } = await stack.raw.logs.describeLogGroups({ logGroupNamePrefix: GROUP.logGroupName })
    expect(logGroups?.[0]?.retentionInDays).toBe(14)
    stack.configure()
  })

  it('is refused where AWS has changed since, and names what and how', async () => {
    await save()
    await stack.raw.logs.putRetentionPolicy({ ...GROUP, retentionInDays: 5 })
    const told = await failing(stack, [...apply, file], 2)
    expect(told).toMatchObject({ code: 'PlanChanged', address: 'logs:log-group/web-access' })
    expect(told.message).toContain('planned was retentionDays from 14 to 7, now it is retentionDays from 5 to 7')
    expect(told.message.split('\n')).toHaveLength(2)
    expect(stack.account.proxy.report().changes).toBe(0)
    expect((await failing(stack, ['up', '--dry-run', '--plan', file], 2)).code).toBe('PlanChanged')
  })

  it('is not refused for what has changed where it touches nothing', async () => {
    await save(['--target', 'logs:*'])
    await stack.raw.iam.updateRole({ RoleName: 'shop-dev-web-us-east-1', Description: 'theirs' })
    expect((await stack.json<Document>([...apply, file])).summary).toMatchObject({ failed: 0 })
  })

  it('that was begun does not make anew what was to be changed, and names nothing but that', async () => {
    stack.configure({ monitoring: { logRetentionDays: 14 } })
    await save(['--target', 'logs:*'])
    stack.account.proxy.intercept((call) =>
      call.action === 'PutRetentionPolicy' && call.text.includes(GROUP.logGroupName)
        ? refusal(call, 400, 'AccessDeniedException', 'not you')
        : 'forward',
    )
    expect((await stack.json<Document>([...apply, file], 1)).summary).toMatchObject({ failed: 1 })
    stack.account.proxy.intercept(null)
    await stack.raw.logs.deleteLogGroup(GROUP)
    const told = await failing(stack, [...apply, file], 2)
    expect(told).toMatchObject({ code: 'PlanChanged', address: 'logs:log-group/web-access' })
    expect(told.message).toContain(`planned was update ${GROUP.logGroupName}, now it is create`)
    expect(told.message.split('\n')).toHaveLength(2)
    expect(stack.account.proxy.report().changes).toBe(0)
    stack.configure()
    await stack.json(['up', '--yes', '--target', 'logs:*'])
  })

  it('is refused in another account and another region', async () => {
    const other = await openStack()
    try {
      const elsewhere = await failing(other, [...apply, file], 2)
      expect(elsewhere).toMatchObject({ code: 'PlanElsewhere' })
      expect(elsewhere.message).toContain(stack.account.id)
      expect(other.account.proxy.report().changes).toBe(0)
    } finally {
      await other.close()
    }
    expect((await failing(stack, [...apply, file, '--region', 'eu-west-1'], 2)).code).toBe('PlanElsewhere')
  })

  it('is refused when it is damaged, newer, or not there, before any call', async () => {
    const [body, broken] = [readFileSync(file, 'utf8'), join(away, 'broken.plan')]
    const cases = [
      [body.slice(0, 700), 'PlanDamaged'],
      [body.replace('"deleteData": false', '"deleteData": true'), 'PlanDamaged'],
      [body.replace('saved-plan/1', 'saved-plan/2'), 'PlanNewer'],
    ] as const
    for (const [text, code] of cases) {
      writeFileSync(broken, text)
      expect((await failing(stack, [...apply, broken], 2)).code).toBe(code)
      expect(stack.account.proxy.calls).toEqual([])
    }
    expect((await failing(stack, [...apply, join(away, 'none')], 2)).code).toBe('NoPlan')
  })

  it.each([
    [['--plan', 'x', '-c', 'ecom-infra.yaml'], '--config'],
    [['--plan', 'x', '--stack', 'shop-dev'], '--stack'],
    [['--plan', 'x', '--target', 'ec2:*'], '--target'],
    [['--plan', 'x', '--delete-data'], '--delete-data'],
    [['--plan', 'x', '--adopt', 'iam:role/web'], '--adopt'],
    [['--out', 'x'], '--dry-run'],
  ])('carries all that it was made from: %s is a mistake', async (args, flag) => {
    const told = await failing(stack, ['up', '--yes', ...args], 2)
    expect(told).toMatchObject({ code: 'Usage', message: expect.stringContaining(flag) })
  })

  it('that is blocked is not written', async () => {
    const none = join(away, 'blocked.plan')
    stack.configure({ protect: true, network: { cidr: '10.99.0.0/16' } })
    await stack.json(['up', '--dry-run', '--out', none], 2)
    expect(existsSync(none)).toBe(false)
    stack.configure()
    expect((await failing(stack, ['up', '--dry-run', '--out', join(away, 'no', 'x')], 2)).code).toBe('NotWritten')
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CliRun } from '../support/run-cli.ts'
import { holding } from './support/holding.ts'
import { addressesOf, inventory, taggable } from './support/inventory.ts'
import { killing, loginFile, loginProcess, SECRETS, wearing } from './support/login.ts'
import { astray, openStack, type Stack, status } from './support/stack.ts'

const LOCK = 'shop-dev/lock.json'
const UP = ['up', '--yes', '--json'] as const
const DOWN = ['down', '--yes', '--delete-data', '--json'] as const

/** Somebody at another machine, whose run is said to last for so many seconds. */
const thief = (lease: number) => ({
  ...{ schema: 'ecom-infra/lock/1', run: 'another', holder: 'mallory@cave', host: 'cave', bootId: 'boot', pid: 7 },
  ...{
    pidStartedAt: '1',
    command: 'down',
    startedAt: '2026-11-21T08:00:00.000Z',
    expiresAt: '2026-11-21T09:00:00.000Z',
  },
  ...{ lease, renewal: 3, fence: 40 },
})

/** One life of a stack, cut short again and again. */
describe('a run that loses its hold', () => {
  let stack: Stack
  let Bucket: string
  const proxy = () => stack.account.proxy

  const lock = async (): Promise<{ readonly run: string; readonly pid: number }> => {
    const { Body } = await stack.raw.s3.getObject({ Bucket, Key: LOCK })
    return JSON.parse((await Body?.transformToString()) ?? '{}')
  }
  const isLocked = async () => {
    const { Contents = [] } = await stack.raw.s3.listObjectsV2({ Bucket, Prefix: LOCK })
    return Contents.length > 0
  }

  /** Starts a run, and does something to it while a call of its is under way. Gives what it then went on to change. */
  async function midway(
    args: readonly string[],
    { action, lease = '600' }: { readonly action: string; readonly lease?: string },
    act: (run: CliRun) => Promise<void>,
  ) {
    const { reached, intercept, release } = holding(action)
    proxy().intercept(intercept)
    const run = stack.start(args, { env: { ECOM_INFRA_LEASE: lease } })
    const ended = run.result.then(({ stderr }) => Promise.reject(new Error(`it ended before ${action}: ${stderr}`)))
    await Promise.race([reached, ended])
    ended.catch(() => undefined)
    await act(run)
    // What was let go before may still be on its way to the wire.
    await sleep(300)
    const before = proxy().calls.length
    release()
    const result = await run.result
    return { result, changed: mutations(before) }
  }

  const tells: string[] = []
  const mutations = (from: number) =>
    proxy()
      .calls.slice(from)
      .filter(({ mutating, service }) => mutating && service !== 's3')

  /** How a run with `--json` ended, when it has to end so. */
  async function finished({ result }: CliRun, code: number): Promise<unknown> {
    const ended = await result
    expect(ended.code, ended.stderr).toBe(code)
    tells.push(ended.stdout, ended.stderr)
    return ended.json()
  }

  beforeAll(async () => {
    stack = await openStack()
    Bucket = `ecom-infra-state-${stack.account.id}-us-east-1`
  })
  afterEach(() => proxy().intercept(null))
  afterAll(() => stack?.close())

  it('others do not wait for what it has announced: who would change something ends at once, who looks is told', async () => {
    const { result } = await midway(UP, { action: 'CreateVpc' }, async (run) => {
      const calls = proxy().calls.length
      const [again, down, told] = await Promise.all([UP, DOWN, ['status', '--json']].map((args) => stack.run(args)))
      // What is waited for outlasts this test: a lease and more.
      for (const one of [again, down, told]) expect(one?.stderr).not.toContain('looking until')
      for (const one of [again, down]) {
        expect(one?.code, one?.stderr).toBe(4)
        expect(one?.json()).toMatchObject({ code: 'Locked' })
        // Not even planned: the other might end meanwhile.
        expect(one?.stderr).not.toMatch(/, account \d+:/)
      }
      expect(told?.code).toBe(3)
      const says = new RegExp(`"up" by \\S+ on \\S+ \\(process ${run.pid}\\), since \\S+, at work. What it is changing`)
      expect(told?.stderr).toMatch(says)
      // Its own goes on meanwhile.
      const made = proxy().calls.slice(calls)
      expect(made.filter(({ action }) => /^Delete/.test(action))).toEqual([])
      run.kill('SIGINT')
      await run.said(/finishing the calls in flight/)
    })
    expect(result.code, result.stderr).toBe(130)
  })

  it('credentials that nobody renews end it: nothing is begun, and it says what to do', async () => {
    const { login, env } = loginFile(stack.dir)
    login('first')
    const { dead, intercept } = killing('first', 'CreateSubnet')
    proxy().intercept(intercept)
    const run = stack.start([...UP, '--verbose'], { env: { ...env, ECOM_INFRA_LEASE: '9' } })
    await Promise.race([dead, run.result])
    await run.said(/waiting up to 6 s for others/)
    await sleep(300)
    const waiting = proxy().calls.length
    const told = await finished(run, 1)
    expect(told).toMatchObject({ stopped: { code: 'Credentials', hint: expect.stringContaining('Renew them') } })
    expect(mutations(waiting)).toEqual([])
  })

  it('a lock that is stolen ends the run before its next change, and it says who took it', async () => {
    const { result, changed } = await midway(UP, { action: 'CreateNatGateway' }, async () => {
      await stack.raw.s3.putObject({ Bucket, Key: LOCK, Body: JSON.stringify(thief(20)) })
    })
    expect(changed).toEqual([])
    expect(result.code, result.stderr).toBe(1)
    expect(result.json()).toMatchObject({
      stopped: { code: 'LeaseLost', message: expect.stringContaining('taken over by mallory@cave on cave ("down")') },
    })
    expect((await lock()).run).toBe('another')
  })

  it('a lock that another host holds is respected while its lease lasts, by command and by force of nothing', async () => {
    const began = performance.now()
    const [up, unlock] = await Promise.all([stack.run(UP), stack.run(['state', 'unlock', '--json'])])
    expect(performance.now() - began).toBeLessThan(15_000)
    for (const result of [up, unlock]) {
      expect(result.code, result.stderr).toBe(4)
      expect(result.json()).toMatchObject({
        code: 'Locked',
        message: expect.stringMatching(/"down" by mallory@cave on cave \(process 7\), since 2026-11-21T08:00:00.000Z/),
        hint: expect.stringMatching(/its lock is free in \d+ s; `ecom-infra state unlock/),
      })
    }
    expect((await lock()).run).toBe('another')
  })

  it('a lock whose lease is over by the clock of S3 is taken over, and credentials that are renewed are taken', async () => {
    await stack.raw.s3.putObject({ Bucket, Key: LOCK, Body: JSON.stringify(thief(2)) })
    const { login, env } = loginFile(stack.dir)
    login('second')
    const { dead, intercept } = killing('second', 'CreateAutoScalingGroup')
    proxy().intercept(intercept)
    await sleep(3_500)
    const run = stack.start([...UP, '--verbose'], { env })
    await Promise.race([dead, run.result])
    await run.said(/waiting up to 40 s for others/)
    await sleep(300)
    const held = proxy().calls.length
    await sleep(700)
    expect(proxy().calls.slice(held)).toEqual([])
    login('third')
    expect(await finished(run, 0)).toMatchObject({ failures: [] })
    const { resources, ...told } = await status(stack)
    expect(astray({ resources, ...told })).toEqual([])
    expect(addressesOf(await inventory(stack.raw))).toEqual(taggable(resources))
    expect(await isLocked()).toBe(false)
  })

  it('a lock is not trusted any more after a sleep longer than its lease', async () => {
    const { result, changed } = await midway(DOWN, { action: 'DeleteNatGateway', lease: '6' }, async (run) => {
      run.kill('SIGSTOP')
      await sleep(6_500)
      run.kill('SIGCONT')
    })
    expect(changed).toEqual([])
    expect(result.code, result.stderr).toBe(1)
    expect(result.json()).toMatchObject({
      stopped: { code: 'LeaseLost', message: expect.stringContaining('this machine slept') },
    })
  })

  it('a lock is not broken while its holder lives; by force it is, and the holder stops before its next change', async () => {
    const { result, changed } = await midway(DOWN, { action: 'DeleteSubnet' }, async ({ pid }) => {
      const [text, document] = await Promise.all([
        stack.run(['state', 'unlock']),
        stack.run(['state', 'unlock', '--json']),
      ])
      expect(text.code, text.stderr).toBe(4)
      expect(text.stderr).toMatch(new RegExp(`"down" by \\S+ on \\S+ \\(process ${pid}\\), since`))
      expect(text.stderr).toContain('--force')
      expect(document.json()).toMatchObject({ schema: 'ecom-infra/error/1', code: 'Locked' })
      expect((await lock()).pid).toBe(pid)
      // It announces nothing: what it has forgotten tells of it.
      const look = await stack.run(['status'])
      expect(look.code, look.stderr).toBe(3)
      expect(look.stdout).toMatch(new RegExp(`"down" is under way \\(process ${pid} of`))
      const broken = await stack.json(['state', 'unlock', '--force'])
      expect(broken).toMatchObject({ schema: 'ecom-infra/unlock/1', broken: { pid, command: 'down' } })
    })
    expect(changed).toEqual([])
    expect(result.code, result.stderr).toBe(1)
    expect(result.json()).toMatchObject({
      stopped: { code: 'LeaseLost', message: expect.stringContaining('was broken') },
    })
  })

  it('credentials that a program gives, others each time, carry it to its end', async () => {
    expect(await isLocked()).toBe(false)
    const { used, intercept } = wearing(60)
    proxy().intercept(intercept)
    const down = stack.start([...DOWN, '--verbose'], { env: loginProcess(stack.dir) })
    expect(await finished(down, 0)).toMatchObject({ summary: { failed: 0 }, leftovers: [] })
    expect(addressesOf(await inventory(stack.raw))).toEqual([])
    expect(used.size).toBeGreaterThan(2)
    expect((await stack.run(['state', 'unlock'])).code).toBe(0)
  })

  it('tells no secret of them', () => {
    expect(tells.length).toBeGreaterThan(0)
    for (const text of tells) expect(text).not.toMatch(SECRETS)
  })
})

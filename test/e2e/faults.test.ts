import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Blade } from '../faults/blade.ts'
import { judgeDown, judgeUp } from '../faults/judgement.ts'
import { suffer } from '../faults/life.ts'
import { interruptedAll } from '../faults/signal.ts'
import { type Clean, DOWN, UP } from '../faults/trial.ts'
import { holding } from './support/holding.ts'
import { addressesOf, inventory } from './support/inventory.ts'
import { openStack, type Stack, up } from './support/stack.ts'
import { stateOf } from './support/state.ts'

/** Shorter than on AWS, for what is never answered costs a part of it; and not so short that a slow machine loses it. */
const LEASE = { ECOM_INFRA_LEASE: '15' }

const GOOD = { duplicates: [], leftovers: [], problems: [] }

/** What stands in an empty account, and what an uninterrupted run makes of it. */
let reference: Stack
let clean: Clean
const ground = () => ({ clean, open: () => openStack({}, LEASE) })

beforeAll(async () => {
  reference = await openStack({}, LEASE)
  const empty = await inventory(reference.raw)
  await up(reference)
  clean = { empty, whole: await inventory(reference.raw), up: [], down: [] }
})
afterAll(() => reference?.close())

/** Gives a command that meets all of this on its way, again and again where it is killed. */
async function meets(stack: Stack, args: readonly string[], points: readonly string[]) {
  const wanted = new Set(points)
  const result = await suffer(stack, args, wanted)
  expect([...wanted]).toEqual([])
  return result
}

/** A run that looks for what is still on its way, which lands meanwhile; it is cut off at its first subnet. */
async function nextRunMeets(stack: Stack, release: () => void): Promise<void> {
  const blade = new Blade(new Set(['before ec2:CreateSubnet']))
  stack.account.proxy.intercept(blade.intercept)
  const next = stack.start([...UP, '--verbose'])
  blade.aimAt(next)
  await next.said(/looking until AWS would surely show it, at most \d s/)
  // Longer than what the pace makes of AWS's own delay.
  await sleep(2_500)
  release()
  expect((await next.result).signal).toBe('SIGKILL')
}

describe('a stack that is not left in peace while it is made', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack({}, LEASE)
  })
  afterEach(() => stack.account.proxy.intercept(null))
  afterAll(() => stack?.close())

  it('kill -9 while calls are on their way: what lands when the next run looks already is there once', async () => {
    const { proxy } = stack.account
    const { reached, intercept, release } = holding('CreateVpc', 'AllocateAddress', 'CreateKey')
    proxy.intercept(intercept)
    const dead = stack.start(UP)
    await reached
    dead.kill('SIGKILL')
    expect((await dead.result).signal).toBe('SIGKILL')
    expect(await stateOf(stack).locked()).toBe(true)
    await nextRunMeets(stack, release)
    const made = addressesOf(await inventory(stack.raw))
    expect(made).toEqual(expect.arrayContaining(['ec2:vpc/main', 'ec2:elastic-ip/nat-a', 'kms:key/alerts']))
    expect(made.filter((address, index) => made.indexOf(address) !== index)).toEqual([])
  })

  it('kill -9 when AWS did it: the lock is left behind', async () => {
    const blade = new Blade(new Set(['after ec2:CreateSubnet']))
    stack.account.proxy.intercept(blade.intercept)
    const run = stack.start(UP)
    blade.aimAt(run)
    expect((await run.result).signal).toBe('SIGKILL')
    expect(await stateOf(stack).locked()).toBe(true)

    // It is told at once, and by those that only look: nothing is written.
    stack.account.proxy.intercept(null)
    const before = await stateOf(stack).keys()
    const [text, history] = await Promise.all([
      stack.run(['status']),
      stack.json<{ runs: { outcome: string; ended: string | null }[] }>(['state', 'history']),
    ])
    expect(text.code, text.stderr).toBe(3)
    expect(text.stdout).toMatch(
      new RegExp(`"up" was cut off \\(process ${run.pid} of .*, since 20.*\\): \`ecom-infra up\` goes on from there`),
    )
    expect(history.runs[0]).toMatchObject({ outcome: 'interrupted', ended: expect.any(String) })
    expect(await stateOf(stack).locked()).toBe(true)
    expect(await stateOf(stack).keys()).toEqual(before)
  })

  it.each([
    ['SIGINT', 'CreateSubnet', 130],
    ['SIGTERM', 'CreateLoadBalancer', 143],
  ] as const)('%s at %s: awaits what is in flight, saves, unlocks, ends with %i', async (signal, action, code) => {
    const { proxy } = stack.account
    const { reached, intercept, release } = holding(action)
    proxy.intercept(intercept)
    // Not the short lease: a call that is held for a third of it counts as lost.
    const run = stack.start(UP, { env: { ECOM_INFRA_LEASE: undefined } })
    await reached
    run.kill(signal)
    await run.said(/finishing the calls in flight/)
    // What was under way when the signal came may still be on its way to the wire.
    await sleep(1_000)
    const before = proxy.calls.length
    release()
    const result = await run.result
    expect(result.code, result.stderr).toBe(code)
    expect(result.json()).toMatchObject({ schema: 'ecom-infra/up/1', failures: [], stopped: { code: 'Interrupted' } })
    const later = proxy.calls.slice(before)
    expect(later.filter(({ service, mutating }) => mutating && service !== 's3')).toEqual([])
    await everythingIsKnown(stack)
    expect(await stateOf(stack).locked()).toBe(false)
  })

  it('answers are lost, runs are killed: the same command goes on, and makes what an uninterrupted one makes', async () => {
    const result = await meets(stack, UP, [
      // Of what comes late: the rest may be there by now.
      ...[
        'before ec2:CreateLaunchTemplate',
        'after rds:CreateDBInstance',
        'unwritten elasticloadbalancing:CreateListener',
      ],
      ...['before s3:DeleteObject state bucket: lock.json', 'reset-after autoscaling:CreateAutoScalingGroup'],
      ...['500-after efs:POST /mount-targets', '500 autoscaling:PutScalingPolicy', 'throttle iam:PutRolePolicy'],
      ...['reset-before monitoring:PutMetricAlarm', '503 s3:PutObject state bucket: runs'],
      'hang s3:PutObject state bucket: manifest.json',
    ])
    expect(await judgeUp(stack, result, ground())).toEqual(GOOD)
  })

  it('tells of every run how it ended', async () => {
    const { runs } = await stack.json<{ runs: { outcome: string }[] }>(['state', 'history'])
    const outcomes = runs.map(({ outcome }) => outcome)
    // The last one was killed when all was done but the lock.
    expect(outcomes[0]).toBe('done')
    expect(new Set(outcomes.slice(1))).toEqual(new Set(['interrupted']))
    expect(outcomes.length).toBeGreaterThan(6)
  })
})

describe('a stack whose lock is broken after a kill', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack({}, LEASE)
  })
  afterAll(() => stack?.close())

  it('what was on its way is waited for all the same', async () => {
    const { proxy } = stack.account
    const { reached, intercept, release } = holding('CreateVpc')
    proxy.intercept(intercept)
    const dead = stack.start(UP)
    await reached
    dead.kill('SIGKILL')
    await dead.result
    await stack.json(['state', 'unlock'])
    expect(await stateOf(stack).locked()).toBe(false)
    await nextRunMeets(stack, release)
    expect(addressesOf(await inventory(stack.raw)).filter((address) => address === 'ec2:vpc/main')).toHaveLength(1)
  })
})

describe('a stack that is not left in peace while it is taken down', () => {
  it('the same command goes on, and leaves the account as it was', async () => {
    const result = await meets(reference, DOWN, [
      ...['before ec2:DeleteNatGateway', 'after rds:DeleteDBInstance', 'unwritten iam:DeleteRole'],
      ...['reset-after ec2:DeleteSubnet', '500-after ec2:DeleteVpcEndpoints', 'throttle kms:ScheduleKeyDeletion'],
      ...['before s3:DeleteObject state bucket: manifest.json', 'before s3:DeleteObject state bucket: lock.json'],
    ])
    expect(await judgeDown(reference, result, ground())).toEqual(GOOD)
  })
})

describe('a stack that is interrupted at random moments', () => {
  it.each([
    ['up', UP, [4, 11, 12], judgeUp],
    ['down', DOWN, [13, 14], judgeDown],
  ] as const)(
    '%s: ends well, or at once when it is asked again, and the next one goes on',
    async (_, args, seeds, judge) => {
      const { wrong, result } = await interruptedAll(reference, args, seeds)
      expect(wrong).toEqual([])
      expect(await judge(reference, result, ground())).toEqual(GOOD)
    },
  )
})

interface Manifest {
  readonly resources: Readonly<Record<string, { readonly id: string }>>
  readonly announced: Readonly<Record<string, { readonly token: string }>>
}

/** What AWS has not shown yet is still announced; everything else is known by its id. */
async function everythingIsKnown(stack: Stack): Promise<void> {
  const { resources, announced } = JSON.parse((await stateOf(stack).manifest()) ?? '{}') as Manifest
  const made = (await inventory(stack.raw)).filter(({ tags }) => tags['ecom-infra:address'] !== undefined)
  expect(made.map(({ kind }) => kind)).toContain('subnet')
  for (const { tags } of made) {
    const address = tags['ecom-infra:address'] ?? ''
    expect(resources[address] ?? announced[address], address).toMatchObject(
      resources[address] ? { id: expect.any(String) } : { token: expect.any(String) },
    )
  }
  for (const { id, tags } of made.filter(({ kind }) => kind === 'subnet')) {
    const known = resources[tags['ecom-infra:address'] ?? '']
    if (known) expect(known.id).toBe(id)
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { interruptedAll } from '../faults/signal.ts'
import { holding } from './support/holding.ts'
import { inventory, shapeOf } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

/** Short, so that what a dead run may have made is known soon. */
const LEASE = { ECOM_INFRA_LEASE: '6' }

/** What stands in an empty account, and what an uninterrupted run makes of it. */
let empty: readonly string[] = []
let whole: readonly string[] = []

beforeAll(async () => {
  const stack = await openStack({}, LEASE)
  empty = shapeOf(await inventory(stack.raw))
  await up(stack)
  whole = shapeOf(await inventory(stack.raw))
  await stack.close()
})

const stateOf = (stack: Stack) => `ecom-infra-state-${stack.account.id}-us-east-1`

async function objects(stack: Stack): Promise<readonly string[]> {
  const { Contents = [] } = await stack.raw.s3.listObjectsV2({ Bucket: stateOf(stack) })
  return Contents.map(({ Key }) => Key ?? '')
}

/** The same command goes on from there, and makes what an uninterrupted one makes. */
async function completes(stack: Stack): Promise<Document> {
  const done = await up(stack)
  expect(done.failures).toEqual([])
  expect(shapeOf(await inventory(stack.raw))).toEqual(whole)
  expect(astray(await status(stack))).toEqual([])
  expect(await objects(stack)).not.toContain('shop-dev/lock.json')
  return done
}

const outcomes = async (stack: Stack) => {
  const { runs } = await stack.json<{ runs: { outcome: string }[] }>(['state', 'history'])
  return runs.map(({ outcome }) => outcome).sort()
}

describe('a run that is asked to end, and the next one too', () => {
  let stack: Stack
  beforeAll(async () => {
    // Not the short lease: a call that is held for a third of it counts as lost.
    stack = await openStack()
  })
  afterEach(() => stack.account.proxy.intercept(null))
  afterAll(() => stack?.close())

  it.each([
    ['SIGINT', 'CreateSubnet', 130],
    ['SIGTERM', 'CreateLoadBalancer', 143],
  ] as const)('%s at %s: awaits what is in flight, saves, unlocks, ends with %i', async (signal, action, code) => {
    const { proxy } = stack.account
    const { reached, intercept, release } = holding(action)
    proxy.intercept(intercept)
    const run = stack.start(['up', '--yes', '--json'])
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
    // What AWS has not shown yet is still announced; everything else is known by its id.
    const { resources, announced } = await manifestOf(stack)
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
    expect(await objects(stack)).not.toContain('shop-dev/lock.json')
  })

  it('ends as well at random moments, or at once when it is asked again', async () => {
    const { wrong, result } = await interruptedAll(stack, ['up', '--yes', '--json'], [4, 11, 12])
    expect(wrong).toEqual([])
    expect(result.code, result.stderr).toBe(0)
  })

  it('goes on from there, and makes what an uninterrupted one makes', async () => {
    await completes(stack)
    expect(new Set(await outcomes(stack))).toEqual(new Set(['done', 'interrupted']))
  })

  it('does so in a teardown, too, and the next one leaves nothing', async () => {
    const { wrong, result } = await interruptedAll(stack, ['down', '--yes', '--delete-data', '--json'], [13, 14])
    expect(wrong).toEqual([])
    expect(result.json(), result.stderr).toMatchObject({ summary: { failed: 0 }, leftovers: [] })
    expect(shapeOf(await inventory(stack.raw))).toEqual(empty)
  })
})

describe('a run that dies, and the next, and the one after that', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack({}, LEASE)
  })
  afterAll(() => stack?.close())

  /** Kills a run at a call that is under way: AWS does it all the same. */
  async function dies(args: readonly string[], action: string): Promise<void> {
    const { reached, intercept, release } = holding(action)
    stack.account.proxy.intercept(intercept)
    const run = stack.start(args)
    await reached
    run.kill('SIGKILL')
    expect((await run.result).signal).toBe('SIGKILL')
    release()
    stack.account.proxy.intercept(null)
    expect(await objects(stack)).toContain('shop-dev/lock.json')
  }

  it.each(['CreateVpc', 'CreateRouteTable', 'CreateAutoScalingGroup'])('kill -9 at %s', async (action) => {
    await dies(['up', '--yes', '--json'], action)
  })

  it('the same command completes it, without twins', async () => {
    await completes(stack)
    expect(await outcomes(stack)).toEqual(['done', 'interrupted', 'interrupted', 'interrupted'])
  })

  it('kill -9 in the middle of a teardown: the same command completes it', async () => {
    const down = ['down', '--yes', '--delete-data', '--json']
    await dies(down, 'DeleteNatGateway')
    await stack.json(down)
    expect(shapeOf(await inventory(stack.raw))).toEqual(empty)
  })
})

describe('an answer that is lost on its way', () => {
  let stack: Stack
  const lost: string[] = []
  const victims = [
    ...['CreateVpc', 'AllocateAddress', 'CreateNatGateway', 'CreateLoadBalancer', 'CreateAutoScalingGroup'],
    ...['CreateDBInstance', 'CreateTable', 'RunInstances', 'CreateKey', 'CreateTopic', 'CreateFlowLogs'],
    ...['file-systems', 'access-points', 'mount-targets'].map((what) => `POST /2015-02-01/${what}`),
  ]
  beforeAll(async () => {
    stack = await openStack({}, LEASE)
    stack.account.proxy.intercept(({ action }) => {
      if (!victims.includes(action) || lost.includes(action)) return 'forward'
      lost.push(action)
      return 'reset-after'
    })
  })
  afterAll(() => stack?.close())

  it('leads to a look, not to a twin: all of them in one run', async () => {
    const done = await up(stack)
    expect(done.failures).toEqual([])
    expect(lost.sort()).toEqual([...victims].sort())
    expect(shapeOf(await inventory(stack.raw))).toEqual(whole)
    expect(done.apiCalls).toEqual({
      total: stack.account.proxy.report().total,
      mutating: stack.account.proxy.report().changes,
    })
    expect(astray(await status(stack))).toEqual([])
  })
})

interface Manifest {
  readonly resources: Readonly<Record<string, { readonly id: string }>>
  readonly announced: Readonly<Record<string, { readonly token: string }>>
}

async function manifestOf(stack: Stack): Promise<Manifest> {
  const { Body } = await stack.raw.s3.getObject({ Bucket: stateOf(stack), Key: 'shop-dev/manifest.json' })
  return JSON.parse((await Body?.transformToString()) ?? '{}')
}

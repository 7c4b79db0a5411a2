import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { holding } from './support/holding.ts'
import { inventory, shapeOf } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

/** Short, so that what a dead run may have made is known soon. */
const LEASE = { ECOM_INFRA_LEASE: '6' }

/** What an uninterrupted run makes. */
let whole: readonly string[] = []

beforeAll(async () => {
  const stack = await openStack({}, LEASE)
  await up(stack)
  whole = shapeOf(await inventory(stack.raw))
  await stack.close()
})

describe('a run that is cut short', () => {
  let stack: Stack
  const proxy = () => stack.account.proxy
  afterEach(() => stack.close())

  const objects = async () => {
    const { Contents = [] } = await stack.raw.s3.listObjectsV2({
      Bucket: `ecom-infra-state-${stack.account.id}-us-east-1`,
    })
    return Contents.map(({ Key }) => Key ?? '')
  }

  /** The same command goes on from there, and makes what an uninterrupted one makes. */
  async function completes(): Promise<Document> {
    proxy().intercept(null)
    const done = await up(stack)
    expect(done.failures).toEqual([])
    expect(shapeOf(await inventory(stack.raw))).toEqual(whole)
    expect(astray(await status(stack))).toEqual([])
    expect(await objects()).not.toContain('shop-dev/lock.json')
    return done
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: awaits what is in flight, saves, unlocks, ends with %i', async (signal, code) => {
    // Not the short lease: a call that is held for a third of it counts as lost.
    stack = await openStack()
    const { reached, intercept, release } = holding('CreateSubnet')
    proxy().intercept(intercept)
    const run = stack.start(['up', '--yes', '--json'])
    await reached
    run.kill(signal)
    await run.said(/finishing the calls in flight/)
    // What was under way when the signal came may still be on its way to the wire.
    await sleep(1_000)
    const before = proxy().calls.length
    release()
    const result = await run.result
    expect(result.code, result.stderr).toBe(code)
    expect(result.json()).toMatchObject({ schema: 'ecom-infra/up/1', failures: [], stopped: { code: 'Interrupted' } })
    const later = proxy().calls.slice(before)
    expect(later.filter(({ service, mutating }) => mutating && service !== 's3')).toEqual([])
    // What AWS has not shown yet is still announced; everything else is known by its id.
    const { resources, announced } = await manifestOf(stack)
    const made = (await inventory(stack.raw)).filter(({ kind, tags }) => kind === 'subnet' && tags['ecom-infra:stack'])
    expect(made).not.toEqual([])
    for (const { tags, id } of made) {
      const address = tags['ecom-infra:address'] ?? ''
      expect(resources[address] ?? announced[address]).toMatchObject(
        resources[address] ? { id } : { token: expect.any(String) },
      )
    }
    expect(await objects()).not.toContain('shop-dev/lock.json')
    await completes()
  })

  it.each(['CreateVpc', 'CreateRouteTable', 'CreateAutoScalingGroup'])(
    'kill -9 at %s: the same command completes, without twins',
    async (action) => {
      stack = await openStack({}, LEASE)
      const { reached, intercept, release } = holding(action)
      proxy().intercept(intercept)
      const run = stack.start(['up', '--yes', '--json'])
      await reached
      run.kill('SIGKILL')
      expect((await run.result).signal).toBe('SIGKILL')
      // The call was under way: AWS does it all the same.
      release()
      expect(await objects()).toContain('shop-dev/lock.json')
      await completes()
      const history = await stack.json<{ runs: { outcome: string }[] }>(['state', 'history'])
      expect(history.runs.map(({ outcome }) => outcome).sort()).toEqual(['done', 'interrupted'])
    },
  )

  it('kill -9 in the middle of a teardown: the same command completes it', async () => {
    stack = await openStack({}, LEASE)
    const before = shapeOf(await inventory(stack.raw))
    await up(stack)
    const { reached, intercept, release } = holding('DeleteNatGateway')
    proxy().intercept(intercept)
    const run = stack.start(['down', '--yes', '--delete-data', '--json'])
    await reached
    run.kill('SIGKILL')
    await run.result
    release()
    proxy().intercept(null)
    await stack.json(['down', '--yes', '--delete-data'])
    expect(shapeOf(await inventory(stack.raw))).toEqual(before)
  })
})

describe('an answer that is lost on its way', () => {
  let stack: Stack
  const lost: string[] = []
  const victims = ['CreateVpc', 'AllocateAddress', 'CreateNatGateway', 'CreateLoadBalancer', 'CreateAutoScalingGroup']
  beforeAll(async () => {
    stack = await openStack({}, LEASE)
    stack.account.proxy.intercept(({ action }) => {
      if (!victims.includes(action) || lost.includes(action)) return 'forward'
      lost.push(action)
      return 'reset-after'
    })
  })
  afterAll(() => stack.close())

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

async function manifestOf({ raw, account }: Stack): Promise<Manifest> {
  const { Body } = await raw.s3.getObject({
    Bucket: `ecom-infra-state-${account.id}-us-east-1`,
    Key: 'shop-dev/manifest.json',
  })
  return JSON.parse((await Body?.transformToString()) ?? '{}')
}

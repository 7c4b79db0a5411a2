import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEY, pythonFor, Terminal } from '../support/pty.ts'
import { failing } from './support/failing.ts'
import { inventory } from './support/inventory.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { type Kept, stateOf } from './support/state.ts'

interface Stacks {
  readonly account: string
  readonly region: string
  readonly stacks: readonly { readonly stack: string; readonly resources: number; readonly damage: string | null }[]
}

/** Issue 5, item 6: what is stored of stacks, seen and forgotten without touching any of them. */
describe('what is stored of stacks', () => {
  let stack: Stack
  let state: Kept

  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
    state = stateOf(stack)
  })
  afterAll(() => stack?.close())

  it('is listed for an account and region, damaged or not, without a config', async () => {
    const { s3 } = stack.raw
    const Bucket = `ecom-infra-state-${stack.account.id}-us-east-1`
    await s3.putObject({ Bucket, Key: 'other-dev/manifest.json', Body: '{"half' })
    await s3.putObject({ Bucket, Key: 'stranger/notes.txt', Body: 'theirs' })
    const cwd = mkdtempSync(join(tmpdir(), 'ecom-infra-nowhere-'))
    const { code, stdout } = await stack.run(['state', 'stacks', '--json'], { cwd })
    expect(code).toBe(0)
    const document = JSON.parse(stdout) as Stacks
    expect(document).toMatchObject({ schema: 'ecom-infra/stacks/1', account: stack.account.id, region: 'us-east-1' })
    expect(document.stacks.map((one) => one.stack)).toEqual(['other-dev', 'shop-dev'])
    expect(document.stacks[0]).toMatchObject({ damage: expect.stringContaining('cut off'), resources: 0 })
    expect(document.stacks[1]).toMatchObject({ damage: null, blueprint: 'ecommerce', locked: false })
    expect(document.stacks[1]?.resources).toBeGreaterThan(50)
    const { stdout: text } = await stack.run(['state', 'stacks'])
    expect(text).toMatch(/shop-dev\s+ecommerce\s+\d+/)
    const none = await stack.run(['state', 'stacks', '--region', 'eu-west-1'], { cwd })
    expect(none.code).toBe(0)
    expect(none.stdout).toContain('No stack has its state in eu-west-1')
    rmSync(cwd, { recursive: true })
  })

  it('is not forgotten without a word, nor after a wrong one', async (test) => {
    const before = await state.keys()
    expect((await failing(stack, ['state', 'rm'], 2)).code).toBe('MissingAnswer')
    const terminal = new Terminal(pythonFor(test), ['state', 'rm'], { cwd: stack.dir, env: stack.account.env })
    try {
      await terminal.answer(/shop-dev/, `shop-prod${KEY.enter}`)
      expect(await terminal.ended()).toBe(5)
    } finally {
      await terminal.end()
    }
    expect(await state.keys()).toEqual(before)
  })

  it('is forgotten after the typed id, and no resource is touched', async (test) => {
    const things = await inventory(stack.raw)
    stack.account.proxy.reset()
    const terminal = new Terminal(pythonFor(test), ['state', 'rm'], { cwd: stack.dir, env: stack.account.env })
    try {
      await terminal.answer(/shop-dev/, `shop-dev${KEY.enter}`)
      expect(await terminal.ended()).toBe(0)
    } finally {
      await terminal.end()
    }
    const { calls } = stack.account.proxy
    expect(calls.filter(({ mutating, service }) => mutating && service !== 's3')).toEqual([])
    expect(await state.keys()).toEqual([])
    expect(await state.keys('other-dev/')).toEqual(['other-dev/manifest.json'])
    expect(await inventory(stack.raw)).toEqual(things)
  })

  it('has then nothing to forget', async () => {
    expect(await stack.json(['state', 'rm', '--yes'])).toMatchObject({ schema: 'ecom-infra/state-rm/1', objects: 0 })
  })

  it('is not needed: all is found again', async () => {
    expect((await status(stack)).verdict).toBe('in-sync')
    const { resources } = await stack.json<{ resources: readonly unknown[] }>(['state', 'rebuild'])
    expect(resources.length).toBeGreaterThan(50)
    await stack.json(['state', 'rm', '--yes'])
    const down = await stack.json<Document>(['down', '--yes', '--delete-data'])
    expect(down).toMatchObject({ summary: { deleted: resources.length }, leftovers: [] })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idsOf, inventory } from './support/inventory.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { type Kept, stateOf } from './support/state.ts'

interface PlanDocument {
  readonly summary: Readonly<Record<string, number>>
  readonly steps: readonly { readonly address: string; readonly action: string }[]
}

interface RebuildDocument {
  readonly resources: readonly { readonly address: string; readonly id: string }[]
  readonly forgotten: readonly string[]
  readonly damage: string | null
  readonly written: boolean
}

describe('a stack that never was', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  it('is not made one by `state rebuild`', async () => {
    const { code, stdout } = await stack.run(['state', 'rebuild'])
    expect({ code, stdout }).toEqual({
      ...{ code: 0, stdout: 'Nothing of shop-dev was found in us-east-1; nothing was written.\n' },
    })
    expect(await stack.json<RebuildDocument>(['state', 'rebuild'])).toEqual({
      ...{ schema: 'ecom-infra/state-rebuild/1', stack: 'shop-dev' },
      ...{ resources: [], forgotten: [], damage: null, written: false },
    })
    expect(stack.account.proxy.report().changes).toBe(0)
    expect((await stack.raw.s3.listBuckets({})).Buckets ?? []).toEqual([])
  })
})

/** Issue 5, item 6: the manifest is a record, never the only truth. */
describe('a stack whose manifest', () => {
  let stack: Stack
  let state: Kept
  let things: readonly string[]
  let manifest: Record<string, unknown>
  let count: number

  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
    state = stateOf(stack)
    manifest = JSON.parse((await state.manifest()) ?? '') as Record<string, unknown>
    count = Object.keys(manifest.resources as object).length
    things = idsOf(await inventory(stack.raw))
  })
  afterAll(() => stack?.close())

  const WAYS: readonly (readonly [string, () => string | null, RegExp | null])[] = [
    ['is deleted', () => null, null],
    ['is cut off', () => JSON.stringify(manifest).slice(0, 500), /cut off/],
    ['is of a newer version', () => JSON.stringify({ ...manifest, schema: 'ecom-infra/manifest/2' }), /newer/],
    ['is of another account', () => JSON.stringify({ ...manifest, account: '999999999999' }), /999999999999/],
    ['is of another region', () => JSON.stringify({ ...manifest, region: 'eu-west-1' }), /eu-west-1/],
  ]

  it.each(WAYS)('%s is found again by names and tags, and looking overwrites nothing', async (_what, write, says) => {
    const body = write()
    await state.put(body)
    stack.account.proxy.reset()
    const { code, stdout, stderr } = await stack.run(['up', '--yes', '--json'])
    expect(code, stderr).toBe(0)
    const { summary } = JSON.parse(stdout) as Document
    expect(summary).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: count })
    if (says) expect(stderr).toMatch(says)
    expect(stderr.includes('state rebuild')).toBe(says !== null)
    expect(stack.account.proxy.report().changes).toBe(0)
    expect(await state.manifest()).toBe(body)
  })

  it.each(WAYS)('%s is written anew by `state rebuild`, which keeps a copy', async (_what, write, says) => {
    const body = write()
    await state.put(body)
    const before = await state.copies()
    const told = await stack.json<RebuildDocument>(['state', 'rebuild'])
    expect(told.resources).toHaveLength(count)
    expect(told.forgotten).toEqual([])
    if (says) expect(told.damage).toMatch(says)
    else expect(told.damage).toBeNull()
    const { run: _, savedAt: __, fence: ___, ...rebuilt } = JSON.parse((await state.manifest()) ?? '')
    const { run, savedAt, fence, ...first } = manifest
    expect(rebuilt).toEqual(first)
    const copies = (await state.copies()).filter((copy) => !before.includes(copy))
    expect(copies).toEqual(body === null ? [] : [body])
    expect(await state.locked()).toBe(false)
  })

  it('is damaged is replaced by the first run that has something to write, which keeps a copy', async () => {
    await state.put('{"half')
    stack.configure({ tags: { owner: 'another-team' } })
    const before = await state.copies()
    const { summary } = await up(stack)
    expect(summary).toMatchObject({ created: 0, replaced: 0, deleted: 0, failed: 0 })
    expect((await state.copies()).filter((copy) => !before.includes(copy))).toEqual(['{"half'])
    expect(JSON.parse((await state.manifest()) ?? '')).toMatchObject({ config: { tags: { owner: 'another-team' } } })
    stack.configure()
    await up(stack)
  })

  it('remembers what is not there any more is told so, and no resource is touched', async () => {
    const now = JSON.parse((await state.manifest()) ?? '') as { resources: Record<string, unknown> }
    const gone = { type: 'ec2:vpc', id: 'vpc-0', dependsOn: [], out: {}, place: null }
    await state.put(JSON.stringify({ ...now, resources: { ...now.resources, 'ec2:vpc/gone': gone } }))
    stack.account.proxy.reset()
    expect((await stack.json<RebuildDocument>(['state', 'rebuild'])).forgotten).toEqual(['ec2:vpc/gone'])
    const { calls } = stack.account.proxy
    expect(calls.filter(({ mutating, service }) => mutating && service !== 's3')).toEqual([])
    expect(idsOf(await inventory(stack.raw))).toEqual(things)
  })

  it('knows only some of them, hides none of the others: in a look, in `state rebuild` or from `down`', async () => {
    const whole = JSON.parse((await state.manifest()) ?? '') as { resources: object }
    const entries = Object.entries(whole.resources)
    const forget = (kinds: RegExp) => {
      const resources = Object.fromEntries(entries.filter(([address]) => !kinds.test(address)))
      return state.put(JSON.stringify({ ...whole, resources }))
    }
    // Where they are not wanted any more either, nothing but AWS itself knows of them.
    stack.configure({ network: { nat: 'none' }, web: { placement: 'public' } })
    await forget(/^ec2:(nat-gateway|elastic-ip)\//)
    const unexpected = (await status(stack, 3)).resources.filter((row) => row.status === 'unexpected')
    expect(unexpected.map(({ address }) => address)).toEqual(
      expect.arrayContaining(['ec2:elastic-ip/nat-a', 'ec2:nat-gateway/a']),
    )
    // Of an address alone the tagging API tells nothing here.
    await forget(/^ec2:elastic-ip\//)
    const { steps } = await stack.json<PlanDocument>(['down', '--dry-run', '--delete-data'])
    expect(steps).toHaveLength(count)
    const rebuilt = await stack.json<RebuildDocument>(['state', 'rebuild'])
    expect(rebuilt.written).toBe(true)
    expect(rebuilt.resources.map(({ address }) => address).sort()).toEqual(entries.map(([address]) => address).sort())
    expect(idsOf(await inventory(stack.raw))).toEqual(things)
    stack.configure()
    expect((await status(stack)).verdict).toBe('in-sync')
  })

  it('is damaged is planned as if it were there, and named by `down`, which takes all of it away', async () => {
    await state.put('{"half')
    const { summary } = await stack.json<PlanDocument>(['up', '--dry-run'])
    expect(summary).toMatchObject({ create: 0, update: 0, unchanged: count })
    const { code, stderr, json } = await stack.run(['down', '--yes', '--delete-data', '--json'])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('cut off')
    const down = json<Document>()
    expect(down.summary).toMatchObject({ deleted: count, failed: 0 })
    expect(down.leftovers).toEqual([])
  })
})

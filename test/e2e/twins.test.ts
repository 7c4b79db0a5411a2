import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { inventory } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'

interface PlanDocument {
  readonly steps: readonly { readonly address: string; readonly action: string; readonly reason: string | null }[]
}

/** A key has neither name nor token, so nothing keeps a second one of the same address from being there. */
describe('a twin of the key', () => {
  let stack: Stack
  let address: string
  let ours: string
  let twin: string
  /** Calls of `status` before there was a twin. */
  let calls: number
  const proxy = () => stack.account.proxy
  const state = async (KeyId: string) => (await stack.raw.kms.describeKey({ KeyId })).KeyMetadata?.KeyState

  async function makeTwin(): Promise<string> {
    const key = (await inventory(stack.raw)).find(({ kind, id }) => kind === 'key' && id === ours)
    const Tags = Object.entries(key?.tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    const { KeyMetadata } = await stack.raw.kms.createKey({ Tags, Description: 'twin' })
    return KeyMetadata?.KeyId ?? ''
  }

  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
    const key = (await inventory(stack.raw)).find(({ kind }) => kind === 'key')
    ours = key?.id ?? ''
    address = key?.tags['ecom-infra:address'] ?? ''
    proxy().reset()
    await status(stack)
    calls = proxy().report().total
    twin = await makeTwin()
  })
  afterAll(() => stack?.close())

  it('is told by `status`, with both ids', async () => {
    const [row, ...others] = astray(await status(stack, 3))
    expect(others).toEqual([])
    expect(row?.address).toBe(address)
    const told = JSON.stringify(row)
    expect(told).toContain(ours)
    expect(told).toContain(twin)
  })

  it('is refused by `up`, which touches neither', async () => {
    const { steps } = await stack.json<PlanDocument>(['up', '--dry-run'], 2)
    const blocked = steps.filter(({ action }) => action === 'blocked')
    expect(blocked).toMatchObject([{ address, reason: expect.stringContaining('two live resources') }])
    proxy().reset()
    const { code, message } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    expect(message).toContain(`${address}: two live resources carry this address: ${ours} and ${twin}`)
    expect(proxy().report().changes).toBe(0)
  })

  it('is none any more once its deletion is scheduled: that takes one call to see', async () => {
    await stack.raw.kms.scheduleKeyDeletion({ KeyId: twin, PendingWindowInDays: 7 })
    proxy().reset()
    expect(astray(await status(stack))).toEqual([])
    expect(proxy().report().total).toBeLessThanOrEqual(calls + 1)
    expect((await stack.json<Document>(['up', '--yes'])).summary).toMatchObject({ created: 0, updated: 0 })
  })

  it('has its like in an address that nobody wants any more: `up` tells both, and only ours goes', async () => {
    const { ec2 } = stack.raw
    const addresses = async () => (await ec2.describeAddresses({})).Addresses ?? []
    const [first] = await addresses()
    const born = [{ ResourceType: 'elastic-ip' as const, Tags: first?.Tags }]
    const { AllocationId: theirs = '' } = await ec2.allocateAddress({ Domain: 'vpc', TagSpecifications: born })
    stack.configure({ network: { nat: 'none' } })
    const { steps } = await stack.json<PlanDocument>(['up', '--dry-run'], 2)
    const [step, ...others] = steps.filter(({ action }) => action === 'blocked')
    expect(others).toEqual([])
    expect(step).toMatchObject({ address: 'ec2:elastic-ip/nat-a', id: first?.AllocationId })
    proxy().reset()
    const { code, message } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    for (const id of [first?.AllocationId, theirs]) expect(message).toContain(id)
    expect(proxy().report().changes).toBe(0)

    await ec2.deleteTags({ Resources: [theirs], Tags: first?.Tags?.map(({ Key }) => ({ Key })) })
    expect((await up(stack)).summary).toMatchObject({ deleted: 3, failed: 0 })
    expect(await addresses()).toMatchObject([{ AllocationId: theirs }])
  })

  it('goes with the stack at the first `down`, though the tagging API does not show it yet', async () => {
    const another = await makeTwin()
    proxy().intercept(({ service }) => (service === 'tagging' ? NOTHING_TAGGED : 'forward'))
    const { leftovers } = await stack.json<Document>(['down', '--yes', '--delete-data'])
    expect(leftovers).toEqual([])
    expect(await Promise.all([ours, another].map(state))).toEqual(['PendingDeletion', 'PendingDeletion'])
  })
})

const NOTHING_TAGGED = {
  ...{ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' } },
  body: '{"PaginationToken":"","ResourceTagMappingList":[]}',
}

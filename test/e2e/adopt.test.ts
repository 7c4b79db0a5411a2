import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { addressesOf, idsOf, inventory, type Thing } from './support/inventory.ts'
import { RETAG } from './support/retag.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { type Kept, stateOf } from './support/state.ts'

interface PlanDocument {
  readonly summary: Readonly<Record<string, number>>
  readonly steps: readonly {
    readonly address: string
    readonly action: string
    readonly id: string | null
    readonly reason: string | null
  }[]
}

interface Entry {
  readonly type: string
  readonly id: string
  readonly out: { readonly arn?: string }
}

/** Issue 5, item 8: what has our name and is not ours. */
describe('strangers under our names', () => {
  let stack: Stack
  let state: Kept
  let before: readonly Thing[]
  let theirs: readonly (Entry & { readonly address: string })[]

  beforeAll(async () => {
    stack = await openStack({ monitoring: { alarmEmail: 'ops@example.com' } })
    await up(stack)
    state = stateOf(stack)
    before = await inventory(stack.raw)
    const { resources } = JSON.parse((await state.manifest()) ?? '') as { resources: Record<string, Entry> }
    theirs = Object.entries(resources)
      .filter(([, { type }]) => RETAG[type])
      .map(([address, entry]) => ({ address, ...entry }))
  })
  afterAll(() => stack?.close())

  const region = () => `us-east-1:${stack.account.id}`

  function arnOf({ type, id, out }: Entry): string {
    if (type === 'logs:log-group') return `arn:aws:logs:${region()}:log-group:${id}`
    if (type === 'rds:subnet-group') return `arn:aws:rds:${region()}:subgrp:${id}`
    if (type === 'rds:parameter-group') return `arn:aws:rds:${region()}:pg:${id}`
    if (type === 'cloudwatch:dashboard') return `arn:aws:cloudwatch::${stack.account.id}:dashboard/${id}`
    return out.arn ?? id
  }

  async function retag(tagsOf: (address: string) => Readonly<Record<string, string>>): Promise<void> {
    const keys = new Set((await inventory(stack.raw)).flatMap(({ tags }) => Object.keys(tags)))
    const tags = [...keys].filter((key) => !key.startsWith('aws:'))
    for (const one of theirs) {
      const [type, retagOne] = [one.type, RETAG[one.type]]
      await retagOne?.(stack.raw, { type, id: one.id, arn: arnOf(one), tags }, tagsOf(one.address))
    }
  }

  async function allBlocked(counts: (one: Entry) => boolean = () => true): Promise<void> {
    const strangers = theirs.filter(counts)
    const stand = await inventory(stack.raw)
    const { steps } = await stack.json<PlanDocument>(['up', '--dry-run'], 2)
    const blocked = steps.filter(({ action }) => action === 'blocked')
    const reasons = Object.fromEntries(blocked.map(({ address, id, reason }) => [address, `${id}: ${reason}`]))
    const expected = strangers.map(({ address, id }) => [
      address,
      expect.stringContaining(`${id}: ${id} exists under our name but does not belong to this stack`),
    ])
    expect(reasons).toMatchObject(Object.fromEntries(expected))
    const told = await failing(stack, ['up', '--yes'], 2)
    for (const { address, id } of strangers) expect(told.message).toContain(`${address}: ${id}`)
    expect(stack.account.proxy.report().changes).toBe(0)
    const { stdout } = await stack.run(['down', '--dry-run', '--delete-data', '--json'])
    const going = (JSON.parse(stdout) as PlanDocument).steps.map(({ id }) => id)
    expect(strangers.filter(({ id }) => going.includes(id))).toEqual([])
    expect(await inventory(stack.raw)).toEqual(stand)
  }

  it('are of every type in which a name is taken once', () => {
    expect(new Set(theirs.map(({ type }) => type))).toEqual(new Set(Object.keys(RETAG)))
  })

  it('with another stack’s tags are told by their ids, and nothing is touched', async () => {
    await retag((address) => ({
      'ecom-infra:stack': 'other-dev',
      'ecom-infra:address': address.replace(/\/.*/, '/theirs'),
    }))
    await allBlocked()
  })

  it('with another stack’s tags are told where our manifest is lost, too', async () => {
    await state.put(null)
    await allBlocked()
  })

  it('without our tags are told by their ids, and nothing is touched', async () => {
    await retag(() => ({ theirs: 'yes' }))
    // The services make a log group anew when it is gone, and then without tags: under our name it is ours.
    await allBlocked(({ type }) => type !== 'logs:log-group')
  })

  it('are adopted by address only: a pattern permits nothing', async () => {
    expect((await failing(stack, ['up', '--yes', '--adopt', 's3:*'], 2)).code).toBe('UnknownAddress')
    expect(stack.account.proxy.report().changes).toBe(0)
  })

  it('are adopted one by one: the others still stand in the way', async () => {
    const { steps } = await stack.json<PlanDocument>(['up', '--dry-run', '--adopt', 'iam:role/web'], 2)
    expect(steps.find(({ address }) => address === 'iam:role/web')).toMatchObject({
      action: 'update',
      reason: 'adopted',
    })
    expect(steps.find(({ address }) => address === 'iam:role/bastion')).toMatchObject({ action: 'blocked' })
  })

  it('are taken over where that was said, with our tags, and nothing is made twice', async () => {
    // On this emulator a port can be taken twice, and a stranger's balancer has no listener of ours.
    const listeners = before.filter(({ kind }) => kind === 'listener')
    for (const { id } of listeners) await stack.raw.elbv2.deleteListener({ ListenerArn: id })
    const ids = (things: readonly Thing[]) => idsOf(things.filter(({ kind }) => kind !== 'listener'))
    const words = theirs.flatMap(({ address }) => ['--adopt', address])
    const { summary } = await stack.json<Document>(['up', '--yes', ...words])
    expect(summary).toMatchObject({ failed: 0, replaced: 0, deleted: 0 })
    const after = await inventory(stack.raw)
    expect(ids(after)).toEqual(ids(before))
    expect(addressesOf(after)).toEqual(addressesOf(before))
    expect((await status(stack)).verdict).toBe('in-sync')
  })

  it('are ours then, and there is nothing left to adopt', async () => {
    const { code, stdout, stderr } = await stack.run(['up', '--yes', '--adopt', 'iam:role/web'])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain("nobody else's stands in the place of iam:role/web")
    expect((await stack.json<Document>(['up', '--yes'])).summary).toMatchObject({ created: 0, updated: 0 })
  })

  it('and twins: two live things of one address are told, and none is touched', async () => {
    const { ec2 } = stack.raw
    const Tags = Object.entries(
      before.find(({ kind, tags }) => kind === 'vpc' && tags['ecom-infra:address'])?.tags ?? {},
    )
    const { Vpc } = await ec2.createVpc({
      CidrBlock: '10.20.0.0/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags: Tags.map(([Key, Value]) => ({ Key, Value })) }],
    })
    const { message, code } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    expect(message).toMatch(/ec2:vpc\/main: two live resources carry this address: vpc-\w+ and vpc-\w+/)
    expect(message).toContain(Vpc?.VpcId)
    expect(stack.account.proxy.report().changes).toBe(0)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { idsOf, inventory, type Thing } from './support/inventory.ts'
import { at } from './support/raw.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { stateOf } from './support/state.ts'
import { settle } from './support/strangers.ts'

/** The id of the second begins with the first's, and so do the names of all that it has. */
const OURS = { name: 'shop', environment: 'dev' }
const THEIRS = { name: 'shop-dev', environment: 'web' }

describe('two stacks in one account and region, and strangers', () => {
  let stack: Stack
  const go = (whose: typeof OURS, args: readonly string[]) => {
    stack.configure(whose)
    return stack.json<Document>(args)
  }
  const order = (things: readonly Thing[]) =>
    things.toSorted((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1))
  /** Everything that stands in the account with its tags, and the other stack's state. */
  const others = async () => {
    const state = stateOf({ ...stack, id: 'shop-dev-web' })
    return { things: order(await inventory(stack.raw)), state: [await state.manifest(), ...(await state.keys())] }
  }

  beforeAll(async () => {
    stack = await openStack()
    await settle(stack)
    await go(THEIRS, ['up', '--yes'])
  })
  afterAll(() => stack?.close())

  it('tells in a sentence that ours is not there yet, and not row by row', async () => {
    stack.configure(OURS)
    const [text, document] = await Promise.all([stack.run(['status', '-c', 'ecom-infra.yaml']), status(stack, 3)])
    expect(text.code, text.stderr).toBe(3)
    expect(text.stdout.split('\n')).toContain(
      'shop-dev is not there yet: nothing of it was found in us-east-1. `ecom-infra up -c ecom-infra.yaml` makes it.',
    )
    expect(text.stdout).not.toMatch(/ec2:vpc|not in sync/)
    expect(document.resources.length).toBeGreaterThan(60)
  })

  it('leave each other alone, and what is not ours is after our whole life as it was before', async () => {
    const before = await others()
    expect(before.things.length).toBeGreaterThan(70)
    await go(OURS, ['up', '--yes'])
    expect((await go(OURS, ['status'])).verdict).toBe('in-sync')
    // What stands here is not left over there.
    const elsewhere = await go(OURS, ['down', '--yes', '--region', 'eu-central-1'])
    expect(elsewhere).toMatchObject({ summary: { deleted: 0 }, leftovers: [] })
    const first = await go(OURS, ['down', '--yes', '--delete-data'])
    expect(first.leftovers).toEqual([])
    expect(first.kept.map(({ type }) => type)).toEqual(['kms:key', 's3:bucket'])
    expect(await others()).toEqual(before)
  })

  it('go one by one, and the state bucket with the last', async () => {
    expect((await go(THEIRS, ['status'])).verdict).toBe('in-sync')
    const last = await go(THEIRS, ['down', '--yes', '--delete-data'])
    expect(last.leftovers).toEqual([])
    expect(last.kept.map(({ type }) => type)).toEqual(['kms:key'])
  })
})

const ADDRESS = 'ec2:security-group/web'

describe('a stranger in our network', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
  })
  afterAll(() => stack?.close())

  it('who copies a security group, tags and all, is told of and not deleted', async () => {
    const { ec2 } = stack.raw
    const ours = at((await ec2.describeSecurityGroups({})).SecurityGroups, ADDRESS)
    const { GroupId = '' } = await ec2.createSecurityGroup({
      ...{ GroupName: `${ours.GroupName}-copy`, Description: ours.Description, VpcId: ours.VpcId },
      TagSpecifications: [{ ResourceType: 'security-group', Tags: ours.Tags }],
    })
    const before = idsOf(await inventory(stack.raw))

    const { message } = await failing(stack, ['up', '--yes'], 2)
    expect(message).toContain(ADDRESS)
    expect(message).toContain(ours.GroupId)
    expect(message).toContain(GroupId)
    expect(stack.account.proxy.calls.filter(({ mutating }) => mutating)).toEqual([])
    expect(idsOf(await inventory(stack.raw))).toEqual(before)
    expect((await status(stack, 3)).verdict).not.toBe('in-sync')

    await ec2.deleteSecurityGroup({ GroupId })
    expect((await status(stack)).verdict).toBe('in-sync')
  })

  it('stands in the way of replacing it, and that is found before anything is touched', async () => {
    const { ec2 } = stack.raw
    const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] }] })
    const VpcId = Vpcs?.[0]?.VpcId
    const { GroupId = '' } = await ec2.createSecurityGroup({ VpcId, GroupName: 'theirs', Description: 'theirs' })
    stack.configure({ network: { cidr: '10.99.0.0/16' } })
    stack.account.proxy.reset()
    const args = ['up', '--yes', '--replace', 'rds:instance/main', '--delete-data']
    const { code, stderr } = await stack.run(args)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(GroupId)
    expect(stack.account.proxy.report().changes).toBe(0)
    await ec2.deleteSecurityGroup({ GroupId })
    expect((await stack.json<Document>(args)).failures).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { idsOf, inventory } from './support/inventory.ts'
import { at } from './support/raw.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'

describe('two stacks in one account and region', () => {
  let stack: Stack
  const go = (name: string, args: readonly string[]) => {
    stack.configure({ name })
    return stack.json<Document>(args)
  }

  beforeAll(async () => {
    stack = await openStack()
    await go('left', ['up', '--yes'])
    await go('right', ['up', '--yes'])
  })
  afterAll(() => stack?.close())

  it('leave each other alone', async () => {
    expect((await go('left', ['status'])).verdict).toBe('in-sync')
    expect((await go('right', ['status'])).verdict).toBe('in-sync')
  })

  it('go one by one, and the state bucket with the last', async () => {
    const first = await go('left', ['down', '--yes', '--delete-data'])
    expect(first.leftovers).toEqual([])
    expect(first.kept.map(({ type }) => type)).toEqual(['kms:key', 's3:bucket'])
    expect((await go('right', ['status'])).verdict).toBe('in-sync')
    const last = await go('right', ['down', '--yes', '--delete-data'])
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

import { afterAll, beforeAll, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { idsOf, inventory } from './support/inventory.ts'
import { at } from './support/raw.ts'
import { openStack, type Stack, status, up } from './support/stack.ts'

const ADDRESS = 'ec2:security-group/web'

let stack: Stack
beforeAll(async () => {
  stack = await openStack()
  await up(stack)
})
afterAll(() => stack?.close())

it('a security group that somebody copied, tags and all, is told and not deleted', async () => {
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

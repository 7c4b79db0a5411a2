import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Document, openStack, type Stack } from './support/stack.ts'

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

describe('a stranger in our network', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
    await stack.json(['up', '--yes'])
  })
  afterAll(() => stack?.close())

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

describe('another processor', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack({ web: { instanceType: 't3.micro' } })
  })
  afterAll(() => stack?.close())

  const imageOf = async () => {
    const { LaunchTemplateVersions } = await stack.raw.ec2.describeLaunchTemplateVersions({
      ...{ LaunchTemplateName: 'shop-dev-web', Versions: ['$Default'] },
    })
    return LaunchTemplateVersions?.[0]?.LaunchTemplateData
  }

  it('comes with an image that it can boot, and the same processor keeps its image', async () => {
    await stack.json(['up', '--yes'])
    const before = await imageOf()
    stack.configure({ web: { instanceType: 't3.small' } })
    await stack.json(['up', '--yes'])
    expect(await imageOf()).toMatchObject({ InstanceType: 't3.small', ImageId: before?.ImageId })
    stack.configure({ web: { instanceType: 't4g.small' } })
    await stack.json(['up', '--yes'])
    const { Images } = await stack.raw.ec2.describeImages({ ImageIds: [(await imageOf())?.ImageId ?? ''] })
    expect(Images?.[0]?.Architecture).toBe('arm64')
    expect((await stack.json<Document>(['status'])).verdict).toBe('in-sync')
  })
})

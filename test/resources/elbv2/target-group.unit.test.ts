import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { GENERATION, generationOf } from '../../../src/engine/generation.ts'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type TargetGroupOut, type TargetGroupSpec, targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { CHECK } from './ground.ts'

const elb = scripted(ElasticLoadBalancingV2Client)
beforeEach(() => elb.answers({}))

const address = 'elbv2:target-group/web'
const arn = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/shop-dev-web/73e2d6bc24d8a067'
const spec: TargetGroupSpec = {
  ...{ name: 'shop-dev-web', vpcId: 'vpc-1', protocol: 'HTTP', port: 80, targetType: 'instance' },
  ...{ healthCheck: CHECK, attributes: {} },
}
const generation = generationOf(targetGroup, spec)!
const live: Found<TargetGroupSpec, TargetGroupOut> = {
  ...{ address, id: arn, ours: true, spec, out: { arn, name: spec.name, fullName: '' } },
  tags: { [GENERATION]: '0ld0ld' },
}
const notFound = () => fail('TargetGroupNotFoundException')

describe('creating', () => {
  const create = (name = spec.name) => targetGroup.create(fakeCtx(), address, { ...spec, name }, 'token')

  test('asks for the name first: AWS would hand over a stranger of the same settings', async () => {
    elb.answers({ DescribeTargetGroups: () => ({ TargetGroups: [{}] }) })
    await expect(create()).rejects.toThrow(`A target group named shop-dev-web-${generation} exists already.`)
    expect(elb.called()).toEqual(['DescribeTargetGroups'])
  })

  test('waits for a VPC that is not known yet; carries its generation in name and tag', async () => {
    elb.answers({
      DescribeTargetGroups: notFound,
      CreateTargetGroup: (_, nth) =>
        nth === 1
          ? fail('ValidationError', "The VPC ID 'vpc-1' is not found")
          : { TargetGroups: [{ TargetGroupArn: arn }] },
    })
    expect(await create()).toBe(arn)
    expect(elb.inputsOf('CreateTargetGroup')[1]).toMatchObject({
      Name: `shop-dev-web-${generation}`,
      Tags: expect.arrayContaining([{ Key: GENERATION, Value: generation }]),
    })
  })

  test('a setting that is not allowed is told at once', async () => {
    elb.answers({
      DescribeTargetGroups: notFound,
      CreateTargetGroup: () => fail('ValidationError', 'timeout too long'),
    })
    await expect(create()).rejects.toThrow('timeout too long')
    expect(elb.inputsOf('CreateTargetGroup')).toHaveLength(1)
  })

  test('a long name is cut to 32 characters, generation included', async () => {
    elb.answers({
      DescribeTargetGroups: notFound,
      CreateTargetGroup: () => ({ TargetGroups: [{ TargetGroupArn: arn }] }),
    })
    await create('a-name-of-exactly-32-characters-')
    const name = elb.inputsOf('CreateTargetGroup')[0]?.Name as string
    expect(name.length).toBeLessThanOrEqual(32)
    expect(name).toMatch(/^a-name-of-[a-z0-9-]*-[0-9a-f]{6}-[0-9a-f]{6}$/)
  })
})

describe('reading the name', () => {
  const long = 'a-name-of-exactly-32-characters-'
  const read = async (TargetGroupName: string, tags: Record<string, string>, asked: Partial<Asked>[]) => {
    elb.answers({
      DescribeTargetGroups: () => ({ TargetGroups: [{ TargetGroupArn: arn, TargetGroupName }] }),
      DescribeTags: () => ({
        TagDescriptions: [{ ResourceArn: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }],
      }),
    })
    const asks = asked.map((one): Asked => ({ address, id: null, token: null, spec, ...one }))
    return (await targetGroup.read(fakeCtx(), asks)).map((found) => [found.spec.name, found.address, found.ours])
  }
  const ours = { 'ecom-infra:stack': 'shop-dev', 'ecom-infra:address': address, [GENERATION]: 'abc123' }

  test('without the generation of the tag', async () => {
    expect(await read('shop-dev-web-abc123', ours, [{}])).toEqual([['shop-dev-web', address, true]])
    expect(await read('shop-dev-web-abc123', ours, [{ spec: null, id: arn }])).toEqual([
      ['shop-dev-web', address, true],
    ])
  })

  test('as the spec has it where it was cut, whatever else of the spec is not known yet', async () => {
    let cut = ''
    elb.answers({
      DescribeTargetGroups: notFound,
      CreateTargetGroup: ({ Name }) => {
        cut = Name as string
        return { TargetGroups: [{ TargetGroupArn: arn }] }
      },
    })
    await targetGroup.create(fakeCtx(), address, { ...spec, name: long }, 'token')
    const tags = { ...ours, [GENERATION]: cut.slice(-6) }
    const wanted = { ...spec, name: long, vpcId: UNKNOWN }
    expect(await read(cut, tags, [{ spec: wanted }])).toEqual([[long, address, true]])
  })

  test("a stranger's under our name is shown, and not as ours", async () => {
    expect(await read(`shop-dev-web-${generation}`, {}, [{}])).toEqual([['shop-dev-web', address, false]])
    expect(await read('somebody-else', {}, [{}])).toEqual([])
  })
})

test('its tags tell the generation that its fields make, whatever a stranger wrote there', async () => {
  await targetGroup.sync?.(fakeCtx(), spec, live, new Set(['tags'] as const))
  expect(elb.inputsOf('AddTags')[0]).toMatchObject({
    Tags: expect.arrayContaining([{ Key: GENERATION, Value: generationOf(targetGroup, live.spec) }]),
  })
})

describe('going', () => {
  const destroy = () => targetGroup.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('waits until its listeners have let go of it, and until it is gone', async () => {
    elb.answers({
      DeleteTargetGroup: (_, nth) => (nth < 3 ? fail('ResourceInUseException') : {}),
      DescribeTargetGroups: (_, nth) => (nth < 2 ? { TargetGroups: [{}] } : notFound()),
    })
    await destroy()
    expect(elb.inputsOf('DeleteTargetGroup')).toHaveLength(3)
    expect(elb.inputsOf('DescribeTargetGroups')).toHaveLength(2)
  })

  test('gives up on a listener that stays', async () => {
    elb.answers({ DeleteTargetGroup: () => fail('ResourceInUseException', 'in use by a listener') })
    await expect(destroy()).rejects.toThrow('in use by a listener')
  })

  test('one that was gone already is a success', async () => {
    elb.answers({ DeleteTargetGroup: notFound, DescribeTargetGroups: notFound })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

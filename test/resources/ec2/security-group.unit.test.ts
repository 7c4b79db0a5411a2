import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { GENERATION, generationOf } from '../../../src/engine/generation.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type GroupRule,
  type SecurityGroupOut,
  type SecurityGroupSpec,
  securityGroup,
} from '../../../src/resources/ec2/security-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:security-group/web'
const rule = (more: Partial<GroupRule>): GroupRule => ({
  ...{ protocol: 'tcp', fromPort: 80, toPort: 80, cidr: '10.20.0.0/16', groupId: null, description: '' },
  ...more,
})
const spec: SecurityGroupSpec = {
  ...{ name: 'shop-web', vpcId: 'vpc-1', description: 'The web servers', egress: [] },
  ingress: [rule({}), rule({ fromPort: 443, toPort: 443 })],
}
const live = (more: Partial<SecurityGroupSpec>, tags = {}): Found<SecurityGroupSpec, SecurityGroupOut> => ({
  ...{ address, id: 'sg-1', ours: true, tags, out: { id: 'sg-1' } },
  spec: { ...spec, ingress: [], ...more },
})
const generation = generationOf(securityGroup, spec)
const asked = (more: Partial<Asked>): Asked => ({ address, id: null, token: null, spec, ...more })
const ours = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('creating', () => {
  test('under a name that ends in the generation, as soon as the VPC is known everywhere', async () => {
    answers({ CreateSecurityGroup: (_, nth) => (nth < 3 ? fail('InvalidVpcID.NotFound') : { GroupId: 'sg-1' }) })
    expect(await securityGroup.create(fakeCtx(), address, spec, 'token')).toBe('sg-1')
    expect(inputsOf('CreateSecurityGroup').at(-1)).toMatchObject({
      ...{ GroupName: `shop-web-${generation}`, Description: 'The web servers', VpcId: 'vpc-1' },
      TagSpecifications: [{ Tags: expect.arrayContaining([{ Key: GENERATION, Value: generation }]) }],
    })
  })

  test('a name that is taken is the engine’s to look at', async () => {
    answers({ CreateSecurityGroup: () => fail('InvalidGroup.Duplicate') })
    await expect(securityGroup.create(fakeCtx(), address, spec, 'token')).rejects.toThrow('InvalidGroup.Duplicate')
    expect(called()).toHaveLength(1)
  })
})

describe('reading', () => {
  const read = async (group: object, asks: readonly Asked[] = [asked({})]) => {
    answers({ DescribeSecurityGroups: () => ({ SecurityGroups: [{ GroupId: 'sg-1', VpcId: 'vpc-1', ...group }] }) })
    return securityGroup.read(fakeCtx(), asks)
  }

  test('without the generation, by which name and tag agree whatever a stranger did to the tag', async () => {
    const [found] = await read({ GroupName: 'shop-facade-0a1b2c', Tags: [...ours, { Key: GENERATION, Value: 'hm' }] })
    expect([found?.spec.name, found?.tags?.[GENERATION]]).toEqual(['shop-facade', '0a1b2c'])
  })

  test('every rule by itself, one for each source', async () => {
    const [found] = await read({
      GroupName: 'shop-web-0a1b2c',
      Tags: ours,
      IpPermissions: [
        {
          ...{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22 },
          IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'a' }, { CidrIp: '192.0.2.0/24' }],
          Ipv6Ranges: [{ CidrIpv6: '::/0' }],
          PrefixListIds: [{ PrefixListId: 'pl-1' }],
          UserIdGroupPairs: [
            { GroupId: 'sg-2', UserId: '123456789012' },
            { GroupId: 'sg-3', UserId: '999999999999' },
          ],
        },
        { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    })
    const ssh = { fromPort: 22, toPort: 22 }
    const all = { fromPort: null, toPort: null }
    expect(found?.spec.ingress).toEqual([
      rule({ ...ssh, cidr: '10.0.0.0/8', description: 'a' }),
      rule({ ...ssh, cidr: '192.0.2.0/24' }),
      rule({ ...ssh, cidr: '::/0' }),
      rule({ ...ssh, cidr: 'pl-1' }),
      rule({ ...ssh, cidr: null, groupId: 'sg-2' }),
      rule({ ...ssh, cidr: null, groupId: '999999999999/sg-3' }),
      rule({ ...all, protocol: 'icmp', cidr: '10.0.0.0/8' }),
    ])
    expect(found?.spec.egress).toEqual([rule({ ...all, protocol: '-1', cidr: '0.0.0.0/0' })])
  })

  test('a stranger’s group under our name is shown, and not as ours', async () => {
    const [found] = await read({ GroupName: `shop-web-${generation}` })
    expect([found?.address, found?.ours]).toEqual([address, false])
  })

  test('the default group and those of strangers are none of ours', async () => {
    expect(await read({ GroupName: 'default' })).toEqual([])
    expect(await read({ GroupName: 'shop-web' })).toEqual([])
  })

  test('what is remembered and not in a VPC of ours is asked for by id, in one call', async () => {
    const list = [
      { GroupId: 'sg-1', GroupName: 'shop-web-0a1b2c' },
      { GroupId: 'sg-2', GroupName: 'shop-db-0a1b2c' },
    ]
    answers({ DescribeSecurityGroups: () => ({ SecurityGroups: list }) })
    const found = await securityGroup.read(fakeCtx(), [
      asked({ id: 'sg-1', spec: null }),
      asked({ id: 'sg-2', spec: null, address: 'ec2:security-group/db' }),
    ])
    expect(found.map(({ id, ours: own }) => [id, own])).toEqual([
      ['sg-1', true],
      ['sg-2', true],
    ])
    expect(inputsOf('DescribeSecurityGroups')).toMatchObject([
      { Filters: [{ Name: 'group-id', Values: ['sg-1', 'sg-2'] }] },
    ])
  })
})

describe('rules', () => {
  const sync = (have: readonly GroupRule[], want = spec.ingress) =>
    securityGroup.sync?.(fakeCtx(), { ...spec, ingress: want }, live({ ingress: have }), new Set(['ingress'] as const))
  const permissions = (operation: string) => inputsOf(operation).map(({ IpPermissions }) => IpPermissions)

  test('only what is missing is sent, and what is too much goes last', async () => {
    await sync([rule({}), rule({ cidr: '::/0' })])
    expect(called()).toEqual(['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'])
    expect(permissions('AuthorizeSecurityGroupIngress')).toEqual([
      [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.20.0.0/16' }] }],
    ])
    expect(permissions('RevokeSecurityGroupIngress')).toEqual([
      [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: '::/0' }] }],
    ])
  })

  test('another description is no other rule', async () => {
    await sync([rule({ description: 'Hm' })], [rule({ description: 'From within' })])
    expect(called()).toEqual(['UpdateSecurityGroupRuleDescriptionsIngress'])
  })

  test('"all" is sent without ports, ICMP with a type, a group by its id', async () => {
    const all = { fromPort: null, toPort: null }
    await sync(
      [rule({ protocol: '50', ...all, cidr: 'pl-1' }), rule({ cidr: null, groupId: '999999999999/sg-3' })],
      [rule({ protocol: '-1', ...all }), rule({ protocol: 'icmp', ...all }), rule({ cidr: null, groupId: 'sg-2' })],
    )
    expect(permissions('AuthorizeSecurityGroupIngress')).toEqual([
      [
        { IpProtocol: '-1', IpRanges: [{ CidrIp: '10.20.0.0/16' }] },
        { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.20.0.0/16' }] },
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: 'sg-2' }] },
      ],
    ])
    expect(permissions('RevokeSecurityGroupIngress')).toEqual([
      [
        { IpProtocol: '50', PrefixListIds: [{ PrefixListId: 'pl-1' }] },
        {
          IpProtocol: 'tcp',
          FromPort: 80,
          ToPort: 80,
          UserIdGroupPairs: [{ GroupId: 'sg-3', UserId: '999999999999' }],
        },
      ],
    ])
  })

  test('when one of them is there already, the others are sent one by one', async () => {
    answers({ AuthorizeSecurityGroupIngress: (_, nth) => (nth < 3 ? fail('InvalidPermission.Duplicate') : {}) })
    await sync([])
    expect(permissions('AuthorizeSecurityGroupIngress').map((list) => (list as unknown[]).length)).toEqual([2, 1, 1])
  })

  test('when one of them is gone already, the others are revoked one by one', async () => {
    answers({ RevokeSecurityGroupIngress: (_, nth) => (nth < 3 ? fail('InvalidPermission.NotFound') : {}) })
    await sync(spec.ingress, [])
    expect(inputsOf('RevokeSecurityGroupIngress')).toHaveLength(3)
  })

  test('a refusal is no mishap', async () => {
    answers({ AuthorizeSecurityGroupIngress: () => fail('RulesPerSecurityGroupLimitExceeded') })
    await expect(sync([])).rejects.toThrow('RulesPerSecurityGroupLimitExceeded')
    expect(called()).toHaveLength(1)
  })

  test('a group that is not known everywhere yet is asked again', async () => {
    answers({ AuthorizeSecurityGroupIngress: (_, nth) => (nth < 3 ? fail('InvalidGroup.NotFound') : {}) })
    await sync([])
    expect(inputsOf('AuthorizeSecurityGroupIngress')).toHaveLength(3)
  })
})

test('tags keep the living generation', async () => {
  await securityGroup.sync?.(fakeCtx(), spec, live({}, { [GENERATION]: 'abcdef' }), new Set(['tags'] as const))
  expect(inputsOf('CreateTags')).toMatchObject([
    { Tags: expect.arrayContaining([{ Key: GENERATION, Value: 'abcdef' }]) },
  ])
})

test('it is ready when it was seen three times in a row', async () => {
  const shows = [true, true, false, true, true, true]
  answers({ DescribeSecurityGroups: (_, nth) => ({ SecurityGroups: shows[nth - 1] ? [{ GroupId: 'sg-1' }] : [] }) })
  await securityGroup.ready?.(fakeCtx(), 'sg-1')
  expect(called()).toHaveLength(6)
})

test('a rule of a stranger that names it stands in the way of deleting it', async () => {
  const naming = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId: 'sg-1' }] }]
  const SecurityGroups = [
    { GroupId: 'sg-1', Tags: ours, IpPermissions: naming },
    { GroupId: 'sg-2', Tags: ours, IpPermissions: naming },
    { GroupId: 'sg-3', IpPermissionsEgress: naming },
    { GroupId: 'sg-4' },
  ]
  answers({ DescribeSecurityGroups: () => ({ SecurityGroups }) })
  const farewell = await securityGroup.farewell?.(fakeCtx(), live({}))
  expect(farewell?.blockers).toEqual(['a rule of sg-3, which does not belong to this stack, names sg-1'])
})

describe('deleting', () => {
  const destroy = () => securityGroup.destroy(fakeCtx(), live({}), { deleteData: false, snapshotName: null })

  test.each(['DependencyViolation', 'InvalidGroup.InUse'])('waits through %s, and until it is gone', async (code) => {
    answers({
      DeleteSecurityGroup: (_, nth) => (nth < 3 ? fail(code) : {}),
      DescribeSecurityGroups: (_, nth) => ({ SecurityGroups: nth < 2 ? [{ GroupId: 'sg-1' }] : [] }),
    })
    await destroy()
    expect(inputsOf('DeleteSecurityGroup')).toHaveLength(3)
    expect(inputsOf('DescribeSecurityGroups')).toHaveLength(2)
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteSecurityGroup: () => fail('InvalidGroup.NotFound') })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

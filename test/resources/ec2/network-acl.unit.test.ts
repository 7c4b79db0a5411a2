import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Asked, Found } from '../../../src/engine/resource.ts'
import {
  type AclEntry,
  type NetworkAclOut,
  type NetworkAclSpec,
  networkAcl,
} from '../../../src/resources/ec2/network-acl.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:network-acl/public'
const entry = (more: Partial<AclEntry>): AclEntry => ({
  ...{ rule: 100, egress: false, action: 'allow', protocol: 'tcp', cidr: '0.0.0.0/0', fromPort: 443, toPort: 443 },
  ...more,
})
const spec: NetworkAclSpec = { vpcId: 'vpc-1', entries: [entry({})], subnetIds: ['subnet-1'] }
const live = (more: Partial<NetworkAclSpec>): Found<NetworkAclSpec, NetworkAclOut> => ({
  ...{ address, id: 'acl-1', ours: true, tags: {}, out: { id: 'acl-1' } },
  spec: { vpcId: 'vpc-1', entries: [], subnetIds: [], ...more },
})
const acl = (NetworkAclId: string, subnets: Readonly<Record<string, string>>, more: object = {}) => ({
  ...{ NetworkAclId, VpcId: 'vpc-1', ...more },
  Associations: Object.entries(subnets).map(([NetworkAclAssociationId, SubnetId]) => ({
    ...{ NetworkAclAssociationId, SubnetId, NetworkAclId },
  })),
})
const fallback = (subnets: Readonly<Record<string, string>> = {}) => acl('acl-0', subnets, { IsDefault: true })

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('reading', () => {
  const asked = (more: Partial<Asked>): Asked => ({
    address,
    id: 'acl-1',
    token: null,
    spec: { vpcId: 'vpc-1' },
    ...more,
  })

  test('in words: names of protocols, ports or types, and without the denies at the end', async () => {
    const all = { RuleAction: 'deny', CidrBlock: '0.0.0.0/0', Protocol: '-1' }
    const Entries = [
      { ...all, RuleNumber: 32_767, Egress: true },
      { ...all, RuleNumber: 32_768, Egress: false },
      { ...all, RuleNumber: 100, Egress: true, RuleAction: 'allow' },
      {
        RuleNumber: 110,
        RuleAction: 'allow',
        Protocol: '1',
        Ipv6CidrBlock: '::/0',
        IcmpTypeCode: { Type: 8, Code: -1 },
      },
      { RuleNumber: 90, RuleAction: 'allow', Protocol: '6', CidrBlock: '10.0.0.0/8', PortRange: { From: 22, To: 23 } },
    ]
    answers({ DescribeNetworkAcls: () => ({ NetworkAcls: [acl('acl-1', { a: 'subnet-1' }, { Entries })] }) })
    const [found] = await networkAcl.read(fakeCtx(), [asked({})])
    expect(found?.spec).toEqual({
      vpcId: 'vpc-1',
      entries: [
        entry({ rule: 90, cidr: '10.0.0.0/8', fromPort: 22, toPort: 23 }),
        entry({ rule: 110, protocol: 'icmp', cidr: '::/0', fromPort: 8, toPort: null }),
        entry({ egress: true, protocol: '-1', fromPort: null, toPort: null }),
      ],
      subnetIds: ['subnet-1'],
    })
    expect(called()).toEqual(['DescribeNetworkAcls'])
  })

  test('the default one and those of strangers are nobody of ours', async () => {
    answers({ DescribeNetworkAcls: () => ({ NetworkAcls: [fallback(), acl('acl-9', {})] }) })
    expect(await networkAcl.read(fakeCtx(), [asked({ id: null })])).toEqual([])
  })

  test('one that is remembered, in a VPC that is not to be seen, is asked for by its id', async () => {
    answers({
      DescribeNetworkAcls: ({ NetworkAclIds }) =>
        String(NetworkAclIds) === 'acl-1' ? { NetworkAcls: [acl('acl-1', {})] } : fail('InvalidNetworkAclID.NotFound'),
    })
    const found = await networkAcl.read(fakeCtx(), [asked({ spec: null }), asked({ spec: null, id: 'acl-2' })])
    expect(found.map(({ id }) => id)).toEqual(['acl-1'])
  })
})

test('neither order nor spelling of the entries is a difference', () => {
  const two = entry({ rule: 90, cidr: '10.20.0.0/16' })
  const type = networkAcl as unknown as AnyType
  const want = { ...spec, entries: [entry({ protocol: '6' }), entry({ rule: 90, cidr: '10.20.3.4/16' })] }
  expect(diff(type, want, {}, live({ ...spec, entries: [two, entry({})] }))).toEqual([])
})

describe('entries', () => {
  const sync = (entries: readonly AclEntry[], want: readonly AclEntry[] = spec.entries) =>
    networkAcl.sync?.(fakeCtx(), { ...spec, entries: want }, live({ entries }), new Set(['entries'] as const))

  test('only what differs is sent: new ones, others in their place, and last what is too much', async () => {
    const same = entry({ rule: 120, egress: true })
    await sync([entry({ rule: 5 }), entry({ cidr: '10.0.0.0/8' }), same], [entry({}), entry({ rule: 110 }), same])
    expect(called()).toEqual(['ReplaceNetworkAclEntry', 'CreateNetworkAclEntry', 'DeleteNetworkAclEntry'])
    expect(inputsOf('ReplaceNetworkAclEntry')).toEqual([
      {
        ...{ NetworkAclId: 'acl-1', RuleNumber: 100, Egress: false, RuleAction: 'allow', Protocol: '6' },
        ...{ CidrBlock: '0.0.0.0/0', PortRange: { From: 443, To: 443 } },
      },
    ])
    expect(inputsOf('DeleteNetworkAclEntry')).toEqual([{ NetworkAclId: 'acl-1', RuleNumber: 5, Egress: false }])
  })

  test('the same number in the other direction is another entry', async () => {
    await sync([entry({ egress: true })])
    expect(called()).toEqual(['CreateNetworkAclEntry', 'DeleteNetworkAclEntry'])
  })

  test('ICMP has a type and a code, "all" has neither', async () => {
    await sync(
      [],
      [
        entry({ protocol: 'icmp', fromPort: 8, toPort: null }),
        entry({ rule: 1, protocol: '-1', fromPort: null, toPort: null }),
      ],
    )
    const [ping, all] = inputsOf('CreateNetworkAclEntry')
    expect(ping).toMatchObject({ Protocol: '1', IcmpTypeCode: { Type: 8, Code: -1 } })
    expect([all?.Protocol, all?.PortRange, all?.IcmpTypeCode]).toEqual(['-1', undefined, undefined])
  })

  test('a number that was taken in the meantime is taken over', async () => {
    answers({ CreateNetworkAclEntry: () => fail('NetworkAclEntryAlreadyExists') })
    await sync([])
    expect(called()).toEqual(['CreateNetworkAclEntry', 'ReplaceNetworkAclEntry'])
  })
})

describe('subnets', () => {
  const sync = (subnetIds: readonly string[]) =>
    networkAcl.sync?.(fakeCtx(), spec, live({ subnetIds }), new Set(['subnetIds'] as const))

  test('an association that changes under our hands is looked up again', async () => {
    answers({
      DescribeNetworkAcls: (_, nth) => ({ NetworkAcls: [fallback({ [`aclassoc-${nth}`]: 'subnet-1' })] }),
      ReplaceNetworkAclAssociation: (_, nth) => (nth < 3 ? fail('InvalidAssociationID.NotFound') : {}),
    })
    await sync([])
    expect(inputsOf('ReplaceNetworkAclAssociation').at(-1)).toEqual({
      AssociationId: 'aclassoc-3',
      NetworkAclId: 'acl-1',
    })
  })

  test('one too many goes back to the default ACL', async () => {
    const mine = acl('acl-1', { 'aclassoc-1': 'subnet-1', 'aclassoc-2': 'subnet-2' })
    answers({ DescribeNetworkAcls: () => ({ NetworkAcls: [mine, fallback()] }) })
    await sync(['subnet-1', 'subnet-2'])
    expect(inputsOf('ReplaceNetworkAclAssociation')).toEqual([{ AssociationId: 'aclassoc-2', NetworkAclId: 'acl-0' }])
  })
})

describe('deleting', () => {
  const destroy = () => networkAcl.destroy(fakeCtx(), live(spec), { deleteData: false, snapshotName: null })

  test('moves the subnets away, waits for what uses it, and sees it go', async () => {
    answers({
      DescribeNetworkAcls: (_, nth) =>
        nth < 3 ? { NetworkAcls: [acl('acl-1', { a: 'subnet-1' }), fallback()] } : fail('InvalidNetworkAclID.NotFound'),
      DeleteNetworkAcl: (_, nth) => (nth < 2 ? fail('DependencyViolation') : {}),
    })
    await destroy()
    expect(called()).toEqual([
      'DescribeNetworkAcls',
      'ReplaceNetworkAclAssociation',
      'DeleteNetworkAcl',
      'DeleteNetworkAcl',
      'DescribeNetworkAcls',
      'DescribeNetworkAcls',
    ])
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteNetworkAcl: () => fail('InvalidNetworkAclID.NotFound') })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

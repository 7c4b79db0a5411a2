import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Found } from '../../../src/engine/resource.ts'
import { type RouteTableOut, type RouteTableSpec, routeTable } from '../../../src/resources/ec2/route-table.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:route-table/private-a'
const spec: RouteTableSpec = {
  vpcId: 'vpc-1',
  routes: [{ destination: '0.0.0.0/0', target: 'nat-1' }],
  subnetIds: ['subnet-1'],
}
const live = (more: Partial<RouteTableSpec>): Found<RouteTableSpec, RouteTableOut> => ({
  ...{ address, id: 'rtb-1', ours: true, tags: {}, out: { id: 'rtb-1' } },
  spec: { vpcId: 'vpc-1', routes: [], subnetIds: [], ...more },
})
const table = (RouteTableId: string, subnets: Readonly<Record<string, string>>, State?: string) => ({
  RouteTableId,
  Associations: Object.entries(subnets).map(([RouteTableAssociationId, SubnetId]) => ({
    ...{ RouteTableAssociationId, SubnetId, RouteTableId },
    ...(State ? { AssociationState: { State, StatusMessage: 'why' } } : {}),
  })),
})

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

test('routes that come by themselves are not seen, those of strangers are', async () => {
  const Routes = [
    { DestinationCidrBlock: '10.20.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable' },
    { DestinationCidrBlock: '10.9.0.0/16', GatewayId: 'vgw-1', Origin: 'EnableVgwRoutePropagation' },
    { DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1', Origin: 'CreateRoute' },
    { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1', Origin: 'CreateRoute' },
    { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: 'eigw-1', Origin: 'CreateRoute' },
    { DestinationPrefixListId: 'pl-2', TransitGatewayId: 'tgw-1', Origin: 'CreateRoute' },
    { DestinationCidrBlock: '10.8.0.0/16', InstanceId: 'i-1', NetworkInterfaceId: 'eni-1', Origin: 'CreateRoute' },
  ]
  const Associations = [
    { SubnetId: 'subnet-1', AssociationState: { State: 'associated' } },
    { SubnetId: 'subnet-2' },
    { SubnetId: 'subnet-3', AssociationState: { State: 'disassociating' } },
    { Main: true },
  ]
  answers({
    DescribeRouteTables: () => ({ RouteTables: [{ RouteTableId: 'rtb-1', VpcId: 'vpc-1', Routes, Associations }] }),
  })
  const [found] = await routeTable.read(fakeCtx(), [])
  expect(found?.spec).toEqual({
    vpcId: 'vpc-1',
    routes: [
      { destination: '0.0.0.0/0', target: 'nat-1' },
      { destination: '::/0', target: 'eigw-1' },
      { destination: 'pl-2', target: 'tgw-1' },
      { destination: '10.8.0.0/16', target: 'i-1' },
    ],
    subnetIds: ['subnet-1', 'subnet-2'],
  })
})

test('neither order nor the spelling of a range is a difference', () => {
  const routes = [
    { destination: '192.0.2.7/24', target: 'igw-1' },
    { destination: '0.0.0.0/0', target: 'nat-1' },
  ]
  const have = [
    { destination: '0.0.0.0/0', target: 'nat-1' },
    { destination: '192.0.2.0/24', target: 'igw-1' },
  ]
  const type = routeTable as unknown as AnyType
  expect(diff(type, { ...spec, routes }, {}, live({ ...spec, routes: have }))).toEqual([])
})

describe('routes', () => {
  const sync = (more: Partial<RouteTableSpec>) =>
    routeTable.sync?.(fakeCtx(), spec, live(more), new Set(['routes'] as const))

  test('wait for a NAT gateway that is not known everywhere yet', async () => {
    answers({ CreateRoute: (_, nth) => (nth < 3 ? fail('InvalidNatGatewayID.NotFound') : {}) })
    await sync({})
    expect(inputsOf('CreateRoute').at(-1)).toEqual({
      RouteTableId: 'rtb-1',
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: 'nat-1',
    })
    expect(called()).toHaveLength(3)
  })

  test('get another target without a gap, and are gone last', async () => {
    await sync({
      routes: [
        { destination: 'pl-2', target: 'tgw-1' },
        { destination: '0.0.0.0/0', target: 'nat-old' },
        { destination: '::/0', target: 'eigw-1' },
      ],
    })
    expect(called()).toEqual(['ReplaceRoute', 'DeleteRoute', 'DeleteRoute'])
    expect(inputsOf('DeleteRoute')).toEqual([
      { RouteTableId: 'rtb-1', DestinationPrefixListId: 'pl-2' },
      { RouteTableId: 'rtb-1', DestinationIpv6CidrBlock: '::/0' },
    ])
  })

  test('one that was put there in the meantime is replaced', async () => {
    answers({ CreateRoute: () => fail('RouteAlreadyExists') })
    await sync({})
    expect(called()).toEqual(['CreateRoute', 'ReplaceRoute'])
  })

  test('one that is gone already is a success', async () => {
    answers({ DeleteRoute: () => fail('InvalidRoute.NotFound') })
    await sync({ routes: [...spec.routes, { destination: '10.8.0.0/16', target: 'i-1' }] })
    expect(called()).toEqual(['DeleteRoute'])
  })
})

describe('subnets', () => {
  const sync = (more: Partial<RouteTableSpec>) =>
    routeTable.sync?.(fakeCtx(), spec, live(more), new Set(['subnetIds'] as const))

  test('one that has another table is moved over', async () => {
    answers({ DescribeRouteTables: () => ({ RouteTables: [table('rtb-9', { 'rtbassoc-9': 'subnet-1' })] }) })
    await sync({})
    expect(inputsOf('ReplaceRouteTableAssociation')).toEqual([{ AssociationId: 'rtbassoc-9', RouteTableId: 'rtb-1' }])
  })

  test('one whose table a listing does not show yet is looked at again', async () => {
    answers({
      AssociateRouteTable: () => fail('Resource.AlreadyAssociated'),
      DescribeRouteTables: (_, nth) => ({ RouteTables: nth < 3 ? [] : [table('rtb-9', { 'rtbassoc-9': 'subnet-1' })] }),
    })
    await sync({})
    expect(inputsOf('AssociateRouteTable')).toHaveLength(2)
    expect(inputsOf('ReplaceRouteTableAssociation')).toHaveLength(1)
  })

  test('one too many is let go, even if it has gone by itself', async () => {
    answers({
      DescribeRouteTables: () => ({
        RouteTables: [table('rtb-1', { 'rtbassoc-1': 'subnet-1', 'rtbassoc-2': 'subnet-2' })],
      }),
      DisassociateRouteTable: () => fail('InvalidAssociationID.NotFound'),
    })
    await sync({ subnetIds: ['subnet-1', 'subnet-2'] })
    expect(inputsOf('DisassociateRouteTable')).toEqual([{ AssociationId: 'rtbassoc-2' }])
  })
})

describe('becoming ready', () => {
  test('when every subnet has taken it', async () => {
    const states = ['associating', 'associating', 'associated']
    answers({
      DescribeRouteTables: (_, nth) => ({
        RouteTables: [table('rtb-1', { a: 'subnet-1', b: 'subnet-2' }, states[nth - 1])],
      }),
    })
    await routeTable.ready?.(fakeCtx(), 'rtb-1')
    expect(called()).toHaveLength(3)
  })

  test('a refusal ends the wait with the reason of AWS', async () => {
    answers({ DescribeRouteTables: () => ({ RouteTables: [table('rtb-1', { a: 'subnet-1' }, 'failed')] }) })
    await expect(routeTable.ready?.(fakeCtx(), 'rtb-1')).rejects.toThrow('A subnet refuses rtb-1: why')
  })
})

test('deleting lets the subnets go, waits for what uses it, and sees it go', async () => {
  answers({
    DescribeRouteTables: (_, nth) => ({ RouteTables: nth < 3 ? [table('rtb-1', { 'rtbassoc-1': 'subnet-1' })] : [] }),
    DeleteRouteTable: (_, nth) => (nth < 2 ? fail('DependencyViolation') : {}),
  })
  await routeTable.destroy(fakeCtx(), live(spec), { deleteData: false, snapshotName: null })
  expect(called()).toEqual([
    'DescribeRouteTables',
    'DisassociateRouteTable',
    'DeleteRouteTable',
    'DeleteRouteTable',
    'DescribeRouteTables',
    'DescribeRouteTables',
  ])
})

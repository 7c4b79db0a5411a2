import { RDSClient } from '@aws-sdk/client-rds'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type DbSubnetGroupOut,
  type DbSubnetGroupSpec,
  dbSubnetGroup,
} from '../../../src/resources/rds/subnet-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const rds = scripted(RDSClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => {
  rds.answers({})
  tagging.answers({})
})

const address = 'rds:subnet-group/main'
const spec: DbSubnetGroupSpec = { name: 'Shop-Dev-Main', description: 'Private', subnetIds: ['subnet-1', 'subnet-2'] }
const live: Found<DbSubnetGroupSpec, DbSubnetGroupOut> = {
  ...{ address, id: 'shop-dev-main', ours: true, spec, tags: {}, out: { name: 'shop-dev-main' } },
}
const asked: Asked = { address, id: null, token: null, spec }
const OURS = { TagList: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }] }

describe('reading', () => {
  test('every page; tags are asked for only where the name may be ours', async () => {
    const groups = (...names: string[]) => names.map((DBSubnetGroupName) => ({ DBSubnetGroupName }))
    rds.answers({
      DescribeDBSubnetGroups: ({ Marker }) =>
        Marker
          ? { DBSubnetGroups: groups('shop-dev-main', 'shop-dev-other') }
          : { DBSubnetGroups: groups('default', 'shop-development'), Marker: 'more' },
      ListTagsForResource: ({ ResourceName }) =>
        String(ResourceName).endsWith(':subgrp:shop-dev-main') ? OURS : { TagList: [] },
    })
    const found = await dbSubnetGroup.read(fakeCtx(), [asked])
    expect(found.map(({ id, ours, address: at }) => [id, ours, at])).toEqual([['shop-dev-main', true, address]])
    expect(rds.called()).toEqual([...Array(2).fill('DescribeDBSubnetGroups'), ...Array(2).fill('ListTagsForResource')])
  })

  test("a stranger's under our name is shown, and not as ours; one that goes meanwhile is gone", async () => {
    rds.answers({
      DescribeDBSubnetGroups: () => ({
        DBSubnetGroups: [{ DBSubnetGroupName: 'shop-dev-main' }, { DBSubnetGroupName: 'shop-dev-gone' }],
      }),
      ListTagsForResource: ({ ResourceName }) =>
        String(ResourceName).endsWith('-gone') ? fail('DBSubnetGroupNotFoundFault') : { TagList: [] },
    })
    const found = await dbSubnetGroup.read(fakeCtx(), [asked])
    expect(found.map(({ id, ours }) => [id, ours])).toEqual([['shop-dev-main', false]])
  })

  test('a wide look asks for no tags that the tagging API shows as they should be', async () => {
    const ctx = fakeCtx({ wide: true })
    const Tags = Object.entries(ctx.tags(address)).map(([Key, Value]) => ({ Key, Value }))
    const ResourceARN = 'arn:aws:rds:us-east-1:123456789012:subgrp:shop-dev-main'
    rds.answers({ DescribeDBSubnetGroups: () => ({ DBSubnetGroups: [{ DBSubnetGroupName: 'shop-dev-main' }] }) })
    tagging.answers({ GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN, Tags }] }) })
    const found = await dbSubnetGroup.read(ctx, [asked])
    expect(found).toMatchObject([{ id: 'shop-dev-main', ours: true, address, tags: ctx.tags(address) }])
    expect(rds.called()).toEqual(['DescribeDBSubnetGroups'])
  })
})

describe('creating', () => {
  const create = () => dbSubnetGroup.create(fakeCtx(), address, spec, 'token')

  test('in lower case, and patient with subnets that are new', async () => {
    rds.answers({
      CreateDBSubnetGroup: (_, nth) =>
        nth < 3
          ? fail('InvalidSubnet', 'Some input subnets in :[subnet-1] are invalid.')
          : { DBSubnetGroup: { DBSubnetGroupName: 'shop-dev-main' } },
    })
    expect(await create()).toBe('shop-dev-main')
    expect(rds.inputsOf('CreateDBSubnetGroup').map(({ DBSubnetGroupName: name }) => name)).toEqual(
      Array(3).fill('shop-dev-main'),
    )
  })

  test('too few zones are told at once', async () => {
    rds.answers({ CreateDBSubnetGroup: () => fail('DBSubnetGroupDoesNotCoverEnoughAZs', 'Add subnets') })
    await expect(create()).rejects.toThrow('Add subnets')
    expect(rds.called()).toHaveLength(1)
  })
})

describe('deleting', () => {
  const destroy = () => dbSubnetGroup.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('waits for the database that still uses it, and until it is gone', async () => {
    rds.answers({
      DeleteDBSubnetGroup: (_, nth) => (nth < 3 ? fail('InvalidDBSubnetGroupStateFault') : {}),
      DescribeDBSubnetGroups: (_, nth) =>
        nth < 3 ? { DBSubnetGroups: [{ DBSubnetGroupName: 'shop-dev-main' }] } : fail('DBSubnetGroupNotFoundFault'),
    })
    await destroy()
    expect([rds.inputsOf('DeleteDBSubnetGroup').length, rds.inputsOf('DescribeDBSubnetGroups').length]).toEqual([3, 3])
  })

  test('one that was gone already is a success', async () => {
    const gone = () => fail('DBSubnetGroupNotFoundFault')
    rds.answers({ DeleteDBSubnetGroup: gone, DescribeDBSubnetGroups: gone })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

test('a change says the subnets, whatever changes; tags that were given up come off', async () => {
  await dbSubnetGroup.sync?.(fakeCtx({ retired: ['owner'] }), spec, live, new Set(['description', 'tags'] as const))
  expect(rds.inputsOf('ModifyDBSubnetGroup')).toEqual([
    { DBSubnetGroupName: 'shop-dev-main', DBSubnetGroupDescription: 'Private', SubnetIds: ['subnet-1', 'subnet-2'] },
  ])
  expect(rds.called()).toEqual(['ModifyDBSubnetGroup', 'RemoveTagsFromResource', 'AddTagsToResource'])
})

import { EC2Client } from '@aws-sdk/client-ec2'
import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, describe, expect, test } from 'vitest'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type MountTargetOut, type MountTargetSpec, mountTarget } from '../../../src/resources/efs/mount-target.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'efs:mount-target/a'
const spec: MountTargetSpec = { fileSystemId: 'fs-1', subnetId: 'subnet-1', securityGroupIds: ['sg-1'] }
const live: Found<MountTargetSpec, MountTargetOut> = {
  ...{ address, id: 'fsmt-1', ours: true, tags: null, spec, out: { id: 'fsmt-1', networkInterfaceId: 'eni-1' } },
}
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec, ...one })
const OURS = { FileSystemId: 'fs-1', Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }] }
const item = (n: number, more: object = {}) => ({
  ...{ MountTargetId: `fsmt-${n}`, FileSystemId: 'fs-1', SubnetId: `subnet-${n}`, NetworkInterfaceId: `eni-${n}` },
  ...{ LifeCycleState: 'available', ...more },
})
const inState = (LifeCycleState?: string) => ({ MountTargets: LifeCycleState ? [item(1, { LifeCycleState })] : [] })
const gone = () => fail('MountTargetNotFound', 'gone', 404)
const face = (n: number, ...groups: string[]) => ({
  NetworkInterfaceId: `eni-${n}`,
  Groups: groups.map((GroupId) => ({ GroupId })),
})

const efs = scripted(EFSClient)
const ec2 = scripted(EC2Client)
beforeEach(() => {
  efs.answers({})
  ec2.answers({})
})

describe('reading', () => {
  const targets = (...list: object[]) =>
    efs.answers({
      DescribeFileSystems: () => ({ FileSystems: [OURS, { FileSystemId: 'fs-9', Tags: [] }] }),
      DescribeMountTargets: ({ Marker }) =>
        Marker ? { MountTargets: list.slice(2) } : { MountTargets: list.slice(0, 2), NextMarker: list[2] && 'more' },
    })

  test('one listing for all, and one more for the groups of all', async () => {
    targets(item(1), item(2), item(3))
    ec2.answers({
      DescribeNetworkInterfaces: () => ({
        NetworkInterfaces: [face(3, 'sg-3'), face(1, 'sg-1'), face(2, 'sg-2', 'sg-1')],
      }),
    })
    const found = await mountTarget.read(fakeCtx(), [asked({})])
    expect(found.map(({ id, spec: { securityGroupIds } }) => [id, securityGroupIds])).toEqual([
      ['fsmt-1', ['sg-1']],
      ['fsmt-2', ['sg-2', 'sg-1']],
      ['fsmt-3', ['sg-3']],
    ])
    expect(efs.called()).toEqual(['DescribeFileSystems', 'DescribeMountTargets', 'DescribeMountTargets'])
    expect(ec2.inputsOf('DescribeNetworkInterfaces')).toEqual([
      { Filters: [{ Name: 'network-interface-id', Values: ['eni-1', 'eni-2', 'eni-3'] }] },
    ])
  })

  test('is known by its id, by its place, and else as one too many on a file system of ours', async () => {
    targets(item(1), item(2), item(3))
    const found = await mountTarget.read(fakeCtx(), [
      asked({}),
      asked({ address: 'efs:mount-target/b', id: 'fsmt-2', spec: null }),
      asked({ address: 'efs:mount-target/c', spec: { ...spec, subnetId: UNKNOWN } }),
    ])
    expect(found.map((one) => [one.id, one.address, one.ours])).toEqual([
      ['fsmt-1', address, true],
      ['fsmt-2', 'efs:mount-target/b', true],
      ['fsmt-3', 'unknown/fsmt-3', true],
    ])
  })

  test('one on its way out keeps its zone: it counts as failed, not as absent; the deleted are left out', async () => {
    const states = ['deleting', 'error', 'deleted', 'creating', 'updating']
    targets(...states.map((LifeCycleState, n) => item(n + 1, { LifeCycleState })))
    const found = await mountTarget.read(fakeCtx(), [])
    expect(found.map(({ id, failed }) => [id, failed])).toEqual([
      ['fsmt-1', 'it is being deleted'],
      ['fsmt-2', 'its state is error'],
      ['fsmt-4', undefined],
      ['fsmt-5', undefined],
    ])
  })

  test('one whose interface is not there yet does not differ', async () => {
    targets(item(1, { LifeCycleState: 'creating', NetworkInterfaceId: undefined }))
    const [found] = await mountTarget.read(fakeCtx(), [asked({})])
    expect(found).toMatchObject({ spec, out: { networkInterfaceId: null } })
    expect(ec2.called()).toEqual([])
  })

  test('the file system that is asked for counts without its tags; what is gone or unknown has no targets', async () => {
    efs.answers({
      DescribeFileSystems: () => ({ FileSystems: [{ ...OURS, LifeCycleState: 'deleting' }] }),
      DescribeMountTargets: ({ FileSystemId }) =>
        FileSystemId === 'fs-7' ? { MountTargets: [item(1)] } : fail('FileSystemNotFound', 'gone', 404),
    })
    const on = (fileSystemId: string) => asked({ spec: { ...spec, fileSystemId } })
    const found = await mountTarget.read(fakeCtx(), [on('fs-7'), on('fs-8'), on(UNKNOWN)])
    expect(found.map(({ id }) => id)).toEqual(['fsmt-1'])
    expect(efs.inputsOf('DescribeMountTargets').map(({ FileSystemId }) => FileSystemId)).toEqual(['fs-7', 'fs-8'])
  })
})

describe('creating', () => {
  const create = (ctx = fakeCtx()) => mountTarget.create(ctx, address, spec, 't')

  test.each(['IncorrectFileSystemLifeCycleState', 'SubnetNotFound', 'SecurityGroupNotFound'])(
    '%s passes',
    async (code) => {
      efs.answers({
        CreateMountTarget: (_, nth) => (nth < 3 ? fail(code) : { MountTargetId: 'fsmt-1', SubnetId: 'subnet-1' }),
      })
      expect(await create()).toBe('fsmt-1')
      expect(efs.inputsOf('CreateMountTarget').at(-1)).toEqual({
        ...{ FileSystemId: 'fs-1', SubnetId: 'subnet-1', SecurityGroups: ['sg-1'] },
      })
    },
  )

  test.each(['NoFreeAddressesInSubnet', 'SecurityGroupLimitExceeded', 'MountTargetConflict'])(
    '%s is told at once',
    async (code) => {
      efs.answers({ CreateMountTarget: () => fail(code) })
      await expect(create()).rejects.toThrow(code)
      expect(efs.called()).toHaveLength(1)
    },
  )

  test("answered with another one's, made in the same zone at the same moment: it is not taken for ours", async () => {
    efs.answers({ CreateMountTarget: () => ({ MountTargetId: 'fsmt-9', SubnetId: 'subnet-9' }) })
    await expect(create()).rejects.toThrow('The zone of subnet-1 has a mount target: fsmt-9 in subnet-9.')
  })
})

describe('becoming ready', () => {
  test('through creating, though a look may miss it', async () => {
    const states = [undefined, 'creating', 'creating', 'available']
    efs.answers({ DescribeMountTargets: (_, nth) => (states[nth - 1] ? inState(states[nth - 1]) : gone()) })
    await mountTarget.ready?.(fakeCtx(), 'fsmt-1')
    expect(efs.called()).toHaveLength(4)
  })

  test.each(['error', 'deleting', 'deleted'])('%s ends the wait at once', async (state) => {
    efs.answers({ DescribeMountTargets: () => inState(state) })
    await expect(mountTarget.ready?.(fakeCtx(), 'fsmt-1')).rejects.toThrow(`fsmt-1 is in state ${state}`)
    expect(efs.called()).toHaveLength(1)
  })
})

test('new groups are waited for; what its state forbids is left to the engine', async () => {
  const sync = () => mountTarget.sync?.(fakeCtx(), spec, live, new Set(['securityGroupIds']))
  efs.answers({ ModifyMountTargetSecurityGroups: (_, nth) => (nth < 3 ? fail('SecurityGroupNotFound') : {}) })
  await sync()
  expect(efs.inputsOf('ModifyMountTargetSecurityGroups').at(-1)).toEqual({
    ...{ MountTargetId: 'fsmt-1', SecurityGroups: ['sg-1'] },
  })
  efs.answers({ ModifyMountTargetSecurityGroups: () => fail('IncorrectMountTargetState', 'no', 409) })
  await expect(sync()).rejects.toThrow('no')
})

describe('deleting', () => {
  const destroy = () => mountTarget.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('returns when it is gone and its interface too', async () => {
    const states = ['deleting', 'deleting', 'deleted']
    efs.answers({
      DeleteMountTarget: (_, nth) => (nth < 3 ? fail('DependencyTimeout', 'slow', 504) : {}),
      DescribeMountTargets: (_, nth) => (nth > states.length ? gone() : inState(states[nth - 1])),
    })
    ec2.answers({ DescribeNetworkInterfaces: (_, nth) => ({ NetworkInterfaces: nth < 4 ? [face(1, 'sg-1')] : [] }) })
    await destroy()
    expect(efs.inputsOf('DeleteMountTarget')).toHaveLength(3)
    expect(efs.inputsOf('DescribeMountTargets')).toHaveLength(3)
    expect(ec2.inputsOf('DescribeNetworkInterfaces')).toHaveLength(4)
  })

  test('one that was gone already is a success', async () => {
    efs.answers({ DeleteMountTarget: gone, DescribeMountTargets: gone })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

test.each([
  ['available', 'healthy'],
  ['updating', 'healthy'],
  ['creating', 'unknown'],
  ['error', 'unhealthy'],
])('%s is %s, told by the listing of the look', async (state, health) => {
  efs.answers({ DescribeFileSystems: () => ({ FileSystems: [OURS] }), DescribeMountTargets: () => inState(state) })
  const ctx = fakeCtx()
  await mountTarget.read(ctx, [asked({})])
  expect(await mountTarget.health?.(ctx, live)).toEqual({ state: health, detail: state })
  expect(efs.inputsOf('DescribeMountTargets')).toHaveLength(1)
})

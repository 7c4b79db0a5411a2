import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type FileSystemOut, type FileSystemSpec, fileSystem } from '../../../src/resources/efs/file-system.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { FILES } from './ground.ts'

const address = 'efs:file-system/files'
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: FILES, ...one })
const live: Found<FileSystemSpec, FileSystemOut> = {
  ...{ address, id: 'fs-1', ours: true, tags: {}, spec: FILES, out: { id: 'fs-1', arn: 'arn:fs-1' } },
}
const OURS = [
  { Key: 'ecom-infra:stack', Value: 'shop-dev' },
  { Key: 'ecom-infra:address', Value: address },
]
const item = (FileSystemId: string, more: object = {}) => ({
  ...{ FileSystemId, FileSystemArn: `arn:${FileSystemId}`, CreationToken: `token-of-${FileSystemId}`, Encrypted: true },
  ...{ PerformanceMode: 'generalPurpose', ThroughputMode: 'elastic', LifeCycleState: 'available', Tags: OURS, ...more },
})
const inState = (LifeCycleState?: string) => ({ FileSystems: LifeCycleState ? [item('fs-1', { LifeCycleState })] : [] })
const ENABLED = () => ({ BackupPolicy: { Status: 'ENABLED' } })
const gone = () => fail('FileSystemNotFound', 'gone', 404)

const { answers, called, inputsOf } = scripted(EFSClient)
beforeEach(() => answers({}))

describe('reading', () => {
  test('every page; the leaving and the strange are left out, the broken is told as such', async () => {
    answers({
      DescribeFileSystems: ({ Marker }) =>
        Marker
          ? { FileSystems: [item('fs-4', { LifeCycleState: 'error' }), item('fs-5', { LifeCycleState: 'updating' })] }
          : {
              FileSystems: [
                item('fs-1', { LifeCycleState: 'deleting' }),
                item('fs-2', { LifeCycleState: 'deleted' }),
                item('fs-3', { Tags: [{ Key: 'ecom-infra:stack', Value: 'other-dev' }] }),
              ],
              NextMarker: 'more',
            },
      DescribeBackupPolicy: ENABLED,
    })
    const found = await fileSystem.read(fakeCtx(), [])
    expect(found.map(({ id, ours, failed }) => [id, ours, failed])).toEqual([
      ['fs-4', true, 'its state is error'],
      ['fs-5', true, undefined],
    ])
  })

  test('one that an announced token made is ours before its tags show, and one that is remembered after they went', async () => {
    answers({ DescribeFileSystems: () => ({ FileSystems: [item('fs-1', { Tags: [] }), item('fs-2', { Tags: [] })] }) })
    expect(await fileSystem.read(fakeCtx(), [asked({ token: 'token-of-fs-2' })])).toMatchObject([
      { address, id: 'fs-2', ours: true },
    ])
    expect(await fileSystem.read(fakeCtx(), [asked({ id: 'fs-1' })])).toMatchObject([
      { address, id: 'fs-1', ours: true },
    ])
    expect(await fileSystem.read(fakeCtx(), [asked({})])).toEqual([])
  })

  test.each([
    ['ENABLED', true],
    ['ENABLING', true],
    ['DISABLED', false],
    ['DISABLING', false],
    [null, false],
  ])('backups %s: %s', async (Status, automaticBackups) => {
    answers({
      DescribeFileSystems: () => inState('available'),
      DescribeLifecycleConfiguration: () => ({
        LifecyclePolicies: [{ TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' }, { TransitionToIA: 'AFTER_7_DAYS' }],
      }),
      DescribeBackupPolicy: () => (Status ? { BackupPolicy: { Status } } : fail('PolicyNotFound', 'none', 404)),
    })
    const [found] = await fileSystem.read(fakeCtx(), [])
    expect(found?.spec).toEqual({
      ...{ encrypted: true, performanceMode: 'generalPurpose', throughputMode: 'elastic', automaticBackups },
      ...{ transitionToIa: 'AFTER_7_DAYS', transitionToPrimary: 'AFTER_1_ACCESS' },
    })
  })

  test('one that goes between two calls is absent', async () => {
    answers({
      DescribeFileSystems: () => inState('available'),
      DescribeLifecycleConfiguration: gone,
      DescribeBackupPolicy: gone,
    })
    expect(await fileSystem.read(fakeCtx(), [])).toEqual([])
  })
})

test('is born with its token, tags, modes and backups in one call', async () => {
  answers({ CreateFileSystem: () => ({ FileSystemId: 'fs-1' }) })
  expect(await fileSystem.create(fakeCtx(), address, FILES, 'a-token')).toBe('fs-1')
  expect(inputsOf('CreateFileSystem')).toMatchObject([
    {
      ...{ CreationToken: 'a-token', Encrypted: true, Backup: true },
      ...{ PerformanceMode: 'generalPurpose', ThroughputMode: 'elastic', Tags: expect.arrayContaining(OURS) },
    },
  ])
})

describe('becoming ready', () => {
  test('through creating, though a look may miss it', async () => {
    const states = [undefined, 'creating', 'creating', 'updating', 'available']
    answers({ DescribeFileSystems: (_, nth) => (states[nth - 1] ? inState(states[nth - 1]) : gone()) })
    await fileSystem.ready?.(fakeCtx(), 'fs-1')
    expect(called()).toHaveLength(5)
  })

  test.each(['error', 'deleting', 'deleted'])('%s ends the wait at once', async (state) => {
    answers({ DescribeFileSystems: () => inState(state) })
    await expect(fileSystem.ready?.(fakeCtx(), 'fs-1')).rejects.toThrow(`fs-1 is in state ${state}`)
    expect(called()).toHaveLength(1)
  })
})

describe('changing', () => {
  test('one that is being made is waited for', async () => {
    answers({
      PutLifecycleConfiguration: (_, nth) => (nth < 4 ? fail('IncorrectFileSystemLifeCycleState', 'no', 409) : {}),
    })
    const ctx = fakeCtx()
    await fileSystem.sync?.(ctx, FILES, live, new Set(['transitionToIa']))
    expect(inputsOf('PutLifecycleConfiguration')).toHaveLength(4)
    expect(ctx.notes).toEqual(['waiting for the file system to become available'])
  })

  test('the life cycle is given whole: one transition a policy, nothing to take all away', async () => {
    const put = (spec: Partial<FileSystemSpec>) =>
      fileSystem.sync?.(fakeCtx(), { ...FILES, ...spec }, live, new Set(['transitionToPrimary']))
    await put({ transitionToPrimary: 'AFTER_1_ACCESS' })
    await put({ transitionToIa: null })
    expect(inputsOf('PutLifecycleConfiguration').map(({ LifecyclePolicies }) => LifecyclePolicies)).toEqual([
      [{ TransitionToIA: 'AFTER_30_DAYS' }, { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' }],
      [],
    ])
  })

  test('backups are on when AWS says so, and off when there is no policy', async () => {
    const states = ['ENABLING', 'ENABLING', 'ENABLED']
    answers({ DescribeBackupPolicy: (_, nth) => ({ BackupPolicy: { Status: states[nth - 1] } }) })
    await fileSystem.sync?.(fakeCtx(), FILES, live, new Set(['automaticBackups']))
    expect(called()).toEqual(['PutBackupPolicy', ...states.map(() => 'DescribeBackupPolicy')])
    answers({ DescribeBackupPolicy: (_, nth) => (nth < 2 ? ENABLED() : fail('PolicyNotFound', 'none', 404)) })
    await fileSystem.sync?.(fakeCtx(), { ...FILES, automaticBackups: false }, live, new Set(['automaticBackups']))
    expect(inputsOf('PutBackupPolicy')).toEqual([{ FileSystemId: 'fs-1', BackupPolicy: { Status: 'DISABLED' } }])
    expect(inputsOf('DescribeBackupPolicy')).toHaveLength(2)
  })

  test('the throughput mode comes last, for AWS may refuse it for a day', async () => {
    answers({
      DescribeBackupPolicy: ENABLED,
      UpdateFileSystem: () => fail('TooManyRequests', 'wait 24 hours', 429),
    })
    const changed = new Set(['throughputMode', 'tags', 'transitionToIa', 'automaticBackups'] as const)
    await expect(fileSystem.sync?.(fakeCtx(), FILES, live, changed)).rejects.toMatchObject({
      message: 'AWS lets the throughput mode of fs-1 change once in 24 hours.',
      details: { awsCode: 'TooManyRequests' },
    })
    expect(called()).toEqual([
      ...['TagResource', 'PutLifecycleConfiguration', 'PutBackupPolicy', 'DescribeBackupPolicy', 'UpdateFileSystem'],
    ])
  })

  test('given-up tags go first', async () => {
    await fileSystem.sync?.(fakeCtx({ retired: ['old'] }), FILES, live, new Set(['tags']))
    expect(called()).toEqual(['UntagResource', 'TagResource'])
    expect(inputsOf('UntagResource')).toEqual([{ ResourceId: 'fs-1', TagKeys: ['old'] }])
  })

  test('what an emulator cannot change is said, and then taken as wanted', async () => {
    const lacking = () => fail('NotImplemented', 'moto has no such operation.', 501)
    answers({
      ...{ UpdateFileSystem: lacking, PutBackupPolicy: lacking },
      DescribeFileSystems: () => ({ FileSystems: [item('fs-1', { ThroughputMode: 'bursting' })] }),
    })
    const ctx = fakeCtx()
    const fields = async (from = ctx) => {
      const [found] = await fileSystem.read({ ...from, memo: (_, make) => make() }, [asked({})])
      return [found?.spec.throughputMode, found?.spec.automaticBackups]
    }
    expect(await fields()).toEqual(['bursting', false])
    await fileSystem.sync?.(ctx, FILES, live, new Set(['throughputMode', 'automaticBackups']))
    expect(ctx.notes).toEqual([
      'this emulator cannot change automatic backups',
      'this emulator cannot change the throughput mode',
    ])
    expect(await fields()).toEqual(['elastic', true])
    expect(await fields(fakeCtx())).toEqual(['bursting', false])
  })
})

describe('deleting', () => {
  const destroy = () => fileSystem.destroy(fakeCtx(), live, { deleteData: true, snapshotName: null })

  test('waits for the mount targets, and returns when it is gone', async () => {
    const states = ['available', 'deleting', 'deleting']
    answers({
      DeleteFileSystem: (_, nth) => (nth < 3 ? fail('FileSystemInUse', 'mounted', 409) : {}),
      DescribeFileSystems: (_, nth) => (states[nth - 1] ? inState(states[nth - 1]) : gone()),
    })
    await destroy()
    expect(inputsOf('DeleteFileSystem')).toHaveLength(3)
    expect(inputsOf('DescribeFileSystems')).toHaveLength(4)
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteFileSystem: gone, DescribeFileSystems: gone })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

test.each([
  ['available', 'healthy'],
  ['updating', 'healthy'],
  ['creating', 'unknown'],
  ['error', 'unhealthy'],
])('%s is %s, told by the listing of the look', async (state, health) => {
  answers({ DescribeFileSystems: () => inState(state) })
  const ctx = fakeCtx()
  await fileSystem.read(ctx, [])
  expect(await fileSystem.health?.(ctx, live)).toEqual({ state: health, detail: state })
  expect(inputsOf('DescribeFileSystems')).toHaveLength(1)
})

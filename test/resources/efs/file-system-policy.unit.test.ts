import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, expect, test } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type FileSystemPolicyOut,
  type FileSystemPolicySpec,
  fileSystemPolicy,
} from '../../../src/resources/efs/file-system-policy.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'efs:file-system-policy/files'
const policy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:role/new' }, Action: '*', Resource: '*' }],
}
const spec: FileSystemPolicySpec = { fileSystemId: 'fs-1', policy }
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: null, ...one })
const live: Found<FileSystemPolicySpec, FileSystemPolicyOut> = {
  ...{ address, id: 'fs-1', ours: true, tags: null, spec, out: { fileSystemId: 'fs-1' } },
}
const destroy = (ctx = fakeCtx()) => fileSystemPolicy.destroy(ctx, live, { deleteData: false, snapshotName: null })
const none = () => fail('PolicyNotFound', 'none', 404)
const systems =
  (...ids: string[]) =>
  () => ({ FileSystems: ids.map((FileSystemId) => ({ FileSystemId })) })

const { answers, called, inputsOf } = scripted(EFSClient)
beforeEach(() => answers({}))

test.each([
  ['InvalidPolicyException', 'Policy contains invalid Principal block', 'the new role to be known everywhere'],
  ['IncorrectFileSystemLifeCycleState', 'not available', 'the file system to become available'],
])('%s passes', async (code, message, what) => {
  answers({ PutFileSystemPolicy: (_, nth) => (nth < 3 ? fail(code, message) : {}) })
  const ctx = fakeCtx()
  expect(await fileSystemPolicy.create(ctx, address, spec, 't')).toBe('fs-1')
  expect(inputsOf('PutFileSystemPolicy')).toHaveLength(3)
  expect(ctx.notes).toEqual([`waiting for ${what}`])
})

test('a policy that is wrong is refused at once', async () => {
  answers({ PutFileSystemPolicy: () => fail('InvalidPolicyException', 'Policy contains invalid action') })
  await expect(fileSystemPolicy.create(fakeCtx(), address, spec, 't')).rejects.toThrow('action')
  expect(called()).toHaveLength(1)
})

test('looks at the remembered file system and the wanted one, at none that is gone or not known yet', async () => {
  answers({
    DescribeFileSystems: systems('old', 'new', 'same', 'other'),
    DescribeFileSystemPolicy: ({ FileSystemId }) => (FileSystemId === 'old' ? none() : { Policy: 'not json' }),
  })
  const found = await fileSystemPolicy.read(fakeCtx(), [
    asked({ id: 'old', spec: { fileSystemId: 'new' } }),
    asked({ id: 'same', spec: { fileSystemId: 'same' } }),
    asked({ id: 'gone', spec: { fileSystemId: UNKNOWN } }),
  ])
  expect(inputsOf('DescribeFileSystemPolicy').map(({ FileSystemId }) => FileSystemId)).toEqual(['old', 'new', 'same'])
  expect(found.map((one) => [one.id, one.spec.policy.Statement])).toEqual([
    ['new', []],
    ['same', []],
  ])
})

test.each(['PolicyNotFound', 'FileSystemNotFound'])('%s: there is none', async (code) => {
  answers({ DescribeFileSystems: systems('fs-1'), DescribeFileSystemPolicy: () => fail(code, 'none', 404) })
  expect(await fileSystemPolicy.read(fakeCtx(), [asked({ id: 'fs-1' })])).toEqual([])
})

test('is gone when EFS says so; at once when it was gone before', async () => {
  answers({ DescribeFileSystemPolicy: (_, nth) => (nth < 3 ? { Policy: '{}' } : none()) })
  await destroy()
  expect(inputsOf('DescribeFileSystemPolicy')).toHaveLength(3)
  answers({ DeleteFileSystemPolicy: () => fail('FileSystemNotFound', 'gone', 404) })
  await destroy()
  expect(called()).toEqual(['DeleteFileSystemPolicy'])
})

test('an emulator that cannot take it away is told, and nothing waited for', async () => {
  answers({ DeleteFileSystemPolicy: () => fail('SyntaxError', "Unexpected token '<'", 500) })
  const ctx = fakeCtx()
  await destroy(ctx)
  expect(called()).toEqual(['DeleteFileSystemPolicy'])
  expect(ctx.notes).toEqual(['this emulator takes the policy away only with the file system'])
})

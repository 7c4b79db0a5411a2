import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type AccessPointOut, type AccessPointSpec, accessPoint } from '../../../src/resources/efs/access-point.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'efs:access-point/products'
const spec: AccessPointSpec = {
  ...{ fileSystemId: 'fs-1', path: '/products', owner: { uid: 48, gid: 49, permissions: '0755' } },
  posixUser: { uid: 48, gid: 49 },
}
const live: Found<AccessPointSpec, AccessPointOut> = {
  ...{ address, id: 'fsap-1', ours: true, tags: {}, spec, out: { id: 'fsap-1', arn: 'arn:fsap-1' } },
}
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec, ...one })
const OURS = [
  { Key: 'ecom-infra:stack', Value: 'shop-dev' },
  { Key: 'ecom-infra:address', Value: address },
]
const item = (n: number, more: object = {}) => ({
  ...{ AccessPointId: `fsap-${n}`, AccessPointArn: `arn:fsap-${n}`, ClientToken: `token-${n}`, FileSystemId: 'fs-1' },
  RootDirectory: { Path: '/products', CreationInfo: { OwnerUid: 48, OwnerGid: 49, Permissions: '0755' } },
  ...{ PosixUser: { Uid: 48, Gid: 49 }, LifeCycleState: 'available', Tags: OURS, ...more },
})
const inState = (LifeCycleState?: string) => ({ AccessPoints: LifeCycleState ? [item(1, { LifeCycleState })] : [] })
const gone = () => fail('AccessPointNotFound', 'gone', 404)

const { answers, called, inputsOf } = scripted(EFSClient)
beforeEach(() => answers({}))

describe('reading', () => {
  test('every page; the leaving and the strange are left out, the broken is told as such', async () => {
    answers({
      DescribeAccessPoints: ({ NextToken }) =>
        NextToken
          ? { AccessPoints: [item(4, { LifeCycleState: 'error' }), item(5, { LifeCycleState: 'creating' })] }
          : {
              AccessPoints: [
                item(1, { LifeCycleState: 'deleting' }),
                item(2, { LifeCycleState: 'deleted' }),
                item(3, { Tags: [] }),
              ],
              NextToken: 'more',
            },
    })
    const found = await accessPoint.read(fakeCtx(), [])
    expect(found.map((one) => [one.id, one.failed])).toEqual([
      ['fsap-4', 'its state is error'],
      ['fsap-5', undefined],
    ])
    expect(found[1]?.spec).toEqual(spec)
  })

  test('one that an announced token made is ours before its tags show', async () => {
    answers({ DescribeAccessPoints: () => ({ AccessPoints: [item(1, { Tags: [] }), item(2, { Tags: [] })] }) })
    expect(await accessPoint.read(fakeCtx(), [asked({ token: 'token-2' })])).toMatchObject([
      { address, id: 'fsap-2', ours: true },
    ])
  })

  test('who comes in as who they are, into what nobody has described, differs', async () => {
    answers({
      DescribeAccessPoints: () => ({ AccessPoints: [item(1, { PosixUser: undefined, RootDirectory: { Path: '/' } })] }),
    })
    const [found] = await accessPoint.read(fakeCtx(), [])
    expect(found?.spec).toMatchObject({ path: '/', posixUser: null, owner: { uid: -1, gid: -1, permissions: '' } })
  })
})

test('root is a user like others, and nobody is none', async () => {
  const root = { uid: 0, gid: 0 }
  answers({ CreateAccessPoint: () => ({ AccessPointId: 'fsap-1' }) })
  await accessPoint.create(fakeCtx(), address, { ...spec, posixUser: root }, 't')
  await accessPoint.create(fakeCtx(), address, { ...spec, posixUser: null }, 't')
  expect(inputsOf('CreateAccessPoint').map(({ PosixUser }) => PosixUser)).toEqual([{ Uid: 0, Gid: 0 }, undefined])
  answers({ DescribeAccessPoints: () => ({ AccessPoints: [item(1, { PosixUser: { Uid: 0, Gid: 0 } })] }) })
  expect((await accessPoint.read(fakeCtx(), []))[0]?.spec.posixUser).toEqual(root)
})

test('waits for the file system, with the same token at every attempt, born tagged', async () => {
  answers({
    CreateAccessPoint: (_, nth) => (nth < 3 ? fail('IncorrectFileSystemLifeCycleState') : { AccessPointId: 'fsap-1' }),
  })
  expect(await accessPoint.create(fakeCtx(), address, spec, 'a-token')).toBe('fsap-1')
  expect(inputsOf('CreateAccessPoint').map(({ ClientToken }) => ClientToken)).toEqual(['a-token', 'a-token', 'a-token'])
  expect(inputsOf('CreateAccessPoint')[0]?.Tags).toEqual(expect.arrayContaining(OURS))
})

test('a token that is known is told as it is: the engine looks then', async () => {
  answers({ CreateAccessPoint: () => fail('AccessPointAlreadyExists', 'there', 409) })
  await expect(accessPoint.create(fakeCtx(), address, spec, 't')).rejects.toMatchObject({
    name: 'AccessPointAlreadyExists',
  })
  expect(called()).toHaveLength(1)
})

describe('becoming ready', () => {
  test('through creating, though a look may miss it', async () => {
    const states = [undefined, 'creating', 'creating', 'available']
    answers({ DescribeAccessPoints: (_, nth) => (states[nth - 1] ? inState(states[nth - 1]) : gone()) })
    await accessPoint.ready?.(fakeCtx(), 'fsap-1')
    expect(called()).toHaveLength(4)
  })

  test.each(['error', 'deleting', 'deleted'])('%s ends the wait at once', async (state) => {
    answers({ DescribeAccessPoints: () => inState(state) })
    await expect(accessPoint.ready?.(fakeCtx(), 'fsap-1')).rejects.toThrow(`fsap-1 is in state ${state}`)
    expect(called()).toHaveLength(1)
  })
})

describe('deleting', () => {
  const destroy = () => accessPoint.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })

  test('returns when it is gone', async () => {
    const states = ['available', 'deleting', 'deleting']
    answers({ DescribeAccessPoints: (_, nth) => (states[nth - 1] ? inState(states[nth - 1]) : gone()) })
    await destroy()
    expect(inputsOf('DescribeAccessPoints')).toHaveLength(4)
  })

  test('one that was gone already is a success', async () => {
    answers({ DeleteAccessPoint: gone, DescribeAccessPoints: gone })
    await expect(destroy()).resolves.toBeUndefined()
  })
})

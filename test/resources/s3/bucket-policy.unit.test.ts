import { S3Client } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type BucketPolicyOut, type BucketPolicySpec, bucketPolicy } from '../../../src/resources/s3/bucket-policy.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 's3:bucket-policy/logs'
const policy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:role/new' }, Action: 's3:*', Resource: '*' }],
}
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: null, ...one })
const live: Found<BucketPolicySpec, BucketPolicyOut> = {
  ...{ address, id: 'logs', ours: true, tags: null, out: { bucket: 'logs' } },
  spec: { bucket: 'logs', policy },
}

const { answers, called, inputsOf } = scripted(S3Client)
beforeEach(() => answers({}))

test('a role that S3 does not know yet is waited for', async () => {
  answers({ PutBucketPolicy: (_, nth) => (nth < 3 ? fail('MalformedPolicy', 'Invalid principal in policy') : {}) })
  const ctx = fakeCtx()
  expect(await bucketPolicy.create(ctx, address, { bucket: 'logs', policy }, 't')).toBe('logs')
  expect(inputsOf('PutBucketPolicy')).toHaveLength(3)
  expect(ctx.notes).toEqual(['waiting for the new role to be known everywhere'])
})

test('a policy that is wrong is refused at once', async () => {
  answers({ PutBucketPolicy: () => fail('MalformedPolicy', 'Policy has invalid resource') })
  await expect(bucketPolicy.create(fakeCtx(), address, { bucket: 'logs', policy }, 't')).rejects.toThrow('resource')
  expect(inputsOf('PutBucketPolicy')).toHaveLength(1)
})

test('looks at the remembered bucket and the wanted one, and at none that is not known yet', async () => {
  await bucketPolicy.read(fakeCtx(), [
    asked({ id: 'old', spec: { bucket: 'new' } }),
    asked({ id: 'same', spec: { bucket: 'same' } }),
    asked({ spec: { bucket: UNKNOWN } }),
    asked({ id: 'remembered' }),
  ])
  expect(inputsOf('GetBucketPolicy')).toEqual(
    ['old', 'new', 'same', 'remembered'].map((Bucket) => ({ Bucket, ExpectedBucketOwner: '123456789012' })),
  )
})

test.each(['NoSuchBucketPolicy', 'NoSuchBucket'])('%s: there is none', async (code) => {
  answers({ GetBucketPolicy: () => fail(code, 'none', 404) })
  expect(await bucketPolicy.read(fakeCtx(), [asked({ id: 'logs' })])).toEqual([])
})

test('what cannot be parsed differs from what is wanted', async () => {
  answers({ GetBucketPolicy: () => ({ Policy: 'not json' }) })
  const [found] = await bucketPolicy.read(fakeCtx(), [asked({ id: 'logs' })])
  expect(found?.spec.policy?.Statement).toEqual([])
})

test('is gone when S3 says so, and with its bucket', async () => {
  answers({ GetBucketPolicy: (_, nth) => (nth < 3 ? { Policy: '{}' } : fail('NoSuchBucketPolicy', 'none', 404)) })
  await bucketPolicy.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
  expect(inputsOf('GetBucketPolicy')).toHaveLength(3)
  const none = () => fail('NoSuchBucket', 'none', 404)
  answers({ DeleteBucketPolicy: none, GetBucketPolicy: none })
  await bucketPolicy.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
  expect(called()).toEqual(['DeleteBucketPolicy', 'GetBucketPolicy'])
})

describe('where none is wanted', () => {
  const wanted: BucketPolicySpec = { bucket: 'logs', policy: null }
  const bare: typeof live = { ...live, spec: wanted }

  test('a bucket that has none is found so, and a bucket that is not there is not', async () => {
    answers({ GetBucketPolicy: () => fail('NoSuchBucketPolicy', 'none', 404) })
    expect(await bucketPolicy.read(fakeCtx(), [asked({ spec: wanted })])).toEqual([bare])
    answers({ GetBucketPolicy: () => fail('NoSuchBucket', 'none', 404) })
    expect(await bucketPolicy.read(fakeCtx(), [asked({ spec: wanted })])).toEqual([])
  })

  test('one that is no longer wanted at all is not found', async () => {
    answers({ GetBucketPolicy: () => fail('NoSuchBucketPolicy', 'none', 404) })
    expect(await bucketPolicy.read(fakeCtx(), [asked({ id: 'logs' })])).toEqual([])
  })

  test('nothing is put on a bucket, and nothing has to be taken off', async () => {
    expect(await bucketPolicy.create(fakeCtx(), address, wanted, 't')).toBe('logs')
    await bucketPolicy.destroy(fakeCtx(), bare, { deleteData: false, snapshotName: null })
    expect(called()).toEqual([])
  })

  test('what somebody has put on it is taken off, once the bucket is free', async () => {
    answers({ DeleteBucketPolicy: (_, nth) => (nth < 3 ? fail('OperationAborted', 'busy', 409) : {}) })
    await bucketPolicy.sync?.(fakeCtx(), wanted, live, new Set(['policy']))
    expect(called()).toEqual(Array(3).fill('DeleteBucketPolicy'))
  })

  test('a right to read that is missing is no answer', async () => {
    answers({ GetBucketPolicy: () => fail('AccessDenied', 'no', 403) })
    await expect(bucketPolicy.read(fakeCtx(), [asked({ spec: wanted })])).rejects.toThrow('no')
  })
})

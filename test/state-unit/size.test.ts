import { S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { S3Store } from '../../src/state/s3-store.ts'
import { storedBytes } from '../../src/state/size.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail, scripted } from '../support/scripted.ts'

const s3 = scripted(S3Client)
const ctx = fakeCtx()
const store = new S3Store(ctx, ctx)
const versions = (...sizes: number[]) => sizes.map((Size) => ({ Key: 'shop-dev/manifest.json', Size }))

test('counts every version on every page, of one stack or of all', async () => {
  s3.answers({
    ListObjectVersions: ({ KeyMarker }) =>
      KeyMarker
        ? { Versions: versions(4) }
        : { Versions: versions(1, 2), IsTruncated: true, NextKeyMarker: 'k', NextVersionIdMarker: 'v' },
  })
  expect(await storedBytes(ctx, store, 'shop-dev/')).toBe(7)
  expect(s3.inputsOf('ListObjectVersions')).toMatchObject([
    { Prefix: 'shop-dev/', ExpectedBucketOwner: ctx.account },
    { KeyMarker: 'k', VersionIdMarker: 'v' },
  ])
})

test('more than can be counted in a moment, or not to be read, is not known', async () => {
  s3.answers({ ListObjectVersions: () => ({ Versions: versions(1), IsTruncated: true, NextKeyMarker: 'k' }) })
  expect(await storedBytes(ctx, store, '')).toBeNull()
  expect(s3.inputsOf('ListObjectVersions')).toHaveLength(10)
  s3.answers({ ListObjectVersions: () => fail('AccessDenied', 'no', 403) })
  expect(await storedBytes(ctx, store, '')).toBeNull()
})

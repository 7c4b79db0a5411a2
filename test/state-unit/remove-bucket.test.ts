import { S3Client } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import { removeStateBucket } from '../../src/state/remove-bucket.ts'
import { S3Store } from '../../src/state/s3-store.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail, scripted } from '../support/scripted.ts'

const s3 = scripted(S3Client)
const ctx = fakeCtx()
const store = new S3Store(ctx, { account: ctx.account, region: ctx.region })

interface Version {
  readonly Key: string
  readonly VersionId: string
  readonly IsLatest?: boolean
}
const older = (Key: string): Version => ({ Key, VersionId: `${Key}-1`, IsLatest: false })
const marker = (Key: string): Version => ({ Key, VersionId: `${Key}-2`, IsLatest: true })
const here = (Key: string): Version => ({ Key, VersionId: `${Key}-9`, IsLatest: true })

const deleted = () =>
  s3.inputsOf('DeleteObjects').map(({ Delete }) => (Delete as { Objects: readonly Version[] }).Objects)

/** Pages of versions, the same at each listing; all that is stored was deleted before. */
const past = (...pages: readonly { readonly Versions?: Version[]; readonly DeleteMarkers?: Version[] }[]) => ({
  ListObjectVersions: ({ KeyMarker }: Readonly<Record<string, unknown>>) => {
    const at = KeyMarker === undefined ? 0 : Number(KeyMarker)
    return { ...pages[at], IsTruncated: at + 1 < pages.length, NextKeyMarker: `${at + 1}`, NextVersionIdMarker: 'v' }
  },
})

beforeEach(() => s3.answers({}))

test('where nothing is stored any more, all that was goes by its version, and the bucket with it', async () => {
  const [lock, manifest] = ['shop-dev/lock.json', 'shop-dev/manifest.json']
  s3.answers(past({ DeleteMarkers: [marker(lock)] }, { Versions: [older(lock), older(manifest)] }))
  expect(await removeStateBucket(ctx, store)).toBe(true)
  // A marker that went before its versions would bring the last of them back.
  expect(deleted()).toEqual(
    [[older(lock), older(manifest)], [marker(lock)]].map((those) =>
      those.map(({ Key, VersionId }) => ({ Key, VersionId })),
    ),
  )
  expect(s3.called()).toContain('DeleteBucket')
})

describe('another stack that begins meanwhile', () => {
  test('after the look: what it has stored stays, and so does the bucket', async () => {
    s3.answers(past({ Versions: [here('other-dev/lock.json')], DeleteMarkers: [marker('shop-dev/lock.json')] }))
    expect(await removeStateBucket(ctx, store)).toBe(false)
    expect(deleted()).toEqual([])
    expect(s3.called()).not.toContain('DeleteBucket')
  })

  test('between two listings: nothing of it is deleted', async () => {
    const pages = [
      { Versions: [older('a')] },
      { Versions: [here('other-dev/lock.json')], DeleteMarkers: [marker('a')] },
    ]
    s3.answers({ ListObjectVersions: (_, nth) => pages[nth - 1] })
    expect(await removeStateBucket(ctx, store)).toBe(false)
    expect(deleted()).toEqual([[{ Key: 'a', VersionId: 'a-1' }]])
    expect(s3.called()).not.toContain('DeleteBucket')
  })

  test('at the very last: S3 refuses to delete the bucket, and it stays', async () => {
    s3.answers({ DeleteBucket: () => fail('BucketNotEmpty', 'not empty', 409) })
    expect(await removeStateBucket(ctx, store)).toBe(false)
  })

  test('before it: nothing is even listed by version', async () => {
    const LastModified = new Date()
    s3.answers({ ListObjectsV2: () => ({ Contents: [{ Key: 'other-dev/lock.json', ETag: '"e"', LastModified }] }) })
    expect(await removeStateBucket(ctx, store)).toBe(false)
    expect(s3.called()).toEqual(['ListObjectsV2'])
  })
})

import {
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, test } from 'vitest'
import { deleteFromSite, listSite, refuseForeignSite, sha256Of } from '../../src/aws/site-bucket.ts'
import { fakeCtx, refusal } from '../support/fake-ctx.ts'

const s3 = mockClient(S3Client)
const BUCKET = 'shop-dev-assets'
const OWNED = { Bucket: BUCKET, ExpectedBucketOwner: '123456789012' }
beforeEach(() => s3.reset())

describe('a bucket is only written to when it is', () => {
  const tagged = (Value: string) =>
    s3.on(GetBucketTaggingCommand).resolves({ TagSet: [{ Key: 'ecom-infra:stack', Value }] })

  test('the stack’s own, by owner and tag', async () => {
    tagged('shop-dev')
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).resolves.toBeUndefined()
    expect(s3.commandCalls(GetBucketTaggingCommand)[0]?.args[0].input).toEqual(OWNED)
  })

  test('not another stack’s, and not one without tags', async () => {
    tagged('shop-prod')
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).rejects.toMatchObject({ code: 'ForeignBucket', exit: 2 })
    s3.on(GetBucketTaggingCommand).rejects(refusal('NoSuchTagSet', 'none', 404))
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).rejects.toMatchObject({ code: 'ForeignBucket' })
  })

  test('not another account’s or region’s', async () => {
    s3.on(GetBucketTaggingCommand).rejects(refusal('AccessDenied', 'no', 403))
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).rejects.toMatchObject({ code: 'BucketDenied', exit: 2 })
    s3.on(GetBucketTaggingCommand).rejects(refusal('PermanentRedirect', 'elsewhere', 301))
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).rejects.toMatchObject({ code: 'BucketDenied' })
  })

  test('there', async () => {
    s3.on(GetBucketTaggingCommand).rejects(refusal('NoSuchBucket', 'none', 404))
    const wanted = { code: 'NoBucket', exit: 2, details: { hint: expect.stringContaining('ecom-infra up') } }
    await expect(refuseForeignSite(fakeCtx(), BUCKET)).rejects.toMatchObject(wanted)
  })
})

test('the listing is read to its end, with names that XML cannot carry', async () => {
  const page = (Key: string | null, more?: string) => ({
    ...(Key === null ? {} : { Contents: [{ Key, Size: 3, ETag: '"abc"' }] }),
    ...{ EncodingType: 'url' as const, IsTruncated: more !== undefined, NextContinuationToken: more },
  })
  s3.on(ListObjectsV2Command, { ...OWNED, EncodingType: 'url' }).resolves(page('a%2Bb+c%01.txt', 'more'))
  s3.on(ListObjectsV2Command, { ContinuationToken: 'more' }).resolves(page(null, 'again'))
  s3.on(ListObjectsV2Command, { ContinuationToken: 'again' }).resolves(page('z/%C3%BC.html'))
  expect([...(await listSite(fakeCtx(), BUCKET))]).toEqual([
    ['a+b c\u0001.txt', { bytes: 3, etag: 'abc' }],
    ['z/ü.html', { bytes: 3, etag: 'abc' }],
  ])
})

test('an endpoint that does not encode names is taken at its word', async () => {
  s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a+b%20.txt', Size: 1, ETag: 'x' }] })
  expect([...(await listSite(fakeCtx(), BUCKET)).keys()]).toEqual(['a+b%20.txt'])
})

describe('the sum of an object', () => {
  const head = (answer: object) => s3.on(HeadObjectCommand).resolves(answer)
  const sum = () => sha256Of(fakeCtx(), BUCKET, 'a')

  test('is S3’s own where it has one', async () => {
    head({ ChecksumSHA256: 'real=', Metadata: { sha256: 'claimed=' } })
    expect(await sum()).toBe('real=')
    expect(s3.commandCalls(HeadObjectCommand)[0]?.args[0].input).toEqual({
      ...OWNED,
      Key: 'a',
      ChecksumMode: 'ENABLED',
    })
  })

  test('is what we have noted of one that was uploaded in pieces, which has a sum of sums', async () => {
    head({ ChecksumSHA256: 'pieces=-3', Metadata: { sha256: 'noted=' } })
    expect(await sum()).toBe('noted=')
  })

  test('may be unknown: another program has uploaded it, or it has just gone', async () => {
    head({ Metadata: {} })
    expect(await sum()).toBe(null)
    s3.on(HeadObjectCommand).rejects(refusal('NotFound', 'gone', 404))
    expect(await sum()).toBe(null)
  })
})

describe('deleting', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)

  test('goes by the thousand', async () => {
    s3.on(DeleteObjectsCommand).resolves({})
    const told: number[] = []
    await deleteFromSite(fakeCtx(), BUCKET, keys(2_500), (gone) => told.push(gone.length))
    expect(told).toEqual([1_000, 1_000, 500])
    expect(s3.commandCalls(DeleteObjectsCommand)[0]?.args[0].input).toMatchObject({
      ...OWNED,
      Delete: { Quiet: true, Objects: { length: 1_000 } },
    })
  })

  test('sees what S3 refuses in an answer that looks well', async () => {
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'k1', Code: 'AccessDenied', Message: 'Not yours.' }] })
    const told: (readonly string[])[] = []
    const wanted = { code: 'NotDeleted', exit: 1, details: { awsCode: 'AccessDenied', hint: 'Not yours.' } }
    await expect(deleteFromSite(fakeCtx(), BUCKET, keys(3), (gone) => told.push(gone))).rejects.toMatchObject(wanted)
    expect(told).toEqual([['k0', 'k2']])
  })
})

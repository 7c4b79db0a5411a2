import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { S3Client } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import { bucketNameOf } from '../../../src/aws/names.ts'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Asked, Found } from '../../../src/engine/resource.ts'
import { type BucketOut, type BucketSpec, bucket } from '../../../src/resources/s3/bucket.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const ACCOUNT = '123456789012'
const name = `shop-dev-assets-${ACCOUNT}-us-east-1`
const address = 's3:bucket/assets'
const terms = { deleteData: true, snapshotName: null }

const spec: BucketSpec = {
  name,
  versioning: 'Enabled',
  encryption: 'AES256',
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: true,
    restrictPublicBuckets: true,
  },
  ownership: 'BucketOwnerEnforced',
  lifecycle: [{ id: 'old', prefix: '', noncurrentDays: 30, abortUploadDays: 7 }],
}

const live: Found<BucketSpec, BucketOut> = {
  address,
  id: name,
  ours: true,
  spec,
  tags: {},
  out: { name, arn: `arn:aws:s3:::${name}` },
}

const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: { name }, ...one })

const { answers, called, inputsOf } = scripted(S3Client)
const tagging = scripted(ResourceGroupsTaggingAPIClient)

beforeEach(() => {
  answers({})
  tagging.answers({})
})

describe('creating', () => {
  test.each([
    [undefined, 'BucketAlreadyOwnedByYou'],
    [403, 'BucketAlreadyExists'],
    [301, 'BucketAlreadyExists'],
  ])('a taken name is never created again (HEAD answers %s)', async (status, code) => {
    answers({ HeadBucket: () => (status === undefined ? {} : fail('UnknownError', 'none', status)) })
    await expect(bucket.create(fakeCtx(), address, spec, 't')).rejects.toMatchObject({ name: code })
    expect(called()).toEqual(['HeadBucket'])
  })

  test('a failed look is no free name', async () => {
    answers({ HeadBucket: () => fail('ServiceUnavailable', 'later', 503) })
    await expect(bucket.create(fakeCtx(), address, spec, 't')).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    expect(inputsOf('CreateBucket')).toEqual([])
  })

  test.each([
    ['us-east-1', undefined],
    ['eu-central-1', 'eu-central-1'],
  ])('in %s the location constraint is %s, and it is born with its tags', async (region, constraint) => {
    answers({ HeadBucket: () => fail('NotFound', 'none', 404) })
    expect(await bucket.create(fakeCtx({ region }), address, spec, 't')).toBe(name)
    const [input] = inputsOf('CreateBucket') as { CreateBucketConfiguration: Record<string, unknown> }[]
    expect(input?.CreateBucketConfiguration.LocationConstraint).toBe(constraint)
    expect(input?.CreateBucketConfiguration.Tags).toContainEqual({ Key: 'ecom-infra:stack', Value: 'shop-dev' })
  })

  test('a name that was deleted a moment ago is waited for', async () => {
    answers({
      HeadBucket: () => fail('NotFound', 'none', 404),
      CreateBucket: (_, nth) => (nth < 3 ? fail('OperationAborted', 'A conflicting conditional operation', 409) : {}),
    })
    const ctx = fakeCtx()
    expect(await bucket.create(ctx, address, spec, 't')).toBe(name)
    expect(ctx.notes).toEqual(['waiting for another operation on the bucket to end'])
  })
})

describe('reading', () => {
  const names = (...list: string[]) => ({ Buckets: list.map((Name) => ({ Name })) })
  const tags = (stack: string) => ({ TagSet: [{ Key: 'ecom-infra:stack', Value: stack }] })

  test('finds by name and tags, over all pages, what no manifest remembers', async () => {
    const long = { stack: 'a-very-long-shop-name-staging', region: 'ap-southeast-1' }
    const cut = bucketNameOf(long.stack, 'access-logs', ACCOUNT, long.region)
    expect(cut.startsWith(`${long.stack}-`)).toBe(false)
    answers({
      ListBuckets: (_, nth) =>
        nth === 1 ? { ...names('a-very-long-tale', cut), ContinuationToken: 'more' } : names(`${long.stack}-x`),
      GetBucketTagging: () => tags(long.stack),
    })
    const found = await bucket.read(fakeCtx(long), [])
    expect(found.map(({ id, ours }) => [id, ours])).toEqual([
      [cut, true],
      [`${long.stack}-x`, true],
    ])
    expect(inputsOf('GetBucketTagging').map(({ Bucket }) => Bucket)).not.toContain('a-very-long-tale')
  })

  test.each([
    ['untagged', () => fail('NoSuchTagSet', 'none', 404), undefined],
    ["another stack's", () => tags('shop-dev-2'), undefined],
    ["another account's", () => fail('AccessDenied', 'no', 403), expect.stringContaining('another account')],
    ["another region's", () => fail('PermanentRedirect', 'elsewhere', 301), expect.stringContaining('region')],
  ])('one under our name that is %s is not ours; what is closed to us says so', async (_, answer, closed) => {
    answers({ ListBuckets: () => names(name), GetBucketTagging: answer })
    expect(await bucket.read(fakeCtx(), [])).toEqual([])
    const [found] = await bucket.read(fakeCtx(), [asked({})])
    expect(found).toMatchObject({ address, id: name, ours: false })
    expect(found?.closed).toEqual(closed)
  })

  test("another account's bucket stays not ours, even when the manifest remembers it", async () => {
    answers({ GetBucketTagging: () => fail('AccessDenied', 'no', 403) })
    expect(await bucket.read(fakeCtx(), [asked({ id: name, token: 't' })])).toMatchObject([{ ours: false }])
    expect(called()).toEqual(['ListBuckets', 'GetBucketTagging'])
  })

  test.each([{ token: 'announced' }, { id: name }])('an untagged one that we made is ours: %o', async (how) => {
    answers({ GetBucketTagging: () => fail('NoSuchTagSet', 'none', 404) })
    expect(await bucket.read(fakeCtx(), [asked(how)])).toMatchObject([{ address, ours: true, tags: {} }])
  })

  test('bad credentials are not taken for a stranger', async () => {
    answers({ GetBucketTagging: () => fail('ExpiredToken', 'old', 400) })
    await expect(bucket.read(fakeCtx(), [asked({})])).rejects.toMatchObject({ name: 'ExpiredToken' })
  })

  test('a bucket that is not there is absent, and so is one that goes in between', async () => {
    answers({ GetBucketTagging: () => fail('NoSuchBucket', 'none', 404) })
    expect(await bucket.read(fakeCtx(), [asked({ id: name })])).toEqual([])
  })

  describe('shown by the tagging API as it should be', () => {
    const look = async (script: Parameters<typeof answers>[0]) => {
      const ctx = fakeCtx({ wide: true })
      const Tags = Object.entries(ctx.tags(address)).map(([Key, Value]) => ({ Key, Value }))
      const shown = { ResourceTagMappingList: [{ ResourceARN: `arn:aws:s3:::${name}`, Tags }] }
      tagging.answers({ GetResources: () => shown })
      answers({ ListBuckets: () => names(name), ...script })
      return bucket.read(ctx, [asked({ id: name })])
    }

    test('it is not asked for its tags', async () => {
      const found = await look({ GetBucketVersioning: () => ({ Status: 'Enabled' }) })
      expect(found).toMatchObject([{ address, ours: true, tags: fakeCtx().tags(address) }])
      expect(called()).not.toContain('GetBucketTagging')
    })

    test('one that is gone is a ghost there', async () => {
      const gone = () => fail('NoSuchBucket', 'none', 404)
      const all = ['Versioning', 'Encryption', 'OwnershipControls', 'LifecycleConfiguration', 'Tagging']
      const script = Object.fromEntries(all.map((what) => [`GetBucket${what}`, gone]))
      expect(await look({ ...script, GetPublicAccessBlock: gone })).toEqual([])
    })

    test.each([
      ["is another account's by now", 'AccessDenied', 403],
      ["is another region's by now", 'PermanentRedirect', 301],
    ])('one that %s is not ours', async (_, code, status) => {
      const closed = () => fail(code, 'no', status)
      const found = await look({ GetBucketVersioning: closed, GetBucketTagging: closed })
      expect(found).toMatchObject([{ address, ours: false, spec: { versioning: 'Disabled' } }])
    })

    test('a right that is missing is told, and takes nothing from us', async () => {
      const script = {
        GetBucketVersioning: () => fail('AccessDenied', 'no', 403),
        GetBucketTagging: () => tags('shop-dev'),
      }
      await expect(look(script)).rejects.toMatchObject({ name: 'AccessDenied' })
    })
  })

  test('what was never set is read as unset', async () => {
    answers({
      GetBucketTagging: () => tags('shop-dev'),
      GetBucketEncryption: () => fail('ServerSideEncryptionConfigurationNotFoundError', 'none', 404),
      GetPublicAccessBlock: () => fail('NoSuchPublicAccessBlockConfiguration', 'none', 404),
      GetBucketOwnershipControls: () => fail('OwnershipControlsNotFoundError', 'none', 404),
      GetBucketLifecycleConfiguration: () => fail('NoSuchLifecycleConfiguration', 'none', 404),
    })
    const [found] = await bucket.read(fakeCtx(), [asked({})])
    const no = false
    expect(found?.spec).toEqual({
      name,
      versioning: 'Disabled',
      encryption: null,
      publicAccessBlock: {
        ...{ blockPublicAcls: no, ignorePublicAcls: no, blockPublicPolicy: no, restrictPublicBuckets: no },
      },
      ownership: null,
      lifecycle: [],
    })
  })

  test.each([
    ['deletes more', { Expiration: { Days: 1 } }],
    ['is off', { Status: 'Disabled' }],
    ['keeps some', { NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 9 } }],
    ['takes less', { Filter: { Prefix: '', ObjectSizeGreaterThan: 5 } }],
  ])('a rule of our name that %s is no rule of ours', async (_, change) => {
    const rule = {
      ...{ ID: 'old', Status: 'Enabled', Filter: { Prefix: '' } },
      ...{ NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
      ...{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    }
    const changes = async (Rules: object[]) => {
      answers({ GetBucketTagging: () => tags('shop-dev'), GetBucketLifecycleConfiguration: () => ({ Rules }) })
      const [found] = await bucket.read(fakeCtx(), [asked({})])
      if (!found) throw new Error('nothing found')
      return diff(bucket as unknown as AnyType, spec, {}, found).some(({ field }) => field === 'lifecycle')
    }
    expect(await changes([rule])).toBe(false)
    expect(await changes([{ ...rule, ...change }])).toBe(true)
  })
})

describe('syncing', () => {
  const all = new Set(['tags', ...Object.keys(bucket.fields)] as (keyof BucketSpec | 'tags')[])

  test('one call after the other, in the order of S3, each to our account only', async () => {
    await bucket.sync?.(fakeCtx(), spec, live, all)
    expect(called()).toEqual([
      'GetBucketTagging',
      'PutBucketTagging',
      'PutBucketOwnershipControls',
      'PutPublicAccessBlock',
      'PutBucketVersioning',
      'PutBucketEncryption',
      'PutBucketLifecycleConfiguration',
    ])
    const owners = [...new Set(called())].map((operation) => inputsOf(operation)[0]?.ExpectedBucketOwner)
    expect(owners).toEqual(owners.map(() => ACCOUNT))
  })

  test('what is unset is deleted, and versioning is suspended: it cannot be unset', async () => {
    const bare: BucketSpec = { ...spec, versioning: 'Disabled', encryption: null, ownership: null, lifecycle: [] }
    await bucket.sync?.(fakeCtx(), bare, live, new Set(['versioning', 'encryption', 'ownership', 'lifecycle'] as const))
    expect(called()).toEqual([
      'DeleteBucketOwnershipControls',
      'PutBucketVersioning',
      'DeleteBucketEncryption',
      'DeleteBucketLifecycle',
    ])
    expect(inputsOf('PutBucketVersioning')[0]?.VersioningConfiguration).toEqual({ Status: 'Suspended' })
    const changes = diff(
      bucket as unknown as AnyType,
      bare,
      {},
      {
        ...live,
        spec: { ...bare, versioning: 'Suspended', encryption: 'AES256' },
      },
    )
    expect(changes).toEqual([])
  })

  test('the tags of others stay', async () => {
    answers({
      GetBucketTagging: () => ({
        TagSet: [
          { Key: 'aws:theirs', Value: '1' },
          { Key: 'Name', Value: 'x' },
        ],
      }),
    })
    await bucket.sync?.(fakeCtx(), spec, live, new Set(['tags'] as const))
    const [input] = inputsOf('PutBucketTagging') as { Tagging: { TagSet: { Key: string; Value: string }[] } }[]
    expect(input?.Tagging.TagSet).toEqual(
      expect.arrayContaining([
        { Key: 'aws:theirs', Value: '1' },
        { Key: 'Name', Value: 'shop-dev-assets' },
      ]),
    )
    expect(input?.Tagging.TagSet.filter(({ Key }) => Key === 'Name')).toHaveLength(1)
  })

  test.each([
    ['NoSuchBucket', 404],
    ['OperationAborted', 409],
  ])('%s right after the creation passes', async (code, status) => {
    answers({ PutPublicAccessBlock: (_, nth) => (nth < 3 ? fail(code, code, status) : {}) })
    await bucket.sync?.(fakeCtx(), spec, live, new Set(['publicAccessBlock'] as const))
    expect(inputsOf('PutPublicAccessBlock')).toHaveLength(3)
  })
})

describe('parting', () => {
  const versions = (count: number, more = false) => ({
    Versions: Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, VersionId: `v${n}`, Size: 512 })),
    IsTruncated: more,
    ...(more ? { NextKeyMarker: 'k', NextVersionIdMarker: 'v' } : {}),
  })
  const gone = () => fail('NotFound', 'none', 404)

  test.each([
    [{}, []],
    [versions(3), [`bucket ${name} with 3 objects (1.5 KiB)`]],
    [{ DeleteMarkers: [{ Key: 'k' }] }, [`bucket ${name} with 1 delete marker (0 bytes)`]],
    [
      {
        Versions: [
          { Key: 'k', Size: 7 },
          { Key: 'k', Size: 5, IsLatest: false },
        ],
        DeleteMarkers: [{ Key: 'l' }],
      },
      [`bucket ${name} with 1 object, 1 older version, 1 delete marker (12 bytes)`],
    ],
  ])('tells what would be lost', async (answer, losses) => {
    answers({ ListObjectVersions: () => answer })
    expect(await bucket.farewell?.(fakeCtx(), live)).toEqual({ blockers: [], losses })
  })

  test('counts page by page, and no further than 10,000', async () => {
    const losses = async (last: number) => {
      answers({ ListObjectVersions: (_, nth) => versions(1000, nth < last) })
      return (await bucket.farewell?.(fakeCtx(), live))?.losses
    }
    expect(await losses(3)).toEqual([`bucket ${name} with 3,000 objects (1.46 MiB)`])
    expect(inputsOf('ListObjectVersions')[2]).toMatchObject({ KeyMarker: 'k', VersionIdMarker: 'v' })
    expect(await losses(10)).toEqual([`bucket ${name} with 10,000 objects (4.88 MiB)`])
    expect(await losses(99)).toEqual([`bucket ${name} with more than 10,000 objects, 4.88 MiB so far`])
    expect(inputsOf('ListObjectVersions')).toHaveLength(10)
  })

  test('content that may not be seen counts as content', async () => {
    answers({ ListObjectVersions: () => fail('AccessDenied', 'no', 403) })
    const { losses } = (await bucket.farewell?.(fakeCtx(), live)) ?? { losses: [] }
    expect(losses).toEqual([`bucket ${name}, whose content may not be listed (AccessDenied)`])
  })

  test('is refused when not empty and nobody said that the data may go', async () => {
    answers({ DeleteBucket: () => fail('BucketNotEmpty', 'not empty', 409) })
    await expect(bucket.destroy(fakeCtx(), live, { ...terms, deleteData: false })).rejects.toMatchObject({
      code: 'BucketNotEmpty',
      details: { hint: expect.stringContaining('--delete-data') },
    })
    expect(called()).toEqual(['DeleteBucket'])
  })

  test('empties every page, markers and uploads included, at most 1,000 at a time', async () => {
    answers({
      ListMultipartUploads: (_, nth) => ({
        Uploads: [{ Key: 'u', UploadId: `u${nth}` }],
        IsTruncated: nth === 1,
        ...{ NextKeyMarker: 'u', NextUploadIdMarker: 'u1' },
      }),
      AbortMultipartUpload: (_, nth) => (nth === 1 ? fail('NoSuchUpload', 'none', 404) : {}),
      ListObjectVersions: (_, nth) =>
        nth === 1 ? versions(1000, true) : { DeleteMarkers: [{ Key: 'marker', VersionId: 'm' }], IsTruncated: false },
      HeadBucket: gone,
    })
    await bucket.destroy(fakeCtx(), live, terms)
    expect(inputsOf('AbortMultipartUpload').map(({ UploadId }) => UploadId)).toEqual(['u1', 'u2'])
    const batches = inputsOf('DeleteObjects') as { Delete: { Objects: object[] } }[]
    expect(batches.map(({ Delete }) => Delete.Objects.length)).toEqual([1000, 1])
    expect(batches[1]?.Delete.Objects).toEqual([{ Key: 'marker', VersionId: 'm' }])
    expect(inputsOf('ListObjectVersions')[1]).toMatchObject({ KeyMarker: 'k', VersionIdMarker: 'v' })
    expect(inputsOf('DeleteBucket')).toEqual([{ Bucket: name, ExpectedBucketOwner: ACCOUNT }])
  })

  test('a refusal inside a 200 is a failure', async () => {
    answers({
      ListObjectVersions: () => versions(2),
      DeleteObjects: () => ({ Errors: [{ Key: 'k1', Code: 'AccessDenied', Message: 'Access Denied' }] }),
    })
    await expect(bucket.destroy(fakeCtx(), live, terms)).rejects.toMatchObject({
      code: 'NotEmptied',
      message: expect.stringContaining('"k1"'),
      details: { awsCode: 'AccessDenied' },
    })
    expect(inputsOf('DeleteBucket')).toEqual([])
  })

  test('late writers and hiccups: emptied again until it goes', async () => {
    answers({
      ListObjectVersions: () => versions(1),
      DeleteObjects: (_, nth) => (nth === 1 ? { Errors: [{ Key: 'k0', Code: 'InternalError' }] } : {}),
      DeleteBucket: (_, nth) => (nth < 3 ? fail('BucketNotEmpty', 'not empty', 409) : {}),
      HeadBucket: gone,
    })
    await bucket.destroy(fakeCtx(), live, terms)
    expect(inputsOf('DeleteObjects')).toHaveLength(3)
  })

  test('is waited for until it is gone, and gone already is gone', async () => {
    answers({ HeadBucket: (_, nth) => (nth < 3 ? {} : gone()) })
    await bucket.destroy(fakeCtx(), live, terms)
    expect(inputsOf('HeadBucket')).toHaveLength(3)
    const none = () => fail('NoSuchBucket', 'none', 404)
    answers({ ListMultipartUploads: none, ListObjectVersions: none, DeleteBucket: none, HeadBucket: gone })
    await bucket.destroy(fakeCtx(), live, terms)
  })
})

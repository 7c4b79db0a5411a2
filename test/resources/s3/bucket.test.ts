import { expect } from 'vitest'
import { bucketNameOf } from '../../../src/aws/names.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { type BucketSpec, bucket } from '../../../src/resources/s3/bucket.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const nameIn = ({ stack, account, region }: World, what: string) => bucketNameOf(stack, what, account, region)

const open = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
}
const shut = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
}

const first: Omit<BucketSpec, 'name'> = {
  versioning: 'Enabled',
  encryption: 'AES256',
  publicAccessBlock: shut,
  ownership: 'BucketOwnerEnforced',
  lifecycle: [
    { id: 'old-versions', prefix: '', noncurrentDays: 30, abortUploadDays: null },
    { id: 'uploads', prefix: 'tmp/', noncurrentDays: null, abortUploadDays: 7 },
  ],
}

const changed: Omit<BucketSpec, 'name'> = {
  versioning: 'Suspended',
  encryption: 'aws:kms',
  publicAccessBlock: open,
  ownership: 'ObjectWriter',
  lifecycle: [],
}

keepsTheContract({
  address: 's3:bucket/assets',
  graph(world, variant) {
    const graph = new Graph()
    const spec = variant === 'changed' ? changed : first
    const name = nameIn(world, variant === 'replaced' ? 'other' : 'assets')
    graph.layer('Data').add(bucket, 'assets', { name, ...spec })
    return graph
  },
  async verify({ raw, stack }, id, variant) {
    const at = { Bucket: id }
    const [versioning, encryption, block, ownership, tags] = await Promise.all([
      raw.s3.getBucketVersioning(at),
      raw.s3.getBucketEncryption(at),
      raw.s3.getPublicAccessBlock(at),
      raw.s3.getBucketOwnershipControls(at),
      raw.s3.getBucketTagging(at),
    ])
    const is = variant === 'first'
    expect(versioning.Status).toBe(is ? 'Enabled' : 'Suspended')
    const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? []
    expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe(is ? 'AES256' : 'aws:kms')
    expect(block.PublicAccessBlockConfiguration).toEqual({
      ...{ BlockPublicAcls: is, IgnorePublicAcls: is, BlockPublicPolicy: is, RestrictPublicBuckets: is },
    })
    expect(ownership.OwnershipControls?.Rules?.[0]?.ObjectOwnership).toBe(is ? 'BucketOwnerEnforced' : 'ObjectWriter')
    expect(tags.TagSet).toEqual(
      expect.arrayContaining([
        { Key: 'ecom-infra:stack', Value: stack },
        { Key: 'ecom-infra:address', Value: 's3:bucket/assets' },
        { Key: 'Name', Value: `${stack}-assets` },
        { Key: 'team', Value: 'web' },
      ]),
    )
    if (is) {
      const { Rules } = await raw.s3.getBucketLifecycleConfiguration(at)
      expect(
        Rules?.map(({ ID, NoncurrentVersionExpiration: old, AbortIncompleteMultipartUpload: abort }) => [
          ...[ID, old?.NoncurrentDays, abort?.DaysAfterInitiation],
        ]),
      ).toEqual([
        ['old-versions', 30, undefined],
        ['uploads', undefined, 7],
      ])
    } else {
      await expect(raw.s3.getBucketLifecycleConfiguration(at)).rejects.toThrow('does not exist')
    }
  },
  drifts: {
    versioning: ({ raw }, Bucket) =>
      raw.s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    encryption: ({ raw }, Bucket) =>
      raw.s3.putBucketEncryption({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
        },
      }),
    publicAccessBlock: ({ raw }, Bucket) => raw.s3.deletePublicAccessBlock({ Bucket }),
    ownership: ({ raw }, Bucket) => raw.s3.deleteBucketOwnershipControls({ Bucket }),
    // Our rule by name and days, which now deletes what is current as well.
    lifecycle: ({ raw }, Bucket) =>
      raw.s3.putBucketLifecycleConfiguration({
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: 'old-versions',
              Status: 'Enabled',
              Filter: { Prefix: '' },
              NoncurrentVersionExpiration: { NoncurrentDays: 30 },
              Expiration: { Days: 1 },
            },
            {
              ID: 'uploads',
              Status: 'Enabled',
              Filter: { Prefix: 'tmp/' },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
            },
          ],
        },
      }),
    tags: async ({ raw, stack }, Bucket) =>
      raw.s3.putBucketTagging({
        Bucket,
        Tagging: {
          TagSet: [
            { Key: 'ecom-infra:stack', Value: stack },
            { Key: 'ecom-infra:address', Value: 's3:bucket/assets' },
            { Key: 'Name', Value: 'not ours' },
            { Key: 'a-stranger', Value: 'stays' },
          ],
        },
      }),
  },
  vanish: ({ raw }, Bucket) => raw.s3.deleteBucket({ Bucket }),
  gone: ({ raw }, Bucket) =>
    raw.s3.headBucket({ Bucket }).then(
      () => false,
      (error) => error.$metadata.httpStatusCode === 404,
    ),
  replaced: 'blocked',
})

import { expect, it } from 'vitest'
import { tagsIn } from './raw.ts'
import type { Stack } from './stack.ts'

/** The bucket of static files, the bucket of the state, and the log groups. */
export function storesStand(open: () => Stack): void {
  it('keeps static files in a bucket that is versioned, encrypted and closed', async () => {
    const { raw, account } = open()
    const Bucket = `shop-dev-assets-${account.id}-us-east-1`
    await expectClosed(open(), Bucket)
    const { Rules } = await raw.s3.getBucketLifecycleConfiguration({ Bucket })
    expect(Rules).toMatchObject([
      {
        Status: 'Enabled',
        Filter: { Prefix: '' },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ])
    // On an `http:` endpoint the policy would lock everybody out (cli.md).
    await expect(raw.s3.getBucketPolicy({ Bucket })).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' })
  })

  it('keeps the state in a bucket of its own, as closed, and leaves no lock in it', async () => {
    const { raw, account } = open()
    const Bucket = `ecom-infra-state-${account.id}-us-east-1`
    await expectClosed(open(), Bucket)
    const { TagSet } = await raw.s3.getBucketTagging({ Bucket })
    expect(tagsIn(TagSet)).toMatchObject({ owner: 'web-team' })
    const { Contents = [] } = await raw.s3.listObjectsV2({ Bucket })
    expect(Contents.map(({ Key }) => Key?.replace(/runs\/.*Z/, 'runs/…')).sort()).toEqual([
      'shop-dev/manifest.json',
      'shop-dev/runs/….json',
    ])
  })

  it('makes the log groups of all that logs, each kept for 7 days', async () => {
    const { logGroups = [] } = await open().raw.logs.describeLogGroups({})
    const seen = logGroups.map(({ logGroupName, retentionInDays }) => `${logGroupName} ${retentionInDays}`)
    const web = ['access', 'error', 'system'].map((one) => `/ecom-infra/shop-dev/web/${one} 7`)
    const database = ['postgresql', 'upgrade'].map((one) => `/aws/rds/instance/shop-dev-main/${one} 7`)
    expect(seen.sort()).toEqual([...database, '/ecom-infra/shop-dev/flow-logs 7', ...web])
  })
}

async function expectClosed({ raw }: Stack, Bucket: string): Promise<void> {
  const { s3 } = raw
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe('Enabled')
  const { ServerSideEncryptionConfiguration } = await s3.getBucketEncryption({ Bucket })
  expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  ])
  const { PublicAccessBlockConfiguration } = await s3.getPublicAccessBlock({ Bucket })
  expect(PublicAccessBlockConfiguration).toEqual({
    ...{ BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
  })
  const { OwnershipControls } = await s3.getBucketOwnershipControls({ Bucket })
  expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }])
}

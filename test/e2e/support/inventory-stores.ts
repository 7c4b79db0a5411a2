import type { Raw } from './raw.ts'
import { recorded, type Thing, thing } from './thing.ts'

export async function buckets({ s3 }: Raw): Promise<Thing[]> {
  const { Buckets = [] } = await s3.listBuckets({})
  return Promise.all(
    Buckets.map(async ({ Name }) => {
      const { TagSet } = await s3.getBucketTagging({ Bucket: Name }).catch(() => ({ TagSet: [] }))
      return thing('bucket', Name, TagSet)
    }),
  )
}

export async function logGroups({ logs }: Raw): Promise<Thing[]> {
  const { logGroups: all = [] } = await logs.describeLogGroups({})
  return Promise.all(
    all.map(async ({ logGroupName = '', logGroupArn, retentionInDays }) => {
      const { tags } = await logs.listTagsForResource({ resourceArn: logGroupArn })
      return recorded('log group', logGroupName, tags, `${retentionInDays}`)
    }),
  )
}

import type { Raw } from './raw.ts'
import { recorded, type Thing, thing } from './thing.ts'

export async function buckets({ s3 }: Raw): Promise<Thing[]> {
  const { Buckets = [] } = await s3.listBuckets({})
  return Promise.all(
    Buckets.map(async ({ Name }) => {
      const [{ TagSet }, gist] = await Promise.all([
        s3.getBucketTagging({ Bucket: Name }).catch(() => ({ TagSet: [] })),
        settingsOf(s3, Name),
      ])
      return thing('bucket', Name, TagSet, gist)
    }),
  )
}

/** Versions, coding at rest, the public: what a bucket has that was made to its end. */
async function settingsOf(s3: Raw['s3'], Bucket: string | undefined): Promise<string> {
  const [{ Status }, encrypted, blocked, owned] = await Promise.all([
    s3.getBucketVersioning({ Bucket }),
    isSet(s3.getBucketEncryption({ Bucket })),
    isSet(s3.getPublicAccessBlock({ Bucket })),
    isSet(s3.getBucketOwnershipControls({ Bucket })),
  ])
  return [`versions ${Status}`, `encrypted ${encrypted}`, `blocked ${blocked}`, `owned ${owned}`].join(', ')
}

/** S3 answers with an error where nothing was set. */
const isSet = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  )

export async function logGroups({ logs }: Raw): Promise<Thing[]> {
  const { logGroups: all = [] } = await logs.describeLogGroups({})
  return Promise.all(
    all.map(async ({ logGroupName = '', logGroupArn, retentionInDays }) => {
      const { tags } = await logs.listTagsForResource({ resourceArn: logGroupArn })
      return recorded('log group', logGroupName, tags, `${retentionInDays}`)
    }),
  )
}

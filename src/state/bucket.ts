import type { Tag } from '@aws-sdk/client-s3'
import type { Clients } from '../aws/clients.ts'
import { codeOf, isDenied, isGone, statusOf } from '../aws/failure.ts'
import { type Passing, patiently, type Waiting } from '../aws/wait.ts'
import { bucketDenied } from './denied.ts'
import { type StatePlace, stateBucketOf } from './keys.ts'

/** Set last, so that its presence says that everything else is set too. Not a stack's tag: the bucket serves them all. */
export const STATE_TAG = 'ecom-infra:state'

export interface StateBucket extends StatePlace {
  readonly partition: string
  /** False on an `http:` endpoint, where a policy that insists on TLS would lock everybody out. */
  readonly tls: boolean
  /** The config's tags. */
  readonly tags: Readonly<Record<string, string>>
  readonly waiting?: Waiting
}

type S3 = Clients['s3']
interface Target {
  readonly Bucket: string
  readonly ExpectedBucketOwner: string
}

const silent: Waiting = { signal: new AbortController().signal, note: () => undefined }

/** A new bucket is not known everywhere, and S3 takes one change of a bucket at a time (aws-behaviours.md 5.8). */
const UNSETTLED: Passing = {
  codes: ['NoSuchBucket', 'OperationAborted', '404', 'Conflict'],
  seconds: 120,
  what: 'the new state bucket',
}

/**
 * Makes the state bucket, or completes one whose making was cut short. One read when it is complete.
 * To be called before the first write of a stack that has no manifest yet; one that has, has a bucket.
 */
export async function ensureStateBucket(clients: Pick<Clients, 's3'>, wanted: StateBucket): Promise<'found' | 'made'> {
  const { s3 } = clients
  const target = { Bucket: stateBucketOf(wanted), ExpectedBucketOwner: wanted.account }
  const tags = await tagsOf(s3, target)
  if (tags?.some(({ Key }) => Key === STATE_TAG)) return 'found'
  const waiting = wanted.waiting ?? silent
  if (tags === null) await patiently(waiting, [UNSETTLED], () => create(s3, target, wanted.region))
  for (const set of settings(s3, target, wanted)) await patiently(waiting, [UNSETTLED], set)
  const own = { ...wanted.tags, [STATE_TAG]: 'true' }
  const kept = (tags ?? []).filter(({ Key }) => Key === undefined || !(Key in own))
  const TagSet = [...kept, ...Object.entries(own).map(([Key, Value]) => ({ Key, Value }))]
  await patiently(waiting, [UNSETTLED], () => s3.putBucketTagging({ ...target, Tagging: { TagSet } }))
  return 'made'
}

/** Null: there is no such bucket. */
async function tagsOf(s3: S3, target: Target): Promise<readonly Tag[] | null> {
  try {
    return (await s3.getBucketTagging(target)).TagSet ?? []
  } catch (error) {
    if (codeOf(error) === 'NoSuchTagSet') return []
    if (isGone(error) || statusOf(error) === 404) return null
    throw isDenied(error) ? bucketDenied(target.Bucket, target.ExpectedBucketOwner, error) : error
  }
}

async function create(s3: S3, { Bucket, ExpectedBucketOwner }: Target, region: string): Promise<void> {
  try {
    // The one region whose name must not be given.
    if (region === 'us-east-1') await s3.createBucket({ Bucket })
    else await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } })
  } catch (error) {
    // Two runs may make it at one moment: the other was faster, and both complete it.
    if (codeOf(error) === 'BucketAlreadyOwnedByYou') return
    throw codeOf(error) === 'BucketAlreadyExists' ? bucketDenied(Bucket, ExpectedBucketOwner, error) : error
  }
}

/** One after the other: S3 refuses two changes of a bucket at one moment. The policy last, or it could lock us out of the rest. */
function settings(s3: S3, target: Target, wanted: StateBucket): readonly (() => Promise<unknown>)[] {
  const arn = `arn:${wanted.partition}:s3:::${target.Bucket}`
  return [
    () =>
      s3.putBucketOwnershipControls({
        ...target,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      }),
    () =>
      s3.putPublicAccessBlock({
        ...target,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      }),
    () =>
      s3.putBucketEncryption({
        ...target,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    () => s3.putBucketVersioning({ ...target, VersioningConfiguration: { Status: 'Enabled' } }),
    ...(wanted.tls ? [() => s3.putBucketPolicy({ ...target, Policy: tlsOnly(arn) })] : []),
  ]
}

const tlsOnly = (arn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  })

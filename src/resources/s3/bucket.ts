import type { BucketLocationConstraint } from '@aws-sdk/client-s3'
import { contentOf, emptyBucket } from '../../aws/bucket-content.ts'
import { type BucketSettings, CLOSED, readSettings, settingSteps } from '../../aws/bucket-settings.ts'
import {
  BUCKET_BUSY,
  candidates,
  FRESH_BUCKET,
  isElsewhere,
  LATE_WRITERS,
  owned,
  refuseTaken,
  tagBucket,
  tagsOf,
} from '../../aws/buckets.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { codeOf, isDenied, unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { toPairs } from '../../aws/ownership.ts'
import { tagsShown } from '../../aws/tagged.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface BucketSpec extends BucketSettings {
  readonly name: string
}

export interface BucketOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 5.8. */
export const bucket: ResourceType<BucketSpec, BucketOut, Ctx> = {
  type: 's3:bucket',
  fields: {
    name: 'immutable',
    versioning: 'mutable',
    encryption: 'mutable',
    publicAccessBlock: 'mutable',
    ownership: 'mutable',
    lifecycle: 'mutable',
  },
  same: {
    // Once on, versioning can only be suspended; and where nothing is said, S3 encrypts with its own keys.
    versioning: (want, have) => want === have || (want === 'Disabled' && have === 'Suspended'),
    encryption: (want, have) => want === have || (want === null && have === 'AES256'),
    lifecycle: asSet,
  },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 4, delete: 4 },
    timeout: 1_200,
    holdsData: true,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        's3:ListAllMyBuckets',
        's3:GetBucketTagging',
        'tag:GetResources',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketOwnershipControls',
        's3:GetLifecycleConfiguration',
      ],
      create: ['s3:ListBucket', 's3:CreateBucket', 's3:TagResource'],
      sync: [
        's3:GetBucketTagging',
        's3:PutBucketTagging',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPublicAccessBlock',
        's3:PutBucketVersioning',
        's3:PutEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
      ],
      destroy: [
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:ListBucketMultipartUploads',
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:DeleteBucket',
      ],
    },
  },

  async read(ctx, asked) {
    const found = await Promise.all((await candidates(ctx, asked)).map((name) => look(ctx, name, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, { name }) {
    await refuseTaken(ctx, name)
    const place = ctx.region === 'us-east-1' ? {} : { LocationConstraint: ctx.region as BucketLocationConstraint }
    // The emulators drop these tags: there the bucket is known by its announced name until `sync` has tagged it.
    const CreateBucketConfiguration = { ...place, Tags: toPairs(ctx.tags(address)) }
    await patiently(ctx, [BUCKET_BUSY], () => ctx.s3.createBucket({ Bucket: name, CreateBucketConfiguration }))
    return name
  },

  async sync(ctx, spec, live, changed) {
    const patient = (act: () => Promise<unknown>) => patiently(ctx, [FRESH_BUCKET, BUCKET_BUSY], act)
    // The tags first: they are what makes it ours. One call after the other: S3 aborts what runs side by side.
    if (changed.has('tags')) await patient(() => tagBucket(ctx, live.id, ctx.tags(live.address)))
    for (const [field, act] of settingSteps(ctx, live.id, spec)) if (changed.has(field)) await patient(act)
  },

  async farewell(ctx, live) {
    try {
      const content = (await unlessGone(contentOf(ctx, live.id))) ?? null
      return { blockers: [], losses: content === null ? [] : [`bucket ${live.id} ${content}`] }
    } catch (error) {
      if (!isDenied(error)) throw error
      return { blockers: [], losses: [`bucket ${live.id}, whose content may not be listed (${codeOf(error)})`] }
    }
  },

  async destroy(ctx, live, { deleteData }) {
    await patiently(ctx, deleteData ? [BUCKET_BUSY, LATE_WRITERS] : [BUCKET_BUSY], async () => {
      if (deleteData) await unlessGone(emptyBucket(ctx, live.id))
      await unlessGone(ctx.s3.deleteBucket(owned(ctx, live.id)))
    }).catch((error: unknown) => {
      throw deleteData || codeOf(error) !== 'BucketNotEmpty' ? error : notEmpty(live.id, error)
    })
    await until(ctx, { what: 'the bucket to be gone', every: 2, timeout: 300 }, async () => {
      const answer = await unlessGone(ctx.s3.headBucket(owned(ctx, live.id)))
      return answer === undefined ? true : undefined
    })
  },
}

const notEmpty = (name: string, cause: unknown) =>
  new Failed('BucketNotEmpty', `The bucket ${name} is not empty, and nobody has said that its content may go.`, {
    action: 's3:DeleteBucket',
    awsCode: 'BucketNotEmpty',
    hint: 'Save what is needed and empty it, or run again with --delete-data.',
    cause,
  })

type Live = Found<BucketSpec, BucketOut>

/** S3 does not tell these apart. */
const NOT_OURS = 'belongs to another account or region, or is hidden from these credentials'

/** Six calls a bucket at most, one for each sub-resource: S3 has none that answers more. */
async function look(ctx: Ctx, id: string, asked: readonly Asked[]): Promise<Live | null> {
  const arn = `arn:${ctx.partition}:s3:::${id}`
  const asker = askerOf({ id, name: id, tags: {} }, asked)
  try {
    return await describe(ctx, id, asked, await tagsShown(ctx, { arn, asker, ask: () => tagsOf(ctx, id) }))
  } catch (error) {
    // The tagging API still shows a bucket that has been closed to us, or is another's by now: S3 itself decides.
    if (!isElsewhere(error)) throw error
    return describe(ctx, id, asked, await tagsOf(ctx, id))
  }
}

async function describe(
  ctx: Ctx,
  id: string,
  asked: readonly Asked[],
  answer: Awaited<ReturnType<typeof tagsOf>>,
): Promise<Live | null> {
  if (answer === undefined) return null
  const tags = answer === 'closed' ? {} : answer
  const thing = { id, name: id, tags }
  // One that was announced and stands there without tags is ours: that run ended before it could tag it.
  const { address, ours } = claimNamed(ctx, thing, asked, ({ token }) => token !== null)
  if (!ours && !askerOf(thing, asked)) return null
  const settings = answer === 'closed' ? CLOSED : await readSettings(ctx, id)
  if (settings === null) return null
  const out = { name: id, arn: `arn:${ctx.partition}:s3:::${id}` }
  const seen = { address, id, spec: { name: id, ...settings }, tags, out }
  return answer === 'closed' ? { ...seen, ours: false, closed: NOT_OURS } : { ...seen, ours }
}

import type {
  ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommandOutput,
  ObjectIdentifier,
  ObjectVersion,
} from '@aws-sdk/client-s3'
import { Failed } from '../engine/errors.ts'
import { owned } from './buckets.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { required } from './required.ts'
import { counted, inUnits } from './units.ts'

/** Per-object failures that the next round cures. */
const HICCUPS = new Set(['InternalError', 'SlowDown', 'ServiceUnavailable'])

/** Whoever would lose more than this knows enough: a big bucket takes thousands of listings to count. */
const MOST = 10_000

interface Content {
  readonly objects: number
  readonly older: number
  readonly markers: number
  readonly bytes: number
}

const NOTHING: Content = { objects: 0, older: 0, markers: 0, bytes: 0 }

/** What stands in a bucket, in words for people; null: nothing. What objects were before is lost like the rest. */
export async function contentOf(ctx: Ctx, name: string): Promise<string | null> {
  let content = NOTHING
  for await (const page of versionsIn(ctx, name)) {
    content = plus(content, page)
    const { objects, older, markers, bytes } = content
    const count = objects + older + markers
    if (page.IsTruncated && count >= MOST) return `with more than ${counted(MOST, 'object')}, ${inUnits(bytes)} so far`
  }
  return inWords(content)
}

function plus(before: Content, { Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Content {
  const latest = Versions.filter(({ IsLatest }) => IsLatest !== false).length
  return {
    objects: before.objects + latest,
    older: before.older + Versions.length - latest,
    markers: before.markers + DeleteMarkers.length,
    bytes: Versions.reduce((sum, { Size = 0 }) => sum + Size, before.bytes),
  }
}

function inWords({ objects, older, markers, bytes }: Content): string | null {
  const parts = [
    ...(objects > 0 ? [counted(objects, 'object')] : []),
    ...(older > 0 ? [counted(older, 'older version')] : []),
    ...(markers > 0 ? [counted(markers, 'delete marker')] : []),
  ]
  return parts.length === 0 ? null : `with ${parts.join(', ')} (${inUnits(bytes)})`
}

/** Deletes every version, every delete marker and every unfinished upload. */
export async function emptyBucket(ctx: Ctx, name: string): Promise<void> {
  await abortUploads(ctx, name)
  for await (const { Versions = [], DeleteMarkers = [] } of versionsIn(ctx, name)) {
    await deleteAll(ctx, name, [...Versions, ...DeleteMarkers])
  }
}

/**
 * Deletes what objects were before, by version, and none that is there: who writes one meanwhile loses nothing of it.
 * The versions go before the markers, or what was deleted would be there again for a moment. False: an object is there.
 */
export async function emptyPast(ctx: Ctx, name: string): Promise<boolean> {
  for (const what of ['Versions', 'DeleteMarkers'] as const) {
    for await (const page of versionsIn(ctx, name)) {
      if (page.Versions?.some(({ IsLatest }) => IsLatest !== false)) return false
      await deleteAll(ctx, name, page[what] ?? [])
    }
  }
  await abortUploads(ctx, name)
  return true
}

/** Page by page. */
async function* versionsIn(ctx: Ctx, name: string): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let from: object | null = {}
  while (from !== null) {
    ctx.signal.throwIfAborted()
    const page: ListObjectVersionsCommandOutput = await ctx.s3.listObjectVersions({ ...owned(ctx, name), ...from })
    yield page
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null
  }
}

/** One page of a listing: at most 1,000, which is also what DeleteObjects takes. It answers 200 with failures inside. */
async function deleteAll(ctx: Ctx, name: string, versions: readonly ObjectVersion[]): Promise<void> {
  if (versions.length === 0) return
  const Objects = versions.map(
    ({ Key, VersionId }): ObjectIdentifier => ({ Key: required(Key, 'ListObjectVersions', 'Key'), VersionId }),
  )
  const { Errors = [] } = await ctx.s3.deleteObjects({ ...owned(ctx, name), Delete: { Objects, Quiet: true } })
  const refused = Errors.filter(({ Code }) => !HICCUPS.has(Code ?? ''))
  const [first] = refused
  if (!first) return
  throw new Failed('NotEmptied', `S3 refused to delete ${refused.length} objects of ${name}, "${first.Key}" first.`, {
    action: 's3:DeleteObjects',
    awsCode: first.Code,
    hint: `${first.Message ?? ''} Object Lock, MFA delete or a bucket policy may protect them.`.trim(),
  })
}

/** Unfinished uploads are in nobody's way, but they cost money until the bucket is gone (aws-behaviours.md 5.8). */
async function abortUploads(ctx: Ctx, name: string): Promise<void> {
  let from: object | null = {}
  while (from !== null) {
    const page: ListMultipartUploadsCommandOutput = await ctx.s3.listMultipartUploads({ ...owned(ctx, name), ...from })
    for (const { Key, UploadId } of page.Uploads ?? []) {
      await unlessGone(ctx.s3.abortMultipartUpload({ ...owned(ctx, name), Key, UploadId }))
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null
  }
}

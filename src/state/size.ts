import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import type { Ctx } from '../aws/ctx.ts'
import { isDenied } from '../aws/failure.ts'
import type { S3Store } from './s3-store.ts'

/** Pages of a thousand versions that are counted. Who has more of them has kept the history of many hundred runs. */
const PAGES = 10

/** Bytes of what is stored under a prefix, older versions included. Null: too much to count, or not ours to read. */
export async function storedBytes(ctx: Ctx, { bucket }: S3Store, Prefix: string): Promise<number | null> {
  let bytes = 0
  let from: object = {}
  try {
    for (let read = 1; read <= PAGES; read++) {
      const where = { Bucket: bucket, ExpectedBucketOwner: ctx.account, Prefix }
      const page: ListObjectVersionsCommandOutput = await ctx.s3.listObjectVersions({ ...where, ...from })
      bytes += (page.Versions ?? []).reduce((sum, { Size = 0 }) => sum + Size, 0)
      if (!page.IsTruncated) return bytes
      from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
    }
    return null
  } catch (error) {
    if (!isDenied(error)) throw error
    return null
  }
}

import { cacheControlOf } from './caching.ts'
import type { Sums } from './checksum.ts'
import { contentTypeOf } from './content-type.ts'
import type { SiteFile } from './files.ts'

/** What the listing of a bucket says of an object. */
export interface Stored {
  readonly bytes: number
  /** Without its quotes. The MD5 of the content, or not (aws-behaviours.md 5.9). */
  readonly etag: string
}

export type Bucket = ReadonlyMap<string, Stored>

/** A file that is not in the bucket as it is here. */
export interface Upload {
  readonly file: SiteFile
  readonly reason: 'new' | 'changed'
  readonly contentType: string
  readonly cacheControl: string
  /** Where it has been read already. */
  readonly sums: Sums | null
}

/** What is to be done. */
export interface SitePlan {
  readonly uploads: readonly Upload[]
  /** Keys that are in the bucket alone. */
  readonly extra: readonly string[]
  /** Those of them that are to go. */
  readonly deletes: readonly string[]
  readonly unchanged: number
}

/** What is not known before a file has been read: whether its content is the one in the bucket. */
export type Verdict = Sums | 'same'

/** Files whose size alone does not tell whether they have changed. */
export const undecided = (files: readonly SiteFile[], bucket: Bucket): readonly SiteFile[] =>
  files.filter(({ key, bytes }) => bucket.get(key)?.bytes === bytes)

/** Puts together what is to be done, once all that was undecided is known. Pure. */
export function planSite(
  files: readonly SiteFile[],
  bucket: Bucket,
  verdicts: ReadonlyMap<string, Verdict>,
  { remove }: { readonly remove: boolean },
): SitePlan {
  const moving = files.filter(({ key }) => verdicts.get(key) !== 'same')
  const uploads = moving.map((file): Upload => {
    const { key } = file
    const sums = verdicts.get(key)
    return {
      ...{ file, reason: bucket.has(key) ? 'changed' : 'new' },
      ...{ contentType: contentTypeOf(key), cacheControl: cacheControlOf(key) },
      sums: sums === undefined || sums === 'same' ? null : sums,
    }
  })
  const here = new Set(files.map(({ key }) => key))
  const extra = [...bucket.keys()].filter((key) => !here.has(key)).toSorted()
  return { uploads, extra, deletes: remove ? extra : [], unchanged: files.length - moving.length }
}

/** Pages name the rest, so they are uploaded when all of that is there. */
export const isPage = ({ cacheControl }: Upload): boolean => cacheControl === 'no-cache'

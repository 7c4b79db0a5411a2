import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Failed } from '../engine/errors.ts'
import { type SiteFile, stampOf } from './files.ts'

/** What a content is known by. */
export interface Sums {
  /** Hexadecimal: what S3 calls ETag, of what was uploaded in one piece. */
  readonly md5: string
  /** Base64: what S3 is sent, and compares with what arrives. */
  readonly sha256: string
}

/** Files up to this size are read at once: what is sent is then surely what was summed up. */
export const AT_ONCE = 1024 * 1024
const CHUNK = 256 * 1024

/** Reads no more than what was there when the file was found. */
async function* chunksOf(file: SiteFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const options = { end: Math.max(file.bytes - 1, 0), highWaterMark: CHUNK, ...(signal ? { signal } : {}) }
  try {
    for await (const chunk of createReadStream(file.path, options)) yield chunk as Buffer
  } catch (error) {
    signal?.throwIfAborted()
    throw unreadable(file, error)
  }
}

/** Reads a file through once. Ends at once with the signal. */
export async function sumsOf(file: SiteFile, signal: AbortSignal): Promise<Sums> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  for await (const chunk of chunksOf(file, signal)) {
    md5.update(chunk)
    sha256.update(chunk)
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('base64') }
}

/** All of a small file, as it was when it was found. */
export async function readWhole(file: SiteFile): Promise<{ readonly content: Buffer; readonly sha256: string }> {
  const content = await readFile(file.path).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  // Looked at after reading: who wrote meanwhile has left another time or size.
  const seen = await stat(file.path, { bigint: true }).catch(() => null)
  if (content.length !== file.bytes || seen === null || stampOf(seen) !== file.stamp) throw changed(file)
  return { content, sha256: createHash('sha256').update(content).digest('base64') }
}

/**
 * A file's content as a stream that never ends in another content than the one of that sum: the last piece is held
 * back until all of it has been seen, so what is wrong never arrives whole.
 */
export async function* checked(file: SiteFile, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer | null = null
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk)
    if (held !== null) yield held
    held = chunk
  }
  if (hash.digest('base64') !== sha256) throw changed(file)
  if (held !== null) yield held
}

/** Whether one file is to blame, and nothing speaks against uploading the others. */
export const isOfFile = (error: unknown): boolean =>
  error instanceof Failed && ['FileChanged', 'FileUnreadable'].includes(error.code)

/** It was written while the site was uploaded: nobody can say which of its contents was meant. */
const changed = ({ key }: SiteFile): Failed =>
  new Failed('FileChanged', `${key} was changed while the site was being uploaded, so it was not uploaded.`, {
    hint: 'Let the build end first, then run the same command again.',
  })

const unreadable = ({ key }: SiteFile, cause: unknown): Failed =>
  new Failed('FileUnreadable', `${key} cannot be read any more (${(cause as NodeJS.ErrnoException).code}).`, {
    ...{ hint: 'Let the build end first, then run the same command again.', cause },
  })

import { Readable } from 'node:stream'
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3'
import type { InitializeMiddleware, Logger } from '@smithy/types'
import { Problem } from '../engine/errors.ts'
import { owned } from './buckets.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, isLost } from './failure.ts'
import { SHA256 } from './site-bucket.ts'
import { pause } from './wait.ts'

/** A file on its way into a bucket. */
export interface Cargo {
  readonly key: string
  readonly bytes: number
  readonly contentType: string
  readonly cacheControl: string
  /** Base64. S3 refuses a body that is another. */
  readonly sha256: string
  /** All of it, or a way to read it from the beginning, as often as it takes. */
  readonly content: Buffer | (() => AsyncIterable<Buffer>)
  /** Told of bytes as they go, or to be taken back (negative) when it begins anew. */
  readonly moved: (bytes: number) => void
}

/** Slower than that in bytes a second, with others beside it, is a line that is dead. */
const SLOWEST = 8_000
/** Milliseconds: what S3 may think about an upload, and how long a stream may stand still. */
const THINKING = 30_000
const STALLED = 60_000

const ATTEMPTS = 5

/** Uploads one file, whole or not at all. */
export async function uploadToSite(ctx: Ctx, bucket: string, cargo: Cargo, stalled = STALLED): Promise<void> {
  const { content } = cargo
  if (typeof content !== 'function') {
    const requestTimeout = THINKING + (cargo.bytes / SLOWEST) * 1_000
    await ctx.s3.putObject({ ...inputOf(ctx, bucket, cargo), Body: content }, { requestTimeout })
    return cargo.moved(cargo.bytes)
  }
  // The SDK cannot rewind a stream, so it does not try again: that is for us. The same file twice is the same.
  for (let attempt = 1; ; attempt++) {
    try {
      return await streamed(ctx, bucket, { ...cargo, content }, stalled)
    } catch (error) {
      if (attempt === ATTEMPTS || !isPassing(error)) throw error
      await pause(2 ** attempt, ctx.signal)
    }
  }
}

const isPassing = (error: unknown): boolean =>
  !(error instanceof Problem) && (isLost(error) || /^(BadDigest|SlowDown|RequestTimeout|Throttl)/.test(codeOf(error)))

const inputOf = (ctx: Ctx, bucket: string, { key, bytes, contentType, cacheControl, sha256 }: Cargo) => ({
  ...owned(ctx, bucket),
  ...{ Key: key, ContentLength: bytes, ContentType: contentType, CacheControl: cacheControl },
  ...{ ChecksumAlgorithm: 'SHA256' as const, ChecksumSHA256: sha256, Metadata: { [SHA256]: sha256 } },
})

/** One attempt. What the stream throws is what counts; the SDK would wait for a body that never ends. */
async function streamed(
  ctx: Ctx,
  bucket: string,
  cargo: Cargo & { readonly content: () => AsyncIterable<Buffer> },
  stalled: number,
): Promise<void> {
  const cut = new AbortController()
  const stall = setTimeout(() => cut.abort(), stalled)
  let [gone, broken]: [number, unknown] = [0, null]
  async function* flow(): AsyncGenerator<Buffer> {
    for await (const chunk of cargo.content()) {
      yield chunk
      stall.refresh()
      gone += chunk.length
      cargo.moved(chunk.length)
    }
  }
  const Body = Readable.from(flow(), { objectMode: false })
  Body.on('error', (error) => {
    broken = error
    cut.abort()
  })
  try {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const command = new PutObjectCommand({ ...inputOf(ctx, bucket, cargo), Body })
    command.middlewareStack.add(quiet, { step: 'initialize', name: 'ecomInfraQuiet' })
    // No limit on the whole: five gigabytes take their time. Standing still is what ends it.
    await ctx.s3.send(command, { abortSignal: cut.signal, requestTimeout: 0 })
  } catch (error) {
    cargo.moved(-gone)
    throw broken ?? error
  } finally {
    clearTimeout(stall)
    Body.destroy()
  }
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Without a logger the SDK tells the terminal of every stream that it does not send again. We do that. */
const quiet: InitializeMiddleware<PutObjectCommandInput, PutObjectCommandOutput> = (next, context) => (args) => {
  context.logger = SILENT
  return next(args)
}

import type { Ctx } from '../aws/ctx.ts'
import { verdictOf } from '../aws/failure.ts'
import { bucketNameOf } from '../aws/names.ts'
import { deleteFromSite, listSite, refuseForeignSite, sha256Of } from '../aws/site-bucket.ts'
import { uploadToSite } from '../aws/site-upload.ts'
import { Interrupted } from '../engine/errors.ts'
import { AT_ONCE, checked, isOfFile, readWhole, sumsOf } from '../site/checksum.ts'
import type { SiteFile } from '../site/files.ts'
import { type Bucket, isPage, planSite, type SitePlan, type Upload, undecided, type Verdict } from '../site/plan.ts'
import { inParallel } from '../site/pool.ts'
import type { Fate, PushEvent } from '../site/push.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

export interface PushOptions {
  readonly files: readonly SiteFile[]
  /** What is in the bucket alone is to go. */
  readonly remove: boolean
  readonly dryRun: boolean
  /** Told when all has been compared, and changes begin. */
  readonly begin: () => Promise<void>
  readonly heard: (event: PushEvent) => void
}

export interface PushOutcome {
  readonly bucket: string
  readonly plan: SitePlan
  /** What has no fate was not begun. */
  readonly fates: readonly Fate[]
  /** Why it ended before its time; null: it went through, or a file alone is to blame. */
  readonly stopped: unknown
}

/** Files that are read, compared or uploaded at a time. */
const PARALLEL = 8

/** Brings the stack's assets bucket in line with a folder: compares all of it first, then changes what differs. */
export async function pushSite(session: Session, options: PushOptions): Promise<PushOutcome> {
  const { files, remove, dryRun, begin, heard } = options
  const bucket = bucketNameOf(session.stack, 'assets', session.identity.account, session.loaded.config.region)
  const ctx = toolsOf(session).ctx(null, null)
  session.emit({
    kind: 'phase',
    phase: 'look',
    text: `comparing ${files.length === 1 ? '1 file' : `${files.length} files`} with ${bucket}`,
  })
  await refuseForeignSite(ctx, bucket)
  const stored = await listSite(ctx, bucket)
  const plan = planSite(files, stored, await compare(ctx, bucket, files, stored), { remove })
  if (dryRun) return { bucket, plan, fates: [], stopped: null }
  await begin()
  const push = new Push(ctx, bucket, heard)
  const bytes = plan.uploads.reduce((sum, { file }) => sum + file.bytes, 0)
  heard({ kind: 'planned', files: plan.uploads.length, bytes })
  // Pages name what else there is, and what they do not name any more goes last: no visitor meets a half of it.
  await push.upload(plan.uploads.filter((one) => !isPage(one)))
  await push.upload(plan.uploads.filter(isPage))
  await push.delete(plan.deletes)
  return { bucket, plan, fates: push.fates, stopped: push.stopped }
}

/** Reads what has kept its size, and finds out whether it has kept its content too. */
async function compare(ctx: Ctx, bucket: string, files: readonly SiteFile[], stored: Bucket) {
  const verdicts = new Map<string, Verdict>()
  let trouble: unknown = null
  await inParallel(undecided(files, stored), PARALLEL, async (file) => {
    if (trouble !== null) return
    try {
      const sums = await sumsOf(file, ctx.signal)
      const same =
        // Most often the listing tells. Where its ETag is something else, S3 is asked for the object alone.
        stored.get(file.key)?.etag === sums.md5 || (await sha256Of(ctx, bucket, file.key)) === sums.sha256
      verdicts.set(file.key, same ? 'same' : sums)
    } catch (error) {
      trouble ??= error
    }
  })
  if (trouble !== null) throw trouble
  return verdicts
}

/** Changes the bucket, and keeps what became of each change. */
class Push {
  readonly fates: Fate[] = []
  readonly #ctx: Ctx
  readonly #bucket: string
  readonly #heard: (event: PushEvent) => void
  /** Something failed: what comes after this step is not begun. */
  #failed = false
  /** It would fail for every other file too: nothing more is begun. */
  #halted: unknown = null

  constructor(ctx: Ctx, bucket: string, heard: (event: PushEvent) => void) {
    this.#ctx = ctx
    this.#bucket = bucket
    this.#heard = heard
  }

  get stopped(): unknown {
    const { aborted, reason } = this.#ctx.signal
    if (aborted) return reason
    return verdictOf(this.#halted) === 'stop' ? this.#halted : null
  }

  async upload(uploads: readonly Upload[]): Promise<void> {
    if (this.#failed) return
    await inParallel(uploads, PARALLEL, async (upload) => {
      if (!this.#goesOn()) return
      const { key, bytes } = upload.file
      this.#heard({ kind: 'started', key, bytes })
      try {
        await this.#send(upload)
        this.#settle('upload', { key, outcome: 'done', error: null }, bytes)
      } catch (error) {
        this.#fail('upload', key, error)
      }
    })
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (this.#failed || keys.length === 0 || !this.#goesOn()) return
    try {
      await deleteFromSite(this.#ctx, this.#bucket, keys, (gone) => {
        for (const key of gone) this.#settle('delete', { key, outcome: 'done', error: null }, 0)
      })
    } catch (error) {
      const done = new Set(this.fates.map(({ key }) => key))
      this.#fail('delete', keys.find((key) => !done.has(key)) ?? '', error)
    }
  }

  /** Whether anything more may be begun. */
  #goesOn(): boolean {
    return this.#halted === null && !this.#ctx.signal.aborted
  }

  async #send({ file, contentType, cacheControl, sums }: Upload): Promise<void> {
    const { key, bytes } = file
    const moved = (count: number) => this.#heard({ kind: 'moved', key, bytes: count })
    const cargo = { key, bytes, contentType, cacheControl, moved }
    if (bytes <= AT_ONCE) return uploadToSite(this.#ctx, this.#bucket, { ...cargo, ...(await readWhole(file)) })
    const { sha256 } = sums ?? (await sumsOf(file, this.#ctx.signal))
    await uploadToSite(this.#ctx, this.#bucket, { ...cargo, sha256, content: () => checked(file, sha256) })
  }

  #fail(deed: 'upload' | 'delete', key: string, error: unknown): void {
    this.#failed = true
    if (!isOfFile(error)) this.#halted ??= error
    // What was cut short by the end of the run has not failed: it has not been done.
    if (!(error instanceof Interrupted)) this.#settle(deed, { key, outcome: 'failed', error }, 0)
  }

  #settle(deed: 'upload' | 'delete', fate: Fate, bytes: number): void {
    this.fates.push(fate)
    this.#heard({ kind: 'finished', deed, bytes, ...fate })
  }
}

import { Failed } from '../engine/errors.ts'
import { type Clock, type Moment, momentOf, since } from './clock.ts'
import { type HeldLock, type LockDocument, longestCallOf, readLock } from './lock-document.ts'
import type { StateStore } from './store.ts'
import { Watch } from './watch.ts'

interface Taken {
  readonly store: StateStore
  readonly key: string
  readonly document: LockDocument
  readonly etag: string
  /** When the request was sent that took it. */
  readonly since: Moment
  readonly clock: Clock
  readonly predecessor: HeldLock | null
}

export const isoAfter = (clock: Clock, seconds: number): string => new Date(clock.wall() + seconds * 1000).toISOString()

export const textOf = (document: LockDocument): string => `${JSON.stringify(document, null, 2)}\n`

/** The lock while it is held: it renews itself, and knows when it can no longer be sure of itself. */
export class Lock {
  /** Whose lease had run out, or whose process was gone, when this one was taken. */
  readonly predecessor: HeldLock | null
  readonly #store: StateStore
  readonly #key: string
  readonly #clock: Clock
  #document: LockDocument
  #etag: string
  /** When the request was sent that last renewed it: S3 counts from then, or later. */
  #renewed: Moment
  /** The first renewal since then that has not been answered; it may have worked. */
  #unanswered: Moment | null = null
  #trouble: unknown
  #lost: Failed | null = null
  #beat: () => void = () => undefined
  #renewing: Promise<void> | null = null
  readonly #watch: Watch

  constructor(taken: Taken) {
    this.#store = taken.store
    this.#key = taken.key
    this.#clock = taken.clock
    this.#document = taken.document
    this.#etag = taken.etag
    this.#renewed = taken.since
    this.predecessor = taken.predecessor
    this.#watch = new Watch({
      ...{ clock: taken.clock, limit: this.#lease / 6 },
      ask: async () => void this.#isOurs(await readLock(this.#store, this.#key)),
    })
    this.#schedule(this.#lease / 6 - this.#age())
  }

  get run(): string {
    return this.#document.run
  }

  get fence(): number {
    return this.#document.fence
  }

  /** What others have written counts too. The next renewal says so. */
  raiseFence(above: number): void {
    if (above >= this.fence) this.#document = { ...this.#document, fence: above + 1 }
  }

  /** Milliseconds that a call may take that changes something (design.md 6.6). Throws `LeaseLost` when none may start. */
  permit(): number {
    this.#requireLease()
    if (this.#age() >= this.#lease / 2) throw this.#failure('could not be renewed in time', this.#trouble)
    return longestCallOf(this.#document)
  }

  /**
   * `permit`, after S3 has said that it is still ours: somebody may have broken it. A renewal that is late, because
   * S3 could not be asked for a while, comes first. Where S3 does not answer, the clocks decide.
   */
  async confirmed(): Promise<number> {
    const isLate = () => this.#age() >= this.#lease / 2
    // One that had begun before this machine slept says nothing of now.
    if (isLate()) await this.#renewing
    if (isLate()) await this.#renewNow()
    else await this.#watch.look()
    return this.permit()
  }

  /** Milliseconds until somebody else may take it. Throws `LeaseLost` when that is over. */
  remaining(): number {
    this.#requireLease()
    return this.#lease - this.#age()
  }

  #requireLease(): void {
    if (this.#age() >= this.#lease) this.#lose('ran out: this machine slept, or could not reach S3', this.#trouble)
    if (this.#lost) throw this.#lost
  }

  /** Gives it up. It may have been lost already. */
  async release(): Promise<void> {
    this.#beat()
    await this.#renewing
    const lost = this.#lost
    this.#lose('has been given up')
    // What made it lost has been told; only what is still ours is deleted, so trying does no harm.
    await (lost ? this.#delete().catch(() => undefined) : this.#delete())
  }

  async #delete(): Promise<void> {
    if (await this.#store.delete(this.#key, this.#etag)) return
    // Either gone, or somebody else's, or renewed by a request whose answer we never saw.
    const held = await readLock(this.#store, this.#key)
    if (held?.document.run === this.run) await this.#store.delete(this.#key, held.etag)
  }

  get #lease(): number {
    return this.#document.lease * 1000
  }

  #age(): number {
    return since(this.#renewed, this.#clock)
  }

  #schedule(ms: number): void {
    this.#beat = this.#clock.later(Math.max(ms, this.#lease / 60), () => void this.#renewNow())
  }

  #renewNow(): Promise<void> {
    this.#beat()
    const began = momentOf(this.#clock)
    this.#renewing ??= this.#renew(began).then(() => {
      this.#renewing = null
      // What went wrong is tried again at once, or nearly so.
      if (!this.#lost) this.#schedule(this.#trouble ? 0 : this.#lease / 6 - since(began, this.#clock))
    })
    return this.#renewing
  }

  /** Never throws: what goes wrong is told by the next `permit`. */
  async #renew(began: Moment): Promise<void> {
    if (this.#age() >= this.#lease)
      return this.#lose('ran out: this machine slept, or could not reach S3', this.#trouble)
    const { lease, renewal } = this.#document
    const document = { ...this.#document, renewal: renewal + 1, expiresAt: isoAfter(this.#clock, lease) }
    this.#document = document
    const first = this.#unanswered ?? began
    this.#unanswered = first
    const limit = new AbortController()
    const stop = this.#clock.later(this.#lease / 6, () => limit.abort())
    try {
      const written = await this.#store.put(this.#key, textOf(document), { ifMatch: this.#etag }, limit.signal)
      if (written) this.#confirm(written.etag, began)
      else await this.#readBack(first)
    } catch (error) {
      this.#trouble = error
    } finally {
      stop()
    }
  }

  /** Another version is there: one of our own, whose answer we never saw, or somebody else's. */
  async #readBack(first: Moment): Promise<void> {
    const held = await readLock(this.#store, this.#key)
    if (this.#isOurs(held)) this.#confirm(held.etag, first)
  }

  #isOurs(held: HeldLock | null): held is HeldLock {
    if (held?.document.run === this.run) return true
    const { holder, host, command } = held?.document ?? {}
    this.#lose(held === null ? 'was broken' : `was taken over by ${holder} on ${host} ("${command}")`)
    return false
  }

  #confirm(etag: string, at: Moment): void {
    this.#etag = etag
    this.#renewed = at
    this.#unanswered = null
    this.#trouble = undefined
  }

  #lose(why: string, cause?: unknown): void {
    this.#lost ??= this.#failure(why, cause)
    this.#beat()
  }

  #failure(why: string, cause?: unknown): Failed {
    return new Failed('LeaseLost', `The lock of this run ${why}, so no further change is made.`, {
      hint: 'Run the same command again: it goes on from here.',
      cause,
    })
  }
}

import { isCredentials, messageOf } from '../aws/failure.ts'
import { Failed, Problem } from '../engine/errors.ts'
import { damagedKeyOf, manifestKeyOf } from './keys.ts'
import type { Loaded } from './load.ts'
import { type Manifest, serialise } from './manifest.ts'
import type { StateStore } from './store.ts'

/** What the writer needs of the lock. */
export interface Lease {
  readonly run: string
  readonly fence: number
  /** What others have written counts too. */
  raiseFence(above: number): void
  /** Milliseconds until somebody else may take it. Throws `LeaseLost`. */
  remaining(): number
}

/** Writes the manifest: each write replaces exactly the version that this run has seen, and carries its fence. */
export class ManifestWriter {
  readonly #store: StateStore
  readonly #lease: Lease
  readonly #stack: string
  readonly #key: string
  #etag: string | null
  #damaged: string | null
  #savedAt = 0

  constructor(store: StateStore, lease: Lease, loaded: Loaded) {
    this.#store = store
    this.#lease = lease
    this.#stack = loaded.manifest.stack
    this.#key = manifestKeyOf(this.#stack)
    this.#etag = loaded.etag
    this.#damaged = loaded.damage?.body ?? null
    lease.raiseFence(loaded.manifest.fence)
  }

  async write(manifest: Manifest): Promise<void> {
    try {
      await this.#keepDamaged()
      // Two writes of one millisecond must not look the same.
      this.#savedAt = Math.max(Date.now(), this.#savedAt + 1)
      const savedAt = new Date(this.#savedAt).toISOString()
      const { run, fence } = this.#lease
      await this.#put(serialise({ ...manifest, run, fence, savedAt }))
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async #put(body: string): Promise<void> {
    for (;;) {
      const condition = this.#etag === null ? ({ ifNoneMatch: '*' } as const) : ({ ifMatch: this.#etag } as const)
      // A write that lands after the lease would surprise whoever holds the lock by then.
      const limit = AbortSignal.timeout(Math.floor(this.#lease.remaining()))
      const written = await this.#store.put(this.#key, body, condition, limit)
      if (written) {
        this.#etag = written.etag
        return
      }
      const there = await this.#readBack()
      this.#etag = there.etag
      if (there.body === body) return
    }
  }

  /** Another version is there: one of our own, whose answer we never saw, or somebody else's. */
  async #readBack(): Promise<{ readonly etag: string; readonly body: string }> {
    const item = await this.#store.get(this.#key)
    const writer = item === null ? null : runIn(item.body)
    if (item !== null && writer === this.#lease.run) return item
    const what = item === null ? 'is gone' : `was written by another run (${writer ?? 'unknown'})`
    throw new Failed('LeaseLost', `${this.#store.nameOf(this.#key)} ${what} meanwhile, so no further change is made.`, {
      hint: 'Run the same command again: it goes on from here.',
    })
  }

  /** What could not be read may still be wanted. */
  async #keepDamaged(): Promise<void> {
    if (this.#damaged === null) return
    const key = damagedKeyOf(this.#stack, new Date().toISOString())
    await this.#store.put(key, this.#damaged, null, AbortSignal.timeout(Math.floor(this.#lease.remaining())))
    this.#damaged = null
  }

  /** A write that was cut off because the lease was over says nothing of S3. */
  #lost(): unknown {
    try {
      this.#lease.remaining()
      return null
    } catch (lost) {
      return lost
    }
  }

  #explained(error: unknown): unknown {
    if (error instanceof Problem || isCredentials(error)) return error
    const lost = this.#lost()
    if (lost !== null) return lost
    return new Failed('StateNotSaved', `${this.#store.nameOf(this.#key)} could not be written: ${messageOf(error)}`, {
      hint: 'Nothing is lost: what was made is found again by its names and tags. Run the same command again.',
      cause: error,
    })
  }
}

function runIn(body: string): string | null {
  try {
    const { run } = JSON.parse(body) as { run?: unknown }
    return typeof run === 'string' ? run : null
  } catch {
    return null
  }
}

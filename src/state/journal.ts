import { scaled } from '../aws/wait.ts'
import { Problem } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Loaded } from './load.ts'
import {
  type Announced,
  type Manifest,
  type ManifestResource,
  ordered,
  withAnnounced,
  withOutputs,
  withoutAnnounced,
  withoutResource,
  withResource,
} from './manifest.ts'
import { type Lease, ManifestWriter } from './manifest-writer.ts'
import type { StateStore } from './store.ts'

export interface JournalOptions {
  readonly store: StateStore
  readonly lease: Lease
  /** As read after the lock was taken. */
  readonly loaded: Loaded
  /** Told when a write behind the run's back has failed: the run should stop. */
  readonly failed?: (error: unknown) => void
}

/** Seconds between two writes. */
const WINDOW = 1

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))

/**
 * The manifest while a run changes it. Announcements are written before they return, everything else soon after,
 * many changes in one write. What makes no difference is not written.
 */
export class Journal {
  readonly #writer: ManifestWriter
  readonly #lease: Lease
  readonly #failed: (error: unknown) => void
  #manifest: Manifest
  #dirty = false
  #timer: NodeJS.Timeout | null = null
  #lastWrite = Number.NEGATIVE_INFINITY
  /** Writes go one after the other. */
  #queue: Promise<void> = Promise.resolve()
  #error: unknown

  constructor({ store, lease, loaded, failed }: JournalOptions) {
    this.#writer = new ManifestWriter(store, lease, loaded)
    this.#lease = lease
    this.#failed = failed ?? (() => undefined)
    this.#manifest = loaded.manifest
  }

  /** As it is now, written or not. */
  get manifest(): Manifest {
    return this.#manifest
  }

  /** Says all creations before the first is asked for, in one write. When it fails, nothing has been created. */
  async announce(creations: readonly { readonly address: Address; readonly token: string }[]): Promise<void> {
    this.#check()
    if (creations.length === 0) return
    const at = new Date().toISOString()
    const { run } = this.#lease
    const entries = creations.map(({ address, token }): [Address, Announced] => [address, { token, run, at }])
    this.#change(withAnnounced(this.#manifest, Object.fromEntries(entries)))
    await this.flush()
  }

  record(address: Address, entry: ManifestResource): void {
    const { resources, announced } = this.#manifest
    const next = withResource(this.#manifest, address, entry)
    if (announced[address] || !isSame(resources[address], entry)) this.#change(next)
    this.#check()
  }

  /** A creation was clearly refused: it needs no more looking for. */
  withdraw(address: Address): void {
    if (this.#manifest.announced[address]) this.#change(withoutAnnounced(this.#manifest, address))
    this.#check()
  }

  /** It is gone. An announcement of its successor stays. */
  forget(address: Address): void {
    if (this.#manifest.resources[address]) this.#change(withoutResource(this.#manifest, address))
    this.#check()
  }

  outputs(outputs: Readonly<Record<string, string>>): void {
    if (!isSame(this.#manifest.outputs, outputs)) this.#change(withOutputs(this.#manifest, outputs))
    this.#check()
  }

  /** The config that the stack is made from. */
  config(config: object): void {
    if (!isSame(this.#manifest.config, config)) this.#change({ ...this.#manifest, config })
    this.#check()
  }

  /** Writes now what is not written yet. */
  async flush(): Promise<void> {
    this.#unschedule()
    const write = this.#queue.then(() => this.#write())
    this.#queue = write.catch(() => undefined)
    await write
  }

  /** Writes what is left. An earlier failure is made good when this write works, for it holds everything. */
  async close(): Promise<void> {
    if (this.#error instanceof Problem && this.#error.code === 'LeaseLost') throw this.#error
    await this.flush()
  }

  /** Ends without another write, for a stack whose state is to be removed. */
  async abandon(): Promise<void> {
    this.#unschedule()
    await this.#queue
    this.#dirty = false
  }

  #change(next: Manifest): void {
    this.#manifest = next
    this.#dirty = true
    if (this.#timer !== null || this.#error !== undefined) return
    const wait = this.#lastWrite + scaled(WINDOW) - performance.now()
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        // The error is kept, and thrown by the next call too.
        this.flush().catch(this.#failed)
      },
      Math.max(0, wait),
    )
  }

  #unschedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error
  }

  async #write(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    try {
      await this.#writer.write(this.#manifest)
      this.#error = undefined
    } catch (error) {
      this.#dirty = true
      this.#error = error
      throw error
    } finally {
      this.#lastWrite = performance.now()
    }
  }
}

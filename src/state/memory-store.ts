import { createHash } from 'node:crypto'
import type { Condition, Item, Listed, StateStore, Written } from './store.ts'

interface Kept {
  readonly body: string
  readonly etag: string
  readonly lastModified: number
}

/** Equal content has an equal ETag, as in S3: a writer that relies on "it has changed" must write something new. */
const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`

const holds = (condition: Condition, known: Kept | undefined): boolean => {
  if (condition === null) return true
  return 'ifMatch' in condition ? known?.etag === condition.ifMatch : known === undefined
}

/** S3's semantics in memory, with its clock of whole seconds. */
export class MemoryStore implements StateStore {
  readonly #objects = new Map<string, Kept>()
  readonly #clock: () => number

  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  nameOf(key: string): string {
    return `memory://state/${key}`
  }

  async get(key: string): Promise<Item | null> {
    await Promise.resolve()
    const known = this.#objects.get(key)
    return known === undefined ? null : { ...known, date: this.#now() }
  }

  async put(key: string, body: string, condition: Condition, signal?: AbortSignal): Promise<Written | null> {
    await Promise.resolve()
    signal?.throwIfAborted()
    if (!holds(condition, this.#objects.get(key))) return null
    const kept: Kept = { body, etag: etagOf(body), lastModified: this.#now() }
    this.#objects.set(key, kept)
    return { etag: kept.etag, date: kept.lastModified }
  }

  async delete(key: string, ifMatch?: string): Promise<boolean> {
    await Promise.resolve()
    if (!holds(ifMatch === undefined ? null : { ifMatch }, this.#objects.get(key))) return false
    this.#objects.delete(key)
    return true
  }

  async list(prefix: string): Promise<readonly Listed[]> {
    await Promise.resolve()
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { etag, lastModified }]) => ({ key, etag, lastModified }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000) * 1000
  }
}

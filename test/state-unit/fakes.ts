import type { Clock } from '../../src/state/clock.ts'
import type { Here, Whereabouts } from '../../src/state/holder.ts'
import { MemoryStore } from '../../src/state/memory-store.ts'
import type { Condition, Item, StateStore, Written } from '../../src/state/store.ts'

/** Time that passes only when told. It sleeps like a laptop: the monotonic clock stands still, and nothing is due. */
export class FakeClock implements Clock {
  #wall = Date.UTC(2026, 0, 1)
  #mono = 1000
  #due: { readonly at: number; readonly act: () => void }[] = []

  wall(): number {
    return this.#wall
  }

  mono(): number {
    return this.#mono
  }

  later(ms: number, act: () => void): () => void {
    const entry = { at: this.#mono + ms, act }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((one) => one !== entry)
    }
  }

  /** Lets seconds pass, one after the other, and what is due happen. */
  async pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 10; step++) {
      this.#wall += 100
      this.#mono += 100
      const now = this.#due.filter(({ at }) => at <= this.#mono)
      this.#due = this.#due.filter(({ at }) => at > this.#mono)
      for (const { act } of now) act()
      await settle()
    }
  }

  /** The lid is closed: only the wall clock goes on. */
  sleep(seconds: number): void {
    this.#wall += seconds * 1000
  }

  setWall(ms: number): void {
    this.#wall = ms
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** A machine on which some processes are dead. */
export class FakeHost implements Here {
  readonly dead = new Set<number>()
  readonly #host: string
  #pid = 100

  constructor(host = 'laptop') {
    this.#host = host
  }

  self(): Promise<Whereabouts> {
    this.#pid += 1
    return Promise.resolve({ host: this.#host, bootId: 'boot-1', pid: this.#pid, pidStartedAt: '7' })
  }

  gone(other: Whereabouts): Promise<boolean> {
    return Promise.resolve(other.host === this.#host && this.dead.has(other.pid))
  }
}

export type Fault = 'refuse' | 'lose-answer' | 'hang'

/** A store that fails on the next puts of some key, as told. */
export class FaultyStore extends MemoryStore implements StateStore {
  readonly faults: Fault[] = []
  /** Body of every write that took effect, and when. */
  readonly puts: { readonly key: string; readonly body: string }[] = []
  readonly gets: string[] = []

  override get(key: string): Promise<Item | null> {
    this.gets.push(key)
    return super.get(key)
  }

  override async put(key: string, body: string, condition: Condition, signal?: AbortSignal): Promise<Written | null> {
    const fault = this.faults.shift()
    if (fault === 'refuse') throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
    if (fault === 'hang') {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    }
    const written = await super.put(key, body, condition, signal)
    if (written) this.puts.push({ key, body })
    // As the SDK does: the answer is lost, the request repeated, and now something is there.
    return fault === 'lose-answer' ? super.put(key, body, condition) : written
  }
}

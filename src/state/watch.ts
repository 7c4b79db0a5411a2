import type { Clock } from './clock.ts'

interface WatchOptions {
  readonly clock: Clock
  /** Asks the store. What it throws is no answer. */
  readonly ask: () => Promise<void>
  /** Milliseconds after which no answer is waited for. */
  readonly limit: number
}

/** Asks before each change whether all is as it was: one question for those that want to begin meanwhile. */
export class Watch {
  readonly #options: WatchOptions
  #asking: Promise<void> | null = null

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Never throws: without an answer, others have to decide. */
  look(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    const { clock, ask, limit } = this.#options
    const late = Promise.withResolvers<void>()
    const stop = clock.later(limit, late.resolve)
    const asked = ask().catch(() => undefined)
    await Promise.race([asked, late.promise])
    stop()
  }
}

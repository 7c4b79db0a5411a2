import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from './limits.ts'

/** How long it takes to notice that somebody waits now. */
const SLICE = 200

/** Pauses between tries: doubled with each failure, shortened by chance, and short while somebody waits. */
export class Retry {
  readonly #limits: Pick<Limits, 'quickest' | 'wanted' | 'slowest'>
  #failures = 0

  constructor(limits: Pick<Limits, 'quickest' | 'wanted' | 'slowest'>) {
    this.#limits = limits
  }

  failed(): void {
    this.#failures += 1
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Nothing before the first failure. */
  async rest(signal: AbortSignal, wanted: () => boolean): Promise<void> {
    const { quickest, slowest, wanted: shortest } = this.#limits
    const doubled = this.#failures === 0 ? 0 : quickest * 2 ** (this.#failures - 1)
    const chance = 0.5 + Math.random() / 2
    // By the wall clock: a machine that has slept meanwhile has paused long enough.
    const begun = Date.now()
    while (true) {
      const left = begun + chance * Math.min(doubled, wanted() ? shortest : slowest) - Date.now()
      if (left <= 0) return
      await sleep(Math.min(left, SLICE), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}

/** What comes after the limit, or after an abort, is nobody's any more; the question itself cannot be taken back. */
export function within<T>(limit: number, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    const stop = () => {
      settle()
      reject(signal.reason)
    }
    const late = () => {
      settle()
      reject(new Error(`no answer within ${Math.round(limit / 1000)} s`))
    }
    const timer = setTimeout(late, limit)
    signal.addEventListener('abort', stop, { once: true })
    ask().finally(settle).then(resolve, reject)
  })
}

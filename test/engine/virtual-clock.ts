import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/engine/look.ts'

interface Timer {
  readonly at: number
  readonly fire: () => void
}

/**
 * A clock on which hours pass in milliseconds. Time moves only when everything else has come to rest: when no promise
 * is left to settle, it jumps to the earliest pause. So a run in virtual time has no races with real time, and what
 * would hang for ever is reported instead.
 */
export class VirtualClock implements Clock {
  pace = 1
  #now = 0
  #timers: Timer[] = []

  now(): number {
    return this.#now
  }

  pause(seconds: number): Promise<void> {
    return new Promise((fire) => {
      const at = this.#now + seconds * 1000
      const later = this.#timers.findLastIndex((timer) => timer.at <= at)
      this.#timers.splice(later + 1, 0, { at, fire })
    })
  }

  /** Lets time run until `work` is settled. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const watched = work.finally(() => {
      settled = true
    })
    watched.catch(() => undefined)
    for (;;) {
      await turn()
      if (settled) return watched
      if (!this.#jump()) throw new Error('Everything waits, and nothing is left that could happen.')
    }
  }

  /** Lets that much time pass with nobody at work. */
  async skip(seconds: number): Promise<void> {
    await this.drive(this.pause(seconds))
  }

  #jump(): boolean {
    const [first] = this.#timers
    if (!first) return false
    this.#now = Math.max(this.#now, first.at)
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.slice(due.length)
    for (const { fire } of due) fire()
    return true
  }
}

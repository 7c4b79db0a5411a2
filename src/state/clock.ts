/** Our own time, for measuring how long ago something was. What others see is told by the store's clock. */
export interface Clock {
  /** Milliseconds of the wall clock, which may be set. */
  wall(): number
  /** Milliseconds of the monotonic clock, which may stand still while the machine sleeps. */
  mono(): number
  /** Returns what takes it back. */
  later(ms: number, act: () => void): () => void
}

export const realClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now(),
  later: (ms, act) => {
    // A heartbeat alone must not keep a finished command from ending.
    const timer = setTimeout(act, ms).unref()
    return () => clearTimeout(timer)
  },
}

export interface Moment {
  readonly wall: number
  readonly mono: number
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.wall(), mono: clock.mono() })

/** Milliseconds since then: the longer of both clocks, for either may have missed something. */
export const since = (then: Moment, clock: Clock): number =>
  Math.max(clock.wall() - then.wall, clock.mono() - then.mono)

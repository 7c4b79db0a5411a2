import { Failed } from '../engine/errors.ts'
import { codeOf, messageOf } from './failure.ts'

/** What a wait needs to know of its surroundings. `Ctx` has it all. */
export interface Waiting {
  readonly signal: AbortSignal
  note(text: string): void
}

/** `ECOM_INFRA_PACE` scales every delay, poll interval and window; counts and the lock's lease are never scaled. */
export function pace(): number {
  const value = Number(process.env.ECOM_INFRA_PACE ?? '1')
  return Number.isFinite(value) && value > 0 ? value : 1
}

/** Milliseconds of wall clock that `seconds` of AWS's time take at the current pace. */
export const scaled = (seconds: number): number => seconds * 1000 * pace()

/** Rests for `seconds` of AWS's time. Ends at once, with the signal's reason, when the run is stopped. */
export async function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, scaled(seconds))
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export interface Patience {
  /** Completes "waiting for …". */
  readonly what: string
  /** Seconds between two looks. */
  readonly every: number
  /** The longest wait, in seconds. */
  readonly timeout: number
}

/**
 * Looks until `probe` returns something, and returns that. Says what it waits for once, when the first look was in vain.
 * Throws `Failed` (`TimedOut`) when the time is over.
 */
export async function until<T>(ctx: Waiting, patience: Patience, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + scaled(patience.timeout)
  for (let look = 0; ; look++) {
    const result = await probe()
    if (result !== undefined) return result
    if (look === 0) ctx.note(`waiting for ${patience.what}`)
    if (Date.now() >= end) {
      throw new Failed('TimedOut', `Gave up waiting for ${patience.what} after ${patience.timeout} s.`, {
        hint: 'Run the same command again: it goes on from here.',
      })
    }
    await pause(patience.every, ctx.signal)
  }
}

/** An error that a little patience cures: eventual consistency, or a state that passes. */
export interface Passing {
  /** Codes as `codeOf` gives them. A code that ends in `*` matches by its beginning. */
  readonly codes: readonly string[]
  /** Lower-case fragments, one of which the message must hold; empty: any message. */
  readonly says?: readonly string[]
  /** Seconds that it may last. */
  readonly seconds: number
  /** Completes "waiting for …". */
  readonly what: string
}

const matches = (rule: Passing, error: unknown): boolean => {
  const code = codeOf(error)
  const named = rule.codes.some((known) => (known.endsWith('*') ? code.startsWith(known.slice(0, -1)) : known === code))
  const message = messageOf(error).toLowerCase()
  return named && (rule.says === undefined || rule.says.some((fragment) => message.includes(fragment)))
}

/**
 * Repeats `act` while it is refused for one of the passing reasons. Each may last for as long as it says, from when it
 * first came up, and is told when it comes up.
 */
export async function patiently<T>(ctx: Waiting, rules: readonly Passing[], act: () => Promise<T>): Promise<T> {
  const began = new Map<Passing, number>()
  let told: Passing | undefined
  for (let attempt = 0; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      const rule = rules.find((candidate) => matches(candidate, error))
      if (!rule) throw error
      const since = began.get(rule) ?? Date.now()
      began.set(rule, since)
      if (Date.now() - since >= scaled(rule.seconds)) throw error
      if (rule !== told) ctx.note(`waiting for ${rule.what}`)
      told = rule
      await pause(Math.min(2 + attempt, 10), ctx.signal)
    }
  }
}

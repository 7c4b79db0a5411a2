import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types'
import { isCapacity, isCut, isNetwork, statusOf } from './failure.ts'
import { pause } from './wait.ts'

const ATTEMPTS = 10
/** Seconds: first delay and ceiling. Throttles need longer than a hiccup. */
const BASE = { THROTTLING: 1, TRANSIENT: 0.2 } as const
const CEILING = 20

/** As long as nothing has ever been answered, an endpoint that cannot be reached is a wrong one rather than a hiccup. */
const FIRST_ATTEMPTS = 3

const blind = new WeakSet<object>()

/** Marks an error whose call must not be repeated without a look: it may have taken effect (aws-behaviours.md 0.5). */
export function forbidRetry(error: unknown): void {
  if (typeof error === 'object' && error !== null) blind.add(error)
}

const token = (count: number): RetryToken => ({
  getRetryCount: () => count,
  getRetryDelay: () => 0,
})

/**
 * The SDK's retries by our rules (aws-behaviours.md 0.2): enough attempts for a wide run, no token bucket that runs dry,
 * quota and capacity errors never taken for throttles, no blind retry of creations that have neither name nor token,
 * and delays on the one clock.
 */
export class CarefulRetry implements RetryStrategyV2 {
  readonly mode = 'standard'
  #answered = false

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(token(0))
  }

  async refreshRetryTokenForRetry(last: RetryToken, info: RetryErrorInfo): Promise<RetryToken> {
    const { errorType } = info
    const error: unknown = info.error
    const count = last.getRetryCount() + 1
    const again =
      (errorType === 'THROTTLING' || errorType === 'TRANSIENT') && !isCapacity(error) && !blind.has(error as object)
    // A refusal is an answer too, and who hangs up is there.
    if (statusOf(error) !== undefined || isCut(error)) this.#answered = true
    const attempts = isNetwork(error) && !this.#answered ? FIRST_ATTEMPTS : ATTEMPTS
    if (!again || count >= attempts) throw new Error('no retry')
    await pause(Math.random() * Math.min(CEILING, BASE[errorType] * 2 ** count))
    return token(count)
  }

  recordSuccess(): void {
    this.#answered = true
  }
}

import type { Interceptor } from '../../support/proxy.ts'

/** Holds the calls of an action under way, until they are let go. */
export function holding(action: string): { reached: Promise<void>; intercept: Interceptor; release: () => void } {
  const [arrival, leave] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const intercept: Interceptor = (call) => {
    if (call.action !== action) return 'forward'
    arrival.resolve()
    return { pause: leave.promise }
  }
  return { reached: arrival.promise, intercept, release: leave.resolve }
}

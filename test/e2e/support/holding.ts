import type { Interceptor } from '../../support/proxy.ts'

/** Holds the calls of some actions under way, until they are let go. They are reached when one of each has come. */
export function holding(...actions: readonly string[]): {
  reached: Promise<void>
  intercept: Interceptor
  release: () => void
} {
  const [arrival, leave] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const awaited = new Set(actions)
  const intercept: Interceptor = (call) => {
    if (!actions.includes(call.action)) return 'forward'
    awaited.delete(call.action)
    if (awaited.size === 0) arrival.resolve()
    return { pause: leave.promise }
  }
  return { reached: arrival.promise, intercept, release: leave.resolve }
}

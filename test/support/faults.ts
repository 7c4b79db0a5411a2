import type { Call, Interceptor, Verdict } from './proxy.ts'
import { broken, expired, throttled } from './refusal.ts'

/**
 * What can go wrong with one call. `reset-before`, `500`, `503`, `throttle`: AWS never did it. `reset-after`, `500-after`:
 * AWS did it, and its answer is lost or worthless. `hang`: never answered, and never done. `expired`: from this call on the
 * credentials are dead. `pause`: held before AWS hears of it, until `release`, so that the client can be killed there.
 */
export type FaultKind =
  | 'throttle'
  | '500'
  | '503'
  | '500-after'
  | 'reset-before'
  | 'reset-after'
  | 'hang'
  | 'expired'
  | 'pause'

/** Which calls a fault hits. Only changes, unless `reads` is said. */
export type Aim = (
  | { /** The n-th that would be hit, 1 the first. */ readonly nth: number }
  | { readonly action: string; readonly service?: string; readonly times?: number }
  | { /** 0 to 1, by a seeded die. */ readonly chance: number; readonly seed: number }
  | { /** Asked for each call in turn. */ readonly where: (call: Call) => boolean }
) & { readonly reads?: boolean }

export interface Fault {
  readonly kind: FaultKind
  readonly aim: Aim
}

export interface Faults {
  readonly intercept: Interceptor
  /** What was hit, in order. */
  readonly hits: readonly { readonly kind: FaultKind; readonly call: Call }[]
  /** When the first call has been hit. */
  readonly reached: Promise<Call>
  /** Lets paused calls go, and every later one that would be paused. */
  release(): void
}

/** Breaks calls as they pass the proxy: `proxy.intercept(faults([…]).intercept)`. The first fault that hits wins. */
export function faults(wanted: readonly Fault[]): Faults {
  const marksmen = wanted.map(({ kind, aim }) => ({ kind, hit: marksman(aim) }))
  const hits: { kind: FaultKind; call: Call }[] = []
  const [first, leave] = [Promise.withResolvers<Call>(), Promise.withResolvers<void>()]
  let dead = false
  const intercept: Interceptor = (call) => {
    if (dead) return expired(call)
    // All are asked, so that each counts and throws its die for the same calls whatever the others do.
    const struck = marksmen.filter(({ hit }) => hit(call))[0]
    if (struck === undefined) return 'forward'
    hits.push({ kind: struck.kind, call })
    first.resolve(call)
    dead = struck.kind === 'expired'
    return verdictOf(struck.kind, call, leave.promise)
  }
  return { intercept, hits, reached: first.promise, release: leave.resolve }
}

function verdictOf(kind: FaultKind, call: Call, released: Promise<void>): Verdict {
  switch (kind) {
    case 'throttle':
      return throttled(call)
    case '500':
      return broken(call, 500)
    case '503':
      return broken(call, 503)
    case '500-after':
      return { rewrite: () => broken(call, 500) }
    case 'expired':
      return expired(call)
    case 'pause':
      return { pause: released }
    default:
      return kind
  }
}

function marksman(aim: Aim): (call: Call) => boolean {
  const aimed = (call: Call): boolean => call.mutating || aim.reads === true
  if ('chance' in aim) {
    const roll = dice(aim.seed)
    return (call) => aimed(call) && roll() < aim.chance
  }
  if ('where' in aim) return (call) => aimed(call) && aim.where(call)
  let left = 'nth' in aim ? aim.nth : (aim.times ?? 1)
  const counts = (call: Call): boolean =>
    aimed(call) &&
    ('nth' in aim || (call.action === aim.action && (aim.service === undefined || call.service === aim.service)))
  return (call) => {
    if (left === 0 || !counts(call)) return false
    left -= 1
    return 'action' in aim || left === 0
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

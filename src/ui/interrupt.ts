import { EXIT, Interrupted } from '../engine/errors.ts'

export const FINISHING = 'finishing the calls in flight, then saving; press Ctrl-C again to stop now'

type Signal = 'SIGINT' | 'SIGTERM'

interface InterruptOptions {
  /** Aborted with `Interrupted` by the first signal. */
  readonly stop: AbortController
  /** Says that it was heard. */
  readonly tell: (text: string) => void
  readonly exit?: (code: number) => void
  /** Milliseconds, by a clock that only goes forward. */
  readonly now?: () => number
}

/**
 * Within so many milliseconds a second signal is the first one's echo: a terminal signals every process of the group,
 * and the one in front of ours hands on what it was sent.
 */
const ECHO = 300

/** The first SIGINT or SIGTERM ends the run in order, the second one at once. */
export function onInterrupt({
  stop,
  tell,
  exit = process.exit,
  now = () => performance.now(),
}: InterruptOptions): Disposable {
  let heard: number | null = null
  const listen = (signal: Signal) => () => {
    if (heard !== null && now() - heard < ECHO) return
    if (heard !== null) return exit(signal === 'SIGINT' ? EXIT.sigint : EXIT.sigterm)
    heard = now()
    tell(FINISHING)
    if (!stop.signal.aborted) stop.abort(new Interrupted(signal))
  }
  // Until now nothing had been begun: `bin/run.js` ended it at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    for (const early of process.listeners(signal)) if (early.name === 'endAtOnce') process.off(signal, early)
  const listeners = { SIGINT: listen('SIGINT'), SIGTERM: listen('SIGTERM') }
  process.on('SIGINT', listeners.SIGINT)
  process.on('SIGTERM', listeners.SIGTERM)
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', listeners.SIGINT)
      process.off('SIGTERM', listeners.SIGTERM)
    },
  }
}

import { EXIT, Interrupted } from '../engine/errors.ts'

export const FINISHING = 'finishing the calls in flight, then saving; press Ctrl-C again to stop now'

type Signal = 'SIGINT' | 'SIGTERM'

interface InterruptOptions {
  /** Aborted with `Interrupted` by the first signal. */
  readonly stop: AbortController
  /** Says that it was heard. */
  readonly tell: (text: string) => void
  readonly exit?: (code: number) => void
}

/** The first SIGINT or SIGTERM ends the run in order, the second one at once. */
export function onInterrupt({ stop, tell, exit = process.exit }: InterruptOptions): Disposable {
  let heard = false
  const listen = (signal: Signal) => () => {
    if (heard) return exit(signal === 'SIGINT' ? EXIT.sigint : EXIT.sigterm)
    heard = true
    tell(FINISHING)
    if (!stop.signal.aborted) stop.abort(new Interrupted(signal))
  }
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

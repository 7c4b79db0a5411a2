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
  /** Tells whether another process stands in front of this one. */
  readonly self?: Self
}

interface Self {
  readonly env: NodeJS.ProcessEnv
  readonly channel?: unknown
}

/** Milliseconds between two signals that nobody sends by hand: `timeout` signals what it started, then its whole group. */
const AT_ONCE = 15
/** And until a front has handed on what the terminal has sent to every process of the group already. */
const ECHO = 100

/** `bin/run.js` in front of another Node has a channel to it; npm and its like, which also hand on, set the variables. */
const isFronted = ({ env, channel }: Self): boolean =>
  channel !== undefined || env.npm_command !== undefined || env.npm_lifecycle_event !== undefined

/** Whether a signal is an echo. A front hands on one late, no more: whoever presses a third time is always heard. */
function echoes(self: Self): (sinceFirst: number) => boolean {
  let late = isFronted(self) ? 1 : 0
  return (since) => since < AT_ONCE || (since < ECHO && late-- > 0)
}

/** The first SIGINT or SIGTERM ends the run in order, the second one at once. */
export function onInterrupt({
  stop,
  tell,
  exit = process.exit,
  now = () => performance.now(),
  self = process,
}: InterruptOptions): Disposable {
  let heard: number | null = null
  const isEcho = echoes(self)
  const listen = (signal: Signal) => () => {
    if (heard !== null) {
      if (!isEcho(now() - heard)) exit(signal === 'SIGINT' ? EXIT.sigint : EXIT.sigterm)
      return
    }
    tell(FINISHING)
    if (!stop.signal.aborted) stop.abort(new Interrupted(signal))
    // Only now: what was sent meanwhile came together with it.
    heard = now()
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

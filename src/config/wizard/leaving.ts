import { Interrupted } from '../../engine/errors.ts'

interface Leaving extends Disposable {
  /** Aborted with `Interrupted` by the first of them. */
  readonly signal: AbortSignal
}

/**
 * While questions are asked signals end them in order. Whoever ends the program at once (`bin/run.js`) would leave a
 * terminal without a cursor; he hears them again afterwards.
 */
export function leavingAtSignals(): Leaving {
  const stop = new AbortController()
  const undo = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const others = process.rawListeners(name) as NodeJS.SignalsListener[]
    const leave = () => stop.abort(new Interrupted(name))
    // In this order: without a listener a signal ends this process by itself.
    process.on(name, leave)
    for (const one of others) process.off(name, one)
    return () => {
      for (const one of others) process.on(name, one)
      process.off(name, leave)
    }
  })
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const each of undo) each()
    },
  }
}

/** What is waited for between two questions: there Ctrl-C is not a key, but a signal. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

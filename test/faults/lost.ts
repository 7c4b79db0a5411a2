import type { FaultKind } from '../support/faults.ts'
import { dealt, liveThrough } from './life.ts'
import type { Kind, Trial } from './trial.ts'

const NAMES: Readonly<Partial<Record<FaultKind, string>>> = {
  'reset-before': 'connection reset before the call',
  'reset-after': 'connection reset after AWS did it',
  '500': 'HTTP 500 instead of the call',
  '500-after': 'HTTP 500 after AWS did it',
  '503': 'HTTP 503',
  throttle: 'throttled',
  hang: 'no answer at all',
}

/** What is never answered costs a third of the lease, which the pace does not scale: both by the same measure. */
const ENV: Readonly<Partial<Record<string, Readonly<Record<string, string>>>>> = {
  hang: { ECOM_INFRA_LEASE: '9', ECOM_INFRA_PACE: '0.15' },
}

/** Lives that the operations are dealt out to: waiting for what never comes takes minutes. */
const PARTS: Readonly<Partial<Record<string, number>>> = { hang: 3 }

/** Calls that go wrong: each distinct operation once, all of them in one `up` and one `down`, which have to cope alone. */
export const lost: readonly Kind[] = Object.entries(NAMES).map(([fault, name]) => {
  const of = PARTS[fault] ?? 1
  return {
    name,
    trials: Array.from(
      { length: of },
      (_, part): Trial => ({
        id: `part ${part + 1}/${of}`,
        run: (ground) => liveThrough(ground, dealt(ground, fault, { part, of }), ENV[fault]),
      }),
    ),
  }
})

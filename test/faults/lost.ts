import type { FaultKind } from '../support/faults.ts'
import { dealt, liveThrough } from './life.ts'
import type { Kind } from './trial.ts'

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
  hang: { ECOM_INFRA_LEASE: '6', ECOM_INFRA_PACE: '0.1' },
}

/** Calls that go wrong: each distinct operation once, all of them in one `up` and one `down`, which have to cope alone. */
export const lost: readonly Kind[] = Object.entries(NAMES).map(([fault, name]) => ({
  name,
  trials: [
    {
      id: 'each operation once',
      run: (ground) => liveThrough(ground, dealt(ground, fault, { part: 0, of: 1 }), ENV[fault]),
    },
  ],
}))

import { type FaultKind, faults } from '../support/faults.ts'
import { dealt, liveThrough, type Ordeal } from './life.ts'
import { operationOf } from './operation.ts'
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

/** Calls that go wrong: each distinct operation once, all of them in one `up` and one `down`, which have to cope alone. */
export const lost: readonly Kind[] = Object.entries(NAMES).map(([fault, name]) => ({
  name,
  trials: [
    {
      id: 'each operation once',
      run: (ground) => liveThrough(ground, dealt(ground, 0, 1), breaking(fault as FaultKind)),
    },
  ],
}))

/** Breaks the first call of each wanted operation. */
export const breaking =
  (kind: FaultKind): Ordeal =>
  async ({ account, run }, args, wanted) => {
    const where = (call: Parameters<typeof operationOf>[0]) => wanted.delete(operationOf(call))
    account.proxy.intercept(faults([{ kind, aim: { where } }]).intercept)
    return run(args, { timeoutMs: 400_000 })
  }

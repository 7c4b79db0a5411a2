import type { Moment } from './blade.ts'
import { dealt, liveThrough } from './life.ts'
import type { Kind, Trial } from './trial.ts'

const NAMES: Readonly<Record<Moment, string>> = {
  before: 'kill -9 before the call',
  after: 'kill -9 after AWS did it, before the answer is read',
  unwritten: 'kill -9 after the answer, before it is in the manifest',
}
/** For a third of its lease a dead run's last calls may still be on their way, and the next run looks for them. */
const LEASE = { ECOM_INFRA_LEASE: '15' }

/** Lives that the operations are dealt out to, so that several can be lived at once. */
const OF = 3

/** Runs that are killed: in `up` and in `down` of the whole stack, at every distinct operation. */
export const killed: readonly Kind[] = Object.entries(NAMES).map(([moment, name]) => ({
  name,
  trials: Array.from(
    { length: OF },
    (_, part): Trial => ({
      id: `part ${part + 1}/${OF}`,
      // Many runs for one: their calls say nothing about those of one.
      run: async (ground) => ({
        ...(await liveThrough(ground, dealt(ground, moment, { part, of: OF }), LEASE)),
        undisturbed: null,
      }),
    }),
  ),
}))

import { Blade, type Moment } from './blade.ts'
import { dealt, liveThrough, type Ordeal } from './life.ts'
import type { Kind, Trial } from './trial.ts'

const NAMES: Readonly<Record<Moment, string>> = {
  before: 'kill -9 before the call',
  after: 'kill -9 after AWS did it, before the answer is read',
  unwritten: 'kill -9 after the answer, before it is in the manifest',
}
/** Lives that the operations are dealt out to, so that several can be lived at once. */
const PARTS = 3
/** Cuts that may meet nothing new. */
const SPARE = 5

/** Runs that are killed: in `up` and in `down` of the whole stack, at every distinct operation. */
export const killed: readonly Kind[] = Object.entries(NAMES).map(([moment, name]) => ({
  name,
  trials: Array.from(
    { length: PARTS },
    (_, part): Trial => ({
      id: `part ${part + 1}/${PARTS}`,
      run: async (ground) => {
        const outcome = await liveThrough(ground, dealt(ground, part, PARTS), killing(moment as Moment))
        // Many runs for one: their calls say nothing about those of one.
        return { ...outcome, undisturbed: null }
      },
    }),
  ),
}))

/** Gives the command again and again, killed at one wanted operation after the other, until it goes through. */
export const killing =
  (moment: Moment): Ordeal =>
  async ({ account, start }, args, wanted) => {
    for (let left = wanted.size + SPARE; ; left -= 1) {
      const blade = new Blade(moment, left > 0 ? wanted : new Set())
      account.proxy.intercept(blade.intercept)
      const run = start(args)
      blade.aimAt(run)
      const result = await run.result
      blade.end()
      if (result.signal !== 'SIGKILL' || result.timedOut) return result
    }
  }

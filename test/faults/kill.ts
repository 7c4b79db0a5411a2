import type { Stack } from '../e2e/support/stack-at.ts'
import type { CliResult } from '../support/run-cli.ts'
import { Blade, type Moment } from './blade.ts'
import { both, GOOD, isFlawless, type Judgement, judgeDown, judgeUp } from './judgement.ts'
import { operationsIn } from './operation.ts'
import { DOWN, type Ground, type Kind, type Outcome, type Trial, UP } from './trial.ts'

const NAMES: Readonly<Record<Moment, string>> = {
  before: 'kill -9 before the call',
  after: 'kill -9 after AWS did it, before the answer is read',
  unwritten: 'kill -9 after the answer, before it is in the manifest',
}
/** Lives that the operations are dealt out to, so that several can be lived at once. */
const PARTS = 3
/** Lives in which every operation has to have been met. */
const LIVES = 3

/** Cuts that may meet nothing new. */
const SPARE = 5

/** What a life has still to meet. */
interface Wanted {
  readonly up: Set<string>
  readonly down: Set<string>
}

/** The rows of the table about runs that are killed: `up` and `down` of the whole stack, at every distinct operation. */
export const killed: readonly Kind[] = Object.entries(NAMES).map(([moment, name]) => ({
  name,
  trials: Array.from(
    { length: PARTS },
    (_, part): Trial => ({
      id: `part ${part + 1}/${PARTS}`,
      run: (ground) => tryAll(ground, moment as Moment, dealtTo(part, ground)),
    }),
  ),
}))

function dealtTo(part: number, { clean }: Ground): Wanted {
  const mine = (_: string, index: number) => index % PARTS === part
  return { up: new Set(operationsIn(clean.up).filter(mine)), down: new Set(operationsIn(clean.down).filter(mine)) }
}

/** Lives until every operation was met. One that never was is a problem. */
export async function tryAll(ground: Ground, moment: Moment, wanted: Wanted): Promise<Outcome> {
  const points = wanted.up.size + wanted.down.size
  let [judgement, calls, converged] = [GOOD, 0, 0]
  for (let life = 1; life <= LIVES && wanted.up.size + wanted.down.size > 0; life += 1) {
    const before = wanted.up.size + wanted.down.size
    const lived = await live(ground, moment, wanted)
    calls += lived.calls
    judgement = both(judgement, lived)
    if (isFlawless(lived)) converged += before - wanted.up.size - wanted.down.size
  }
  const never = [...[...wanted.up].map((one) => `up: ${one}`), ...[...wanted.down].map((one) => `down: ${one}`)]
  const problems = [...judgement.problems, ...never.map((one) => `never met: ${one}`)]
  return { points, converged, calls, undisturbed: null, ...judgement, problems }
}

/** From nothing to nothing, killed all along the way: what stands in between and at the end is judged. */
async function live(ground: Ground, moment: Moment, wanted: Wanted): Promise<Judgement & { readonly calls: number }> {
  const stack = await ground.open()
  try {
    const made = await cutDown(stack, UP, moment, wanted.up)
    const standing = await judgeUp(stack, made, ground)
    const gone = isFlawless(standing) ? await cutDown(stack, DOWN, moment, wanted.down) : null
    const fallen = gone === null ? GOOD : await judgeDown(stack, gone, ground)
    return { ...both(standing, fallen), calls: stack.account.proxy.report().total }
  } finally {
    await stack.close()
  }
}

/** Gives the command again and again, killed at one wanted operation after the other, until it goes through. */
async function cutDown(stack: Stack, args: readonly string[], moment: Moment, wanted: Set<string>): Promise<CliResult> {
  const { proxy } = stack.account
  for (let left = wanted.size + SPARE; ; left -= 1) {
    const blade = new Blade(moment, left > 0 ? wanted : new Set())
    proxy.intercept(blade.intercept)
    const run = stack.start(args)
    blade.aimAt(run)
    const result = await run.result
    blade.end()
    proxy.intercept(null)
    if (result.signal !== 'SIGKILL' || result.timedOut) return result
  }
}

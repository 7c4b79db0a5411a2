import type { Stack } from '../e2e/support/stack-at.ts'
import { type FaultKind, faults } from '../support/faults.ts'
import type { CliOptions, CliResult } from '../support/run-cli.ts'
import { Blade, pointOf } from './blade.ts'
import { both, GOOD, isFlawless, type Judgement, judgeDown, judgeUp } from './judgement.ts'
import { operationOf, operationsIn } from './operation.ts'
import { DOWN, type Ground, type Outcome, UP } from './trial.ts'

/** Lives in which every point has to have been met. */
const LIVES = 3
/** Cuts that may meet nothing new. */
const SPARE = 5

const BREAKS: readonly FaultKind[] = ['reset-before', 'reset-after', '500', '500-after', '503', 'throttle', 'hang']

/** What has still to be met, as points: `before ec2:CreateVpc`, `reset-after rds:CreateDBInstance`. */
export interface Wanted {
  readonly up: Set<string>
  readonly down: Set<string>
}

/** This is to happen to every `of`-th of the operations that change something in a clean life, from the `part`-th on. */
export function dealt({ clean }: Ground, what: string, { part, of }: { part: number; of: number }): Wanted {
  const points = (calls: Ground['clean']['up']) =>
    new Set(
      operationsIn(calls)
        .filter((_, index) => index % of === part)
        .map((operation) => pointOf(what, operation)),
    )
  return { up: points(clean.up), down: points(clean.down) }
}

const sizeOf = ({ up, down }: Wanted): number => up.size + down.size

/** Lives until every point was met. One that never was is a problem. */
export async function liveThrough(ground: Ground, wanted: Wanted, env: CliOptions['env'] = {}): Promise<Outcome> {
  const points = sizeOf(wanted)
  let [judgement, calls, converged, lives] = [GOOD, 0, 0, 0]
  for (; lives < LIVES && sizeOf(wanted) > 0; lives += 1) {
    const before = sizeOf(wanted)
    const lived = await live(ground, wanted, env)
    calls += lived.calls
    judgement = both(judgement, lived)
    if (isFlawless(lived)) converged += before - sizeOf(wanted)
  }
  const never = [...[...wanted.up].map((one) => `up: ${one}`), ...[...wanted.down].map((one) => `down: ${one}`)]
  const problems = [...judgement.problems, ...never.map((one) => `never met: ${one}`)]
  const undisturbed = lives * (ground.clean.up.length + ground.clean.down.length)
  return { points, converged, calls, undisturbed, ...judgement, problems }
}

type Lived = Judgement & { readonly calls: number }

/** From nothing to nothing. What stands in between, and what is left at the end, is judged. */
async function live(ground: Ground, wanted: Wanted, env: CliOptions['env']): Promise<Lived> {
  const stack = await ground.open(env)
  const { proxy } = stack.account
  const counted = async (args: readonly string[], points: Set<string>) => {
    const before = proxy.calls.length
    const result = await suffer(stack, args, points)
    return { result, calls: proxy.calls.length - before }
  }
  try {
    const made = await counted(UP, wanted.up)
    const standing = await judgeUp(stack, made.result, ground)
    if (!isFlawless(standing)) return { ...standing, calls: made.calls }
    const gone = await counted(DOWN, wanted.down)
    return { ...(await judgeDown(stack, gone.result, ground)), calls: made.calls + gone.calls }
  } finally {
    await stack.close()
  }
}

/**
 * Gives a command, which meets the wanted points on its way. Where that kills it, it is given again, until it ends by
 * itself. What has been met is taken out.
 */
export async function suffer(
  { account, start }: Stack,
  args: readonly string[],
  wanted: Set<string>,
): Promise<CliResult> {
  const breaks = faults(
    BREAKS.map((kind) => ({ kind, aim: { where: (call) => wanted.delete(pointOf(kind, operationOf(call))) } })),
  )
  for (let left = wanted.size + SPARE; ; left -= 1) {
    const blade = new Blade(left > 0 ? wanted : new Set())
    account.proxy.intercept(async (call) => {
      const verdict = await blade.intercept(call)
      return verdict === 'forward' ? breaks.intercept(call) : verdict
    })
    const run = start(args, { timeoutMs: 400_000 })
    blade.aimAt(run)
    const result = await run.result
    blade.end()
    account.proxy.intercept(null)
    if (result.signal !== 'SIGKILL' || result.timedOut) return result
  }
}

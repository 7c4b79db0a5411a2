import type { Stack } from '../e2e/support/stack-at.ts'
import type { CliResult } from '../support/run-cli.ts'
import { both, GOOD, isFlawless, type Judgement, judgeDown, judgeUp } from './judgement.ts'
import { operationsIn } from './operation.ts'
import { DOWN, type Ground, type Outcome, UP } from './trial.ts'

/** Lives in which every operation has to have been met. */
const LIVES = 3

/** What has still to be met, by operation. */
export interface Wanted {
  readonly up: Set<string>
  readonly down: Set<string>
}

/** How a command is brought to its end. What it meets on its way is taken out of `wanted`. */
export type Ordeal = (stack: Stack, args: readonly string[], wanted: Set<string>) => Promise<CliResult>

/** Every `parts`-th of the operations that change something in a clean life, from the `part`-th on. */
export function dealt({ clean }: Ground, part: number, parts: number): Wanted {
  const mine = (_: string, index: number) => index % parts === part
  return { up: new Set(operationsIn(clean.up).filter(mine)), down: new Set(operationsIn(clean.down).filter(mine)) }
}

const sizeOf = ({ up, down }: Wanted): number => up.size + down.size

/** Lives until every operation was met. One that never was is a problem. */
export async function liveThrough(ground: Ground, wanted: Wanted, ordeal: Ordeal): Promise<Outcome> {
  const points = sizeOf(wanted)
  let [judgement, calls, converged, lives] = [GOOD, 0, 0, 0]
  for (; lives < LIVES && sizeOf(wanted) > 0; lives += 1) {
    const before = sizeOf(wanted)
    const lived = await live(ground, wanted, ordeal)
    calls += lived.calls
    judgement = both(judgement, lived)
    if (isFlawless(lived)) converged += before - sizeOf(wanted)
  }
  const never = [...[...wanted.up].map((one) => `up: ${one}`), ...[...wanted.down].map((one) => `down: ${one}`)]
  const problems = [...judgement.problems, ...never.map((one) => `never met: ${one}`)]
  const undisturbed = lives * (ground.clean.up.length + ground.clean.down.length)
  return { points, converged, calls, undisturbed, ...judgement, problems }
}

/** From nothing to nothing. What stands in between, and what is left at the end, is judged. */
async function live(ground: Ground, wanted: Wanted, ordeal: Ordeal): Promise<Judgement & { readonly calls: number }> {
  const stack = await ground.open()
  const { proxy } = stack.account
  const counted = async (args: readonly string[], of: Set<string>) => {
    const before = proxy.calls.length
    const result = await ordeal(stack, args, of)
    proxy.intercept(null)
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

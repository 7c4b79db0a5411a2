import type { Stack } from '../e2e/support/stack-at.ts'
import { faults } from '../support/faults.ts'
import type { CliResult } from '../support/run-cli.ts'
import { both, GOOD, isFlawless, judgeDown, judgeUp } from './judgement.ts'
import { DOWN, type Ground, type Kind, type Outcome, type Trial, UP } from './trial.ts'

const THROTTLED = 0.2
const LOST = 0.05
const SEEDS = 20

/** Renewals of the lock come with time, and not with faults: a long lease keeps them out of the count. */
const CALM = { ECOM_INFRA_LEASE: '60' }

/** Of the calls of a clean run, all that reach the proxy, retries included: in `up` by itself, and in `down`. */
const MOST = 1.5

/** Calls of every sort, reads too, are throttled, or done and never answered; each seed is a life of its own. */
export const storm: Kind = {
  name: '20 % throttled and 5 % of answers lost, at random',
  trials: Array.from({ length: SEEDS }, (_, index) => seeded(index + 1)),
}

function seeded(seed: number): Trial {
  return {
    id: `seed ${seed}`,
    run: async (ground) => {
      const stack = await ground.open(CALM)
      try {
        return await live(stack, seed, ground)
      } finally {
        await stack.close()
      }
    },
  }
}

async function live(stack: Stack, seed: number, ground: Ground): Promise<Outcome> {
  const { up, down } = ground.clean
  const coming = await stormy(stack, UP, seed)
  let judgement = both(await judgeUp(stack, coming.result, ground), costOf('up', coming.calls, up.length))
  const going = await stormy(stack, DOWN, seed + SEEDS)
  judgement = both(judgement, await judgeDown(stack, going.result, ground))
  judgement = both(judgement, costOf('down', going.calls, down.length))
  return {
    ...{ points: 1, converged: isFlawless(judgement) ? 1 : 0, ...judgement },
    ...{ calls: coming.calls + going.calls, undisturbed: up.length + down.length },
  }
}

/** A command while it storms; what is asked afterwards is asked in calm. */
async function stormy(
  { account: { proxy }, run }: Stack,
  args: readonly string[],
  seed: number,
): Promise<{ readonly result: CliResult; readonly calls: number }> {
  const { intercept } = faults([
    { kind: 'throttle', aim: { chance: THROTTLED, seed, reads: true } },
    { kind: 'reset-after', aim: { chance: LOST, seed: seed + 1_000, reads: true } },
  ])
  proxy.reset()
  proxy.intercept(intercept)
  const result = await run(args)
  proxy.intercept(null)
  return { result, calls: proxy.calls.length }
}

const costOf = (command: string, calls: number, clean: number) =>
  calls <= clean * MOST
    ? GOOD
    : { ...GOOD, problems: [`${command} took ${calls} calls, and ${clean} without any fault`] }

import type { Stack } from '../e2e/support/stack-at.ts'
import { type FaultKind, faults } from '../support/faults.ts'
import type { CliResult } from '../support/run-cli.ts'
import { both, GOOD, isFlawless, type Judgement, judgeDown, judgeUp, struck } from './judgement.ts'
import { DOWN, type Ground, type Kind, type Outcome, type Trial, UP } from './trial.ts'

const THROTTLED = 0.2
const LOST = 0.05
const SEEDS = 20

/** Renewals of the lock come with time, and not with faults: a long lease keeps them out of the count. */
const CALM = { ECOM_INFRA_LEASE: '60' }

/** Of the calls of a clean life, `up` and `down`. All that reach the proxy count: AWS's refusals, and every retry. */
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
  const coming = await stormy(stack, UP, seed)
  const whole = await judgeUp(stack, coming.result, ground)
  const going = await stormy(stack, DOWN, seed + SEEDS)
  const gone = await judgeDown(stack, going.result, ground)
  const calls = coming.calls + going.calls
  const undisturbed = ground.clean.up.length + ground.clean.down.length
  const judgement = [gone, costOf(calls, undisturbed), coming.weather, going.weather].reduce(both, whole)
  return { points: 1, converged: isFlawless(judgement) ? 1 : 0, ...judgement, calls, undisturbed }
}

interface Stormed {
  readonly result: CliResult
  readonly calls: number
  /** Whether there was any. */
  readonly weather: Judgement
}

/** A command while it storms; what is asked afterwards is asked in calm. */
async function stormy({ account: { proxy }, run }: Stack, args: readonly string[], seed: number): Promise<Stormed> {
  const { intercept, hits } = faults([
    { kind: 'throttle', aim: { chance: THROTTLED, seed, reads: true } },
    { kind: 'reset-after', aim: { chance: LOST, seed: seed + 1_000, reads: true } },
  ])
  proxy.reset()
  proxy.intercept(intercept)
  const result = await run(args)
  proxy.intercept(null)
  const count = (wanted: FaultKind) => hits.filter(({ kind }) => kind === wanted).length
  const weather = both(
    struck('a call is throttled', count('throttle')),
    struck('an answer is lost', count('reset-after')),
  )
  return { result, calls: proxy.calls.length, weather }
}

const costOf = (calls: number, clean: number): Judgement =>
  calls <= clean * MOST ? GOOD : { ...GOOD, problems: [`it took ${calls} calls, and ${clean} without any fault`] }

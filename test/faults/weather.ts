import type { Stack } from '../e2e/support/stack-at.ts'
import { dice } from '../support/faults.ts'
import { failingNat } from '../support/weather/broken-nat.ts'
import { hidden } from '../support/weather/hidden.ts'
import { lingering } from '../support/weather/lingering.ts'
import { slowStates } from '../support/weather/slow.ts'
import { under } from '../support/weather/weather.ts'
import { both, failed, GOOD, isFlawless, type Judgement, judgeDown, judgeUp, struck } from './judgement.ts'
import { DOWN, type Ground, type Kind, type Outcome, type Trial, UP } from './trial.ts'

const SEEDS = 8

/** What new things are hidden for at the most, in seconds; and how long interfaces outlive what they served. */
const HIDDEN = 10
const LEFT = 60
const PACE = 0.02

/** New things are hidden and refused for a while, what is made takes its time, and interfaces stay when it goes. */
export const weather: Kind = {
  name: 'new things hidden, slow states, interfaces left standing',
  trials: Array.from({ length: SEEDS }, (_, index) => seeded(index + 1)),
}

function seeded(seed: number): Trial {
  return {
    id: `seed ${seed}`,
    run: async (ground) => {
      const stack = await ground.open({ ECOM_INFRA_PACE: String(PACE) })
      try {
        return await live(stack, seed, ground)
      } finally {
        await stack.close()
      }
    },
  }
}

/** In every other life, the NAT gateway fails once, and `up` is run a second time. */
async function live(stack: Stack, seed: number, ground: Ground): Promise<Outcome> {
  const roll = dice(seed)
  const upTo = () => roll() * HIDDEN * 1_000 * PACE
  const left = lingering(stack.raw.ec2, LEFT * 1_000 * PACE)
  const nat = failingNat(seed % 2, 'InsufficientFreeAddressesInSubnet', 'The subnet has no free address')
  const { proxy } = stack.account
  const young = hidden({ shown: upTo, known: upTo, once: 0 })
  const slow = slowStates(PACE)
  proxy.intercept(under(young, slow, nat, left))
  let judgement: Judgement = seed % 2 === 0 ? GOOD : await failsOnce(stack, nat.failed)
  judgement = both(judgement, await judgeUp(stack, await stack.run(UP), ground))
  const down = await stack.run(DOWN)
  await left.settled()
  judgement = both(judgement, await judgeDown(stack, down, ground))
  judgement = both(judgement, struck('something is missed', young.missed.size))
  judgement = both(judgement, struck('something new is refused', young.refused.size))
  judgement = both(judgement, struck('something is slow', slow.shown.size))
  judgement = both(judgement, struck('an interface stands in the way', left.refused.size))
  const converged = isFlawless(judgement) ? 1 : 0
  return { points: 1, converged, ...judgement, calls: proxy.calls.length, undisturbed: null }
}

/** Reported as AWS reports it, and nothing else has failed. */
async function failsOnce(stack: Stack, failedIds: readonly string[]): Promise<Judgement> {
  const result = await stack.run(UP)
  if (result.code !== 1) return failed('up with a NAT gateway that fails', result)
  const { failures = [] } = result.json<{ failures?: readonly { awsCode: string; message: string }[] }>()
  const told = failures.map(({ awsCode, message }) => `${awsCode} ${message}`)
  const right = told.length === 1 && told[0]?.startsWith('Insufficient') && told[0].includes(failedIds[0] ?? '?')
  return right ? GOOD : { ...GOOD, problems: [`up tells of: ${told.join('; ') || result.stdout}`] }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { FINISHING } from '../../src/ui/interrupt.ts'
import type { Stack } from '../e2e/support/stack-at.ts'
import { dice } from '../support/faults.ts'
import type { Call, Interceptor } from '../support/proxy.ts'
import type { CliResult, CliRun } from '../support/run-cli.ts'
import { both, GOOD, isFlawless, type Judgement, judgeDown, judgeUp } from './judgement.ts'
import { damageOf, holderOf } from './stored.ts'
import { DOWN, type Ground, type Kind, type Outcome, UP } from './trial.ts'

/** When a run is signalled, and how. */
interface Moment {
  readonly seed: number
  readonly signal: 'SIGINT' | 'SIGTERM'
  /** The n-th call that changes something in AWS; or, while nothing has changed yet, that does not. */
  readonly nth: number
  readonly mutating: boolean
  /** Milliseconds after that call came. */
  readonly delay: number
  /** Whether a person loses patience, and presses Ctrl-C again; and so many milliseconds after the first was answered. */
  readonly twice: boolean
  readonly patience: number
}

/** Changes of a run, and looks before them, among which the moment lies. */
const CHANGES = 20
const LOOKS = 80

function momentOf(seed: number): Moment {
  const roll = dice(seed * 7_919)
  const mutating = roll() < 0.8
  const twice = roll() < 0.3
  return {
    seed,
    ...{ mutating, twice, signal: twice || roll() < 0.5 ? 'SIGINT' : 'SIGTERM' },
    nth: 1 + Math.floor(roll() * (mutating ? CHANGES : LOOKS)),
    delay: Math.floor(roll() * 40),
    patience: 20 + Math.floor(roll() * 180),
  }
}

/** Milliseconds: what was under way when the signal came is on the wire by then; and so long calls are held, to see. */
const GRACE = 300
const HELD = 600
/** At once, on a machine with other work. */
const AT_ONCE = 1_500

const isChange = ({ mutating, service }: Call): boolean => mutating && service !== 's3'

/** Signals one run. Null: it had ended before its moment came. Else what is wrong, which should be nothing. */
async function interrupt(stack: Stack, args: readonly string[], moment: Moment): Promise<readonly string[] | null> {
  const { proxy } = stack.account
  const struck = Promise.withResolvers<'struck'>()
  const over = Promise.withResolvers<'ended'>()
  proxy.intercept(striker(moment, () => struck.resolve('struck'), over.promise))
  const run = stack.start(args)
  const ended = run.result.then(() => 'ended' as const)
  over.resolve(ended)
  if ((await Promise.race([struck.promise, ended])) === 'ended') {
    proxy.intercept(null)
    return null
  }
  await sleep(moment.delay)
  run.kill(moment.signal)
  const wrong = await ending(stack, run, moment)
  proxy.intercept(null)
  return wrong
}

/** From the moment on, calls are held for a while: so that there is something in flight, and to see whether more begin. */
function striker({ nth, mutating, twice }: Moment, strike: () => void, over: Promise<unknown>): Interceptor {
  let left = nth
  return (call) => {
    if (left > 0 && (mutating ? isChange(call) : !call.mutating)) left -= 1
    if (left > 0) return 'forward'
    strike()
    // A run that does not hear the second signal has to wait for it, and is seen.
    return { pause: twice ? Promise.race([over, sleep(2 * AT_ONCE)]) : sleep(HELD) }
  }
}

async function ending(stack: Stack, run: CliRun, moment: Moment): Promise<readonly string[]> {
  const { proxy } = stack.account
  const result = run.result
  await Promise.race([run.said(new RegExp(FINISHING)).catch(() => undefined), result])
  if (moment.twice) return again(stack, run, moment.patience)
  await Promise.race([sleep(GRACE), result])
  const before = proxy.calls.length
  const { code, stderr } = await result
  const wanted = moment.signal === 'SIGINT' ? 130 : 143
  return [
    ...(code === wanted ? [] : [`${moment.signal}: it ended with ${code}, not ${wanted}: ${stderr.slice(-1_000)}`]),
    ...proxy.calls
      .slice(before)
      .filter(isChange)
      .map(({ action }) => `begun after ${moment.signal}: ${action}`),
    // One that an earlier run has left, which was ended at once, is not this one's to give up.
    ...((await holderOf(stack)) === run.pid ? ['the lock is still held'] : []),
    ...(await damageOf(stack)),
  ]
}

/** The second Ctrl-C. Nobody stands in front who could send an echo: it ends at once, whatever is in flight. */
async function again(stack: Stack, run: CliRun, patience: number): Promise<readonly string[]> {
  await Promise.race([sleep(patience), run.result])
  const began = performance.now()
  run.kill('SIGINT')
  const { code, stderr } = await run.result
  const took = performance.now() - began
  // What was in flight is done by AWS all the same.
  await sleep(HELD)
  return [
    ...(code === 130 ? [] : [`SIGINT twice: it ended with ${code}: ${stderr.slice(-1_000)}`]),
    ...(took < AT_ONCE ? [] : [`SIGINT twice: it went on for ${Math.round(took)} ms`]),
    ...(await damageOf(stack)),
  ]
}

/** Interrupts a command once for each seed, the same one that goes on each time, then lets it go through. */
export async function interruptedAll(stack: Stack, args: readonly string[], seeds: readonly number[]) {
  const wrong: string[] = []
  for (const seed of seeds) {
    // Little may be left to do: then the moment is a sooner one.
    for (let moment = momentOf(seed); ; moment = { ...moment, nth: Math.ceil(moment.nth / 2) }) {
      const found = await interrupt(stack, args, moment)
      if (found === null && moment.nth > 1) continue
      const missed = found === null ? ['it ended before anything happened'] : found
      wrong.push(...missed.map((words) => `seed ${seed}: ${words}`))
      break
    }
  }
  return { wrong, result: await stack.run(args) }
}

const PER_LIFE = 10
const LIVES = 5

const trial = (life: number) => ({
  id: `seeds ${life * PER_LIFE + 1}-${(life + 1) * PER_LIFE}`,
  run: (ground: Ground) =>
    live(
      ground,
      Array.from({ length: PER_LIFE }, (_, index) => life * PER_LIFE + index + 1),
    ),
})

/** One life: `up` interrupted at half of the moments, `down` at the others. */
async function live(ground: Ground, seeds: readonly number[]): Promise<Outcome> {
  // After the second Ctrl-C, too, the next run looks for what may still be on its way, for a third of the lease.
  const stack = await ground.open({ ECOM_INFRA_LEASE: '15' })
  try {
    const half = Math.ceil(seeds.length / 2)
    const made = await judged(stack, UP, seeds.slice(0, half), (result) => judgeUp(stack, result, ground))
    const gone = isFlawless(made)
      ? await judged(stack, DOWN, seeds.slice(half), (result) => judgeDown(stack, result, ground))
      : GOOD
    const converged = (isFlawless(made) ? half : 0) + (isFlawless(made) && isFlawless(gone) ? seeds.length - half : 0)
    const calls = stack.account.proxy.report().total
    return { points: seeds.length, converged, calls, undisturbed: null, ...both(made, gone) }
  } finally {
    await stack.close()
  }
}

async function judged(
  stack: Stack,
  args: readonly string[],
  seeds: readonly number[],
  judge: (result: CliResult) => Promise<Judgement>,
): Promise<Judgement> {
  const { wrong, result } = await interruptedAll(stack, args, seeds)
  return both({ ...GOOD, problems: wrong }, await judge(result))
}

/** The row of the table about runs that are told to end, by a person or a machine. */
export const signalled: Kind = {
  name: 'SIGINT, SIGTERM, and Ctrl-C twice, at random moments',
  trials: Array.from({ length: LIVES }, (_, life) => trial(life)),
}

import { type Builder, bring, type Work } from './bring.ts'
import { type Difference, diff } from './diff.ts'
import { Failed } from './errors.ts'
import { tagsWanted } from './generation.ts'
import type { Address } from './ref.ts'
import type { Live } from './resource.ts'
import type { Step } from './steps.ts'

/** Seconds that AWS may take to show what was changed (aws-behaviours.md 0.4). */
const PROPAGATION = 300
/** Looks that a change may take to show, before it is asked for again. */
const PATIENCE = 3

const workOn = (builder: Builder, step: Step, spec: object): Work => ({
  ...{ step, address: step.address, type: step.type, spec },
  ctx: builder.runtime.ctx(step.place, step.address),
})

/** Creates what is missing, then brings it in line exactly as if it had been there all along. */
export async function make(builder: Builder, step: Step, spec: object): Promise<Live> {
  const work = workOn(builder, step, spec)
  // The announcement stands until AWS shows the thing: a run that finds neither would make a second one.
  const live = await birth(builder, work)
  builder.runtime.journal.record(work.address, entryOf(step, live))
  return settle(builder, work, live)
}

/** Asks for it until it shows. */
async function birth(builder: Builder, work: Work): Promise<Live> {
  const { observer, tokens, inherited } = builder
  const id = await bring(builder, work)
  observer.learn(work.address, { id, live: null })
  try {
    return await visible(builder, work, id)
  } catch (error) {
    const hidden = error instanceof Failed && error.code === 'NotVisible'
    if (!hidden || !inherited.delete(work.address)) throw error
    // The token of a dead run stands for something that is gone since.
    tokens.delete(work.address)
    return birth(builder, work)
  }
}

/** Brings what is there in line. Costs no call when, with everything known, nothing differs after all. */
export async function mend(builder: Builder, step: Step, spec: object, live: Live): Promise<Live> {
  const work = workOn(builder, step, spec)
  builder.observer.learn(work.address, { id: live.id, live })
  return settle(builder, work, live)
}

/** What the manifest is told. */
export const entryOf = ({ type, place, node }: Step, { id, out }: { readonly id: string; readonly out: object }) => ({
  ...{ type: type.type, id, place, out },
  dependsOn: (node?.edges ?? []).map(({ address }) => address),
})

/** Looks, corrects, and looks again, until AWS shows what was asked for: every apply proves its own idempotence. */
async function settle(builder: Builder, work: Work, start: Live): Promise<Live> {
  const { clock } = builder.runtime
  let end = clock.now() + PROPAGATION * 1000
  let live: Live | null = start
  let asked = ''
  for (let looks = 0; ; looks++) {
    builder.runtime.stop.signal.throwIfAborted()
    live ??= await visible(builder, work, start.id)
    const differences = differencesOf(builder, work, live)
    if (differences.length === 0) return live
    const frozen = differences.find(({ change }) => change === 'immutable')
    if (frozen) throw outdated(work, frozen)
    const wish = JSON.stringify(differences)
    if (looks > 0 && clock.now() > end) throw unreached(work, differences)
    // AWS shows a change late: the same change is asked for again only after a few looks in vain.
    const began = clock.now()
    if (wish !== asked || looks % PATIENCE === 0) await correct(builder, work, live, differences)
    else await clock.pause(2)
    // What AWS takes for the change itself, minutes where servers are replaced, is no time in which it did not show.
    if (wish !== asked) end += clock.now() - began
    asked = wish
    live = null
  }
}

function differencesOf({ runtime }: Builder, { type, address, spec }: Work, live: Live): readonly Difference[] {
  return diff(type, spec, tagsWanted(type, spec, runtime.tags(address)), live)
}

async function correct(builder: Builder, work: Work, live: Live, differences: readonly Difference[]): Promise<void> {
  const { type, ctx, address } = work
  builder.corrected.add(address)
  const changed = new Set(differences.map(({ field }) => field)) as ReadonlySet<'tags'>
  const spec = lasting(work, live)
  try {
    await type.sync?.(ctx, spec, { ...live, address }, changed)
  } catch (error) {
    const verdict = builder.runtime.judge(error)
    // It may have taken effect: the next look tells, and what is still missing is asked for again.
    if (verdict === 'lost') return overheard(builder, address)
    if (verdict !== 'not-now' || !type.ready) throw error
    await type.ready(ctx, live.id)
    await type.sync?.(ctx, spec, { ...live, address }, changed)
  }
}

async function overheard({ runtime }: Builder, address: Address): Promise<void> {
  runtime.emit({ kind: 'note', address, text: 'the answer was lost: looking what has changed' })
  await runtime.clock.pause(2)
}

/** The spec with the living values of its `initial` fields. */
function lasting({ type, spec }: Work, live: Live): object {
  const initial = Object.entries(type.fields).filter(([, change]) => change === 'initial')
  const kept = initial.map(([field]) => [field, (live.spec as Record<string, unknown>)[field]] as const)
  return { ...spec, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) }
}

/** What was made, as soon as AWS shows it. */
export async function visible(
  builder: Builder,
  work: Pick<Work, 'address' | 'type' | 'step'>,
  id: string,
): Promise<Live> {
  const { runtime, observer } = builder
  const end = runtime.clock.now() + PROPAGATION * 1000
  for (let looks = 0; ; looks++) {
    runtime.stop.signal.throwIfAborted()
    const seen = await observer.see(work.type, work.step.place, work.address)
    const live = seen.find((item) => item.id === id)
    if (live?.failed !== undefined)
      throw new Failed('Broken', `AWS reports ${id} as failed: ${live.failed}`, { address: work.address })
    if (live) return live
    if (runtime.clock.now() > end) {
      // Nothing is hidden for so long: its token stands for something that is gone.
      runtime.journal.withdraw(work.address)
      throw unseen(work, id)
    }
    if (looks === 0) runtime.emit({ kind: 'note', address: work.address, text: `waiting for ${id} to become visible` })
    await runtime.clock.pause(Math.min(1 + looks, 5))
  }
}

const unseen = ({ address }: Pick<Work, 'address'>, id: string) =>
  new Failed('NotVisible', `${id} was made but AWS does not show it.`, {
    address,
    hint: 'Run the same command again: it goes on from here.',
  })

/** What an earlier run made, and only shows now, or what what it mentions has become: the next plan sees it. */
const outdated = ({ address }: Work, { path, from, to }: Difference) =>
  new Failed('Outdated', `${path} is ${JSON.stringify(from)}, wanted ${JSON.stringify(to)}: it has to be replaced.`, {
    address,
    hint: 'Run the same command again: it plans the replacement.',
  })

function unreached({ address }: Work, differences: readonly Difference[]) {
  const what = differences.map(
    ({ path, from, to }) => `${path} is ${JSON.stringify(from)}, wanted ${JSON.stringify(to)}`,
  )
  return new Failed('NotReached', `It does not take the wanted settings: ${what.join('; ')}.`, {
    address,
    hint: 'Something else may be changing it back. Look at who else manages it, then run the same command again.',
  })
}

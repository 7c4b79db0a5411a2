import type { Memory } from './look.ts'
import type { Address } from './ref.ts'
import type { Live } from './resource.ts'
import type { Plan, Step } from './steps.ts'

/** One thing that has to go. */
export interface Removal {
  readonly step: Step
  readonly live: Live
  readonly key: string
  /** True when it has to be gone before its address is made again. */
  readonly first: boolean
  /** What it is known to need while it lives, by job: those go after it. */
  readonly before: ReadonlySet<string>
  /** What it seems to need, the likeliest first. Two things may even point at each other, by a stranger's hand. */
  readonly perhaps: readonly string[]
}

type Leaving = Omit<Removal, 'before' | 'perhaps'>

const dropKey = (address: Address, live: Live): string => `drop ${address} ${live.id}`

/** Everything that has to go, with what it depends on. */
export function removalsOf({ steps }: Plan, memory: Memory): readonly Removal[] {
  const leaving = steps.flatMap(leavingOf)
  return leaving.map((one) => {
    const others = leaving.filter((other) => other.step.address !== one.step.address)
    const known = knownOf(one, memory)
    const keys = (needs: (other: Leaving) => boolean) => others.filter(needs).map(({ key }) => key)
    // A manifest that a dead run left behind may be older than what lives.
    const said = keys(({ step, live }) => step.rank <= one.step.rank && mentions(one.live.spec, live.id))
    const guessed = known === null ? keys(({ step }) => step.rank < one.step.rank) : []
    return {
      ...one,
      before: new Set(keys(({ step }) => known?.includes(step.address) ?? false)),
      perhaps: [...said, ...guessed],
    }
  })
}

function leavingOf(step: Step): readonly Leaving[] {
  const { live, older, action } = step
  if (action === 'blocked') return []
  const first = action === 'delete' || step.mode === 'delete-first'
  const leaves = live && (action === 'delete' || action === 'replace') ? [live, ...older] : older
  return leaves.map((one) => ({ step, live: one, key: dropKey(step.address, one), first }))
}

/** What it depends on, as remembered or as drawn; null where nothing is known: then on whatever is of an earlier type. */
function knownOf({ step }: Leaving, memory: Memory): readonly Address[] | null {
  const remembered = memory.resources.get(step.address)?.dependsOn
  return remembered ?? (step.node || step.after.length > 0 ? step.after : null)
}

/** What the manifest is told that something depends on: what is drawn, else all that is wanted no more and of an earlier type. */
export function needsOf({ node, after, rank }: Step, { steps }: Plan): readonly Address[] {
  if (node || after.length > 0) return after
  return steps.filter((other) => other.node === null && other.rank < rank).map(({ address }) => address)
}

/** Whether an id stands anywhere in it. */
export function mentions(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return value === id
  return Object.values(value).some((item) => mentions(item, id))
}

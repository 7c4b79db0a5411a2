import type { Memory } from './look.ts'
import type { Plan, Step } from './plan.ts'
import type { Address } from './ref.ts'
import type { Live } from './resource.ts'

/** One thing that has to go. */
export interface Removal {
  readonly step: Step
  readonly live: Live
  readonly key: string
  /** True when it has to be gone before its address is made again. */
  readonly first: boolean
  /** What it needs while it lives, by job: those go after it. */
  readonly before: ReadonlySet<string>
}

type Leaving = Omit<Removal, 'before'>

const dropKey = (address: Address, live: Live): string => `drop ${address} ${live.id}`

/** Everything that has to go, with what it depends on. */
export function removalsOf({ steps }: Plan, memory: Memory): readonly Removal[] {
  const leaving = steps.flatMap(leavingOf)
  return leaving.map((one) => {
    const others = leaving.filter((other) => other.step.address !== one.step.address)
    const needed = others.filter((other) => needs(one, other, memory))
    return { ...one, before: new Set(needed.map(({ key }) => key)) }
  })
}

function leavingOf(step: Step): readonly Leaving[] {
  const { live, older, action } = step
  if (action === 'blocked') return []
  const first = action === 'delete' || step.mode === 'delete-first'
  const leaves = live && (action === 'delete' || action === 'replace') ? [live, ...older] : older
  return leaves.map((one) => ({ step, live: one, key: dropKey(step.address, one), first }))
}

/**
 * Whether `one` needs `other` while it lives: as remembered, as drawn, or as it says itself (a manifest that a dead run
 * left behind may be older than what lives). Where nothing is known, it needs whatever is of an earlier type.
 */
function needs({ step, live }: Leaving, other: Leaving, memory: Memory): boolean {
  const known =
    memory.resources.get(step.address)?.dependsOn ?? (step.node || step.after.length > 0 ? step.after : null)
  if (known?.includes(other.step.address)) return true
  if (known === null && other.step.rank < step.rank) return true
  return other.step.rank <= step.rank && mentions(live.spec, other.live.id)
}

/** Whether an id stands anywhere in it. */
export function mentions(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return value === id
  return Object.values(value).some((item) => mentions(item, id))
}

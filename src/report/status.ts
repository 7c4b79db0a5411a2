import type { Layer } from '../engine/graph.ts'
import type { Address } from '../engine/ref.ts'
import type { Health } from '../engine/resource.ts'
import type { Action, Plan, Step } from '../engine/steps.ts'

export type Status = 'in-sync' | 'drifted' | 'missing' | 'unexpected' | 'unhealthy'

export interface Drift {
  readonly path: string
  readonly desired: unknown
  readonly actual: unknown
}

/** How one resource stands. */
export interface StatusRow {
  readonly address: Address
  readonly type: string
  readonly layer: Layer | null
  readonly id: string | null
  readonly status: Status
  readonly drift: readonly Drift[]
  readonly health: Health | null
  /** What there is to say about it beyond its drift. */
  readonly note: string | null
  /** `up` would refuse: somebody has to decide first, by the note. */
  readonly blocked: boolean
}

/** The worst first (`cli.md`). */
const WORST: readonly Status[] = ['missing', 'drifted', 'unexpected', 'unhealthy', 'in-sync']

/** How everything stands, read off the plan that would put it right. */
export function statusOf(plan: Plan, health: ReadonlyMap<Address, Health>): readonly StatusRow[] {
  return plan.steps.map((step) => rowOf(step, health.get(step.address) ?? null))
}

export function verdictOf(rows: readonly Pick<StatusRow, 'status'>[]): Status {
  return WORST.find((status) => rows.some((row) => row.status === status)) ?? 'in-sync'
}

function rowOf(step: Step, health: Health | null): StatusRow {
  const { address, type, layer, live, changes, reason, action } = step
  const status = statusOfStep(step, health)
  const there = status !== 'missing'
  return {
    ...{ address, type: type.type, layer, id: there ? (live?.id ?? null) : null, status },
    drift: there ? changes.map(({ path, from, to }) => ({ path, desired: to ?? null, actual: from ?? null })) : [],
    health,
    note: action === 'create' || action === 'delete' ? null : reason,
    blocked: action === 'blocked',
  }
}

const BY_ACTION: Readonly<Record<Exclude<Action, 'none' | 'blocked'>, Status>> = {
  create: 'missing',
  update: 'drifted',
  replace: 'drifted',
  delete: 'unexpected',
}

function statusOfStep({ action, live, node }: Step, health: Health | null): Status {
  if (action === 'none') return health?.state === 'unhealthy' ? 'unhealthy' : 'in-sync'
  if (action !== 'blocked') return BY_ACTION[action]
  if (node === null) return 'unexpected'
  // Somebody else's thing under our name: ours is not there. Two of ours are no less than drift.
  return live?.ours === false ? 'missing' : 'drifted'
}

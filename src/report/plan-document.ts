import { summary } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Action, Aside, Plan, Step } from '../engine/steps.ts'
import { type MonthlyUsd, monthlyUsd } from './cost.ts'
import type { Target } from './types.ts'

interface PlanChange {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

interface PlanDocumentStep {
  readonly address: string
  readonly type: string
  readonly action: Action
  readonly id: string | null
  readonly changes: readonly PlanChange[]
  readonly after: readonly string[]
  readonly reason: string | null
  /** Of a teardown: what stands in the way, and what of the data is lost or kept. */
  readonly blockers?: readonly string[]
  readonly losses?: readonly string[]
  readonly alsoLost?: readonly string[]
  readonly kept?: readonly string[]
}

type Farewells = ReadonlyMap<Address, Farewell>

/** `up --dry-run --json` and `down --dry-run --json`. */
interface PlanDocument extends Target {
  readonly schema: 'ecom-infra/plan/1'
  readonly summary: ReturnType<typeof summary>
  readonly monthlyUsd: MonthlyUsd
  /** With `--target`: how much of the stack is not in this plan, and how much of that is not as wanted. */
  readonly leftAlone?: Aside
  readonly steps: readonly PlanDocumentStep[]
}

export function planDocument(
  { stack, account, region }: Target,
  plan: Plan,
  farewells: Farewells | null = null,
): PlanDocument {
  return {
    schema: 'ecom-infra/plan/1',
    ...{ stack, account, region },
    summary: summary(plan),
    monthlyUsd: monthlyUsd(plan, region),
    ...(plan.aside ? { leftAlone: plan.aside } : {}),
    steps: plan.steps.map((step) => ({ ...documentStep(step), ...(farewells ? partingOf(step, farewells) : {}) })),
  }
}

function documentStep({ address, type, action, live, changes, after, reason }: Step): PlanDocumentStep {
  return {
    ...{ address, type: type.type, action, id: live?.id ?? null },
    changes: changes.map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null })),
    ...{ after, reason },
  }
}

function partingOf({ address }: Step, farewells: Farewells) {
  const { blockers = [], losses = [], also = [], spared = [] } = farewells.get(address) ?? {}
  return { blockers, losses, alsoLost: also, kept: spared }
}

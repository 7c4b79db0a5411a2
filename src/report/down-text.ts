import type { Layer } from '../engine/graph.ts'
import type { Plan } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { DownDocument } from './down-document.ts'
import type { Target, TextOptions } from './types.ts'

export interface DownPlanReport extends Target {
  readonly plan: Plan
  readonly layers: ReadonlyMap<Address, Layer>
  readonly farewells: ReadonlyMap<Address, Farewell>
  /** The critical path on AWS. */
  readonly seconds: number
}

/** What a teardown will delete, what data goes with it, and what stands in its way. */
export function downPlanText(_report: DownPlanReport, _options: TextOptions): string {
  return ''
}

/** The receipt: what was deleted, how it was checked, and that nothing is left, or what is. */
export function receiptText(_document: DownDocument, _options: TextOptions): string {
  return ''
}

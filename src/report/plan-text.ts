import type { Plan } from '../engine/plan.ts'
import type { Target, TextOptions } from './types.ts'

export interface PlanReport extends Target {
  readonly plan: Plan
  /** The critical path on AWS. */
  readonly seconds: number
}

/** What is going to happen, for a person to say yes to. */
export function planText(_report: PlanReport, _options: TextOptions): string {
  return ''
}

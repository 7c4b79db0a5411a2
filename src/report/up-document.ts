import type { Deed } from '../engine/events.ts'
import type { Result } from '../engine/execute.ts'
import type { Plan } from '../engine/steps.ts'
import { failuresOf, stopOf, verdictOn } from './failure.ts'
import type { Explain, Failure, Outputs } from './types.ts'

export interface UpReport {
  readonly stack: string
  readonly plan: Plan
  readonly result: Result
  readonly outputs: Outputs
  readonly explain: Explain
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

export interface UpSummary {
  readonly created: number
  readonly updated: number
  readonly replaced: number
  readonly deleted: number
  readonly unchanged: number
  readonly failed: number
  /** Not started or not finished, because of another's failure or an interrupt. */
  readonly skipped: number
}

/** `up --json`. */
export interface UpDocument {
  readonly schema: 'ecom-infra/up/1'
  readonly stack: string
  readonly summary: UpSummary
  readonly outputs: Outputs
  readonly failures: readonly Failure[]
  /** Why the run ended before its time; null when it went through. */
  readonly stopped: Failure | null
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

export function upDocument({ stack, plan, result, outputs, explain, apiCalls, durationMs }: UpReport): UpDocument {
  return {
    schema: 'ecom-infra/up/1',
    ...{ stack, summary: upSummary(plan, result), outputs },
    failures: failuresOf(result, explain),
    stopped: stopOf(result, explain),
    ...{ apiCalls, durationMs: Math.round(durationMs) },
  }
}

/** Every resource of the plan is counted once: what became of it, or that nothing had to. */
function upSummary(plan: Plan, { fates }: Result): UpSummary {
  const done = (deed: Deed) => fates.filter((fate) => fate.outcome === 'done' && fate.deed === deed).length
  const touched = new Set(fates.map(({ address }) => address))
  const still = plan.steps.filter(({ address, action }) => action === 'none' && !touched.has(address)).length
  return {
    ...{ created: done('create'), updated: done('update'), replaced: done('replace'), deleted: done('delete') },
    unchanged: still + done('check'),
    failed: fates.filter((fate) => verdictOn(fate) === 'failed').length,
    skipped: fates.filter((fate) => verdictOn(fate) === 'skipped').length,
  }
}

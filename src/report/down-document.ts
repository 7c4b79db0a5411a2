import type { Outcome } from '../engine/events.ts'
import type { Result } from '../engine/execute.ts'
import { failuresOf, stopOf, verdictOn } from './failure.ts'
import type { Explain, Failure, Kept, Leftover } from './types.ts'

export interface DownReport {
  readonly stack: string
  readonly result: Result
  readonly leftovers: readonly Leftover[]
  readonly kept: readonly Kept[]
  /** What the sweep has looked through, each in a few words: "EC2: VPCs, subnets, addresses". */
  readonly checked: readonly string[]
  readonly explain: Explain
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

/** `down --json`. */
export interface DownDocument {
  readonly schema: 'ecom-infra/down/1'
  readonly stack: string
  readonly summary: { readonly deleted: number; readonly failed: number; readonly skipped: number }
  readonly leftovers: readonly Leftover[]
  readonly kept: readonly Kept[]
  readonly checked: readonly string[]
  readonly failures: readonly Failure[]
  readonly stopped: Failure | null
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

export function downDocument(report: DownReport): DownDocument {
  const { stack, result, leftovers, kept, checked, explain, apiCalls, durationMs } = report
  const count = (outcome: Outcome) => result.fates.filter((fate) => verdictOn(fate) === outcome).length
  return {
    schema: 'ecom-infra/down/1',
    stack,
    summary: { deleted: count('done'), failed: count('failed'), skipped: count('skipped') },
    ...{ leftovers, kept, checked },
    ...{ failures: failuresOf(result, explain), stopped: stopOf(result, explain) },
    ...{ apiCalls, durationMs: Math.round(durationMs) },
  }
}

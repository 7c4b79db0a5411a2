import { type Status, type StatusRow, verdictOf } from './status.ts'
import type { Outputs } from './types.ts'

export interface StatusReport {
  readonly stack: string
  readonly rows: readonly StatusRow[]
  readonly outputs: Outputs
  readonly apiCalls: { readonly total: number }
  readonly durationMs: number
  /** What waits for a person, or could not be seen. */
  readonly notes: readonly string[]
}

/** `status --json`. */
export interface StatusDocument {
  readonly schema: 'ecom-infra/status/1'
  readonly stack: string
  readonly verdict: Status
  readonly summary: {
    readonly inSync: number
    readonly drifted: number
    readonly missing: number
    readonly unexpected: number
    readonly unhealthy: number
  }
  readonly resources: readonly StatusRow[]
  readonly outputs: Outputs
  readonly notes: readonly string[]
  readonly apiCalls: { readonly total: number }
  readonly durationMs: number
}

export function statusDocument({ stack, rows, outputs, apiCalls, durationMs, notes }: StatusReport): StatusDocument {
  const count = (status: Status) => rows.filter((row) => row.status === status).length
  return {
    schema: 'ecom-infra/status/1',
    ...{ stack, verdict: verdictOf(rows) },
    summary: {
      ...{ inSync: count('in-sync'), drifted: count('drifted'), missing: count('missing') },
      ...{ unexpected: count('unexpected'), unhealthy: count('unhealthy') },
    },
    ...{ resources: rows, outputs, notes, apiCalls: { total: apiCalls.total }, durationMs: Math.round(durationMs) },
  }
}

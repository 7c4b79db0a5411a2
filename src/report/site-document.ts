import type { SitePlan } from '../site/plan.ts'
import type { Fate } from '../site/push.ts'
import { failureOf } from './failure.ts'
import type { Explain, Failure } from './types.ts'

export interface SiteReport {
  readonly stack: string
  readonly bucket: string
  readonly dryRun: boolean
  readonly plan: SitePlan
  readonly fates: readonly Fate[]
  /** Why it ended before its time; null when it went through. */
  readonly stopped: unknown
  /** What is in the folder and is never uploaded. */
  readonly leftOut: readonly string[]
  readonly explain: Explain
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

/** One change of the bucket. What stays as it is is only counted. */
interface SiteStep {
  readonly key: string
  readonly action: 'upload' | 'delete'
  readonly reason: 'new' | 'changed' | 'not in the folder'
  readonly bytes: number | null
  readonly contentType: string | null
  readonly cacheControl: string | null
  /** `planned`: by a dry run. `skipped`: not begun, because of a failure or an interrupt. */
  readonly outcome: 'planned' | 'done' | 'failed' | 'skipped'
}

/** `site push --json`. A dry run counts what would be done. */
export interface SiteDocument {
  readonly schema: 'ecom-infra/site-push/1'
  readonly stack: string
  readonly bucket: string
  readonly dryRun: boolean
  readonly uploaded: number
  readonly unchanged: number
  readonly deleted: number
  readonly failed: number
  readonly skipped: number
  /** Of what was uploaded. */
  readonly bytes: number
  readonly files: readonly SiteStep[]
  /** Objects that are in the bucket alone, and stay. */
  readonly extra: number
  readonly leftOut: readonly string[]
  readonly failures: readonly (Failure & { readonly key: string })[]
  readonly stopped: Failure | null
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

export function siteDocument(report: SiteReport): SiteDocument {
  const { stack, bucket, dryRun, plan, fates, stopped, leftOut, explain, apiCalls, durationMs } = report
  const files = stepsOf(report)
  const went = dryRun ? 'planned' : 'done'
  const those = (action: SiteStep['action']) => files.filter((one) => one.action === action && one.outcome === went)
  const count = (outcome: SiteStep['outcome']) => files.filter((one) => one.outcome === outcome).length
  return {
    schema: 'ecom-infra/site-push/1',
    ...{ stack, bucket, dryRun, uploaded: those('upload').length, unchanged: plan.unchanged },
    ...{ deleted: those('delete').length, failed: count('failed'), skipped: count('skipped') },
    bytes: those('upload').reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    ...{ files, extra: plan.extra.length - plan.deletes.length, leftOut },
    failures: fates
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ key, error }) => ({ key, ...failureOf(explain(error, {})) })),
    stopped: stopped === null ? null : failureOf(explain(stopped, {})),
    ...{ apiCalls, durationMs: Math.round(durationMs) },
  }
}

function stepsOf({ dryRun, plan, fates }: SiteReport): readonly SiteStep[] {
  const known = new Map(fates.map(({ key, outcome }) => [key, outcome]))
  const outcomeOf = (key: string) => (dryRun ? 'planned' : (known.get(key) ?? 'skipped'))
  const uploads = plan.uploads.map(({ file: { key, bytes }, reason, contentType, cacheControl }): SiteStep => {
    return { key, action: 'upload', reason, bytes, contentType, cacheControl, outcome: outcomeOf(key) }
  })
  const deletes = plan.deletes.map((key): SiteStep => {
    const nothing = { bytes: null, contentType: null, cacheControl: null }
    return { key, action: 'delete', reason: 'not in the folder', ...nothing, outcome: outcomeOf(key) }
  })
  return [...uploads, ...deletes]
}

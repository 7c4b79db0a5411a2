import type { Outcome } from '../engine/events.ts'
import type { Result } from '../engine/execute.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Plan } from '../engine/steps.ts'
import { failureOf, failuresOf, stopOf, verdictOn } from './failure.ts'
import type { Explain, Failure, Kept, Leftover, Unchecked } from './types.ts'

export interface DownReport {
  readonly stack: string
  readonly plan: Plan
  readonly farewells: ReadonlyMap<Address, Farewell>
  readonly result: Result
  readonly leftovers: readonly Leftover[]
  readonly kept: readonly Kept[]
  /** What the sweep has looked through, each in a few words: "EC2: VPCs, subnets, addresses". */
  readonly checked: readonly string[]
  /** What nobody could look through. */
  readonly unchecked: readonly Denied[]
  readonly explain: Explain
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

/** A listing that was denied, before it is explained. */
interface Denied extends Pick<Unchecked, 'what' | 'action'> {
  readonly error: unknown
}

/** Something that is not there any more. */
export interface Gone {
  readonly address: string
  readonly type: string
  readonly id: string
}

/** Data that went with it. */
export interface Lost {
  readonly address: string
  readonly what: string
}

/** `down --json`. */
export interface DownDocument {
  readonly schema: 'ecom-infra/down/1'
  readonly stack: string
  readonly summary: { readonly deleted: number; readonly failed: number; readonly skipped: number }
  readonly gone: readonly Gone[]
  readonly lost: readonly Lost[]
  readonly leftovers: readonly Leftover[]
  readonly kept: readonly Kept[]
  readonly checked: readonly string[]
  readonly unchecked: readonly Unchecked[]
  readonly failures: readonly Failure[]
  readonly stopped: Failure | null
  readonly apiCalls: { readonly total: number; readonly mutating: number }
  readonly durationMs: number
}

export function downDocument(report: DownReport): DownDocument {
  const { stack, result, leftovers, kept, checked, unchecked, explain, apiCalls, durationMs } = report
  const count = (outcome: Outcome) => result.fates.filter((fate) => verdictOn(fate) === outcome).length
  return {
    schema: 'ecom-infra/down/1',
    stack,
    summary: { deleted: count('done'), failed: count('failed'), skipped: count('skipped') },
    ...{ ...whatWent(report), leftovers, kept, checked },
    unchecked: unchecked.map((denied) => told(denied, explain)),
    ...{ failures: failuresOf(result, explain), stopped: stopOf(result, explain) },
    ...{ apiCalls, durationMs: Math.round(durationMs) },
  }
}

function told({ what, action, error }: Denied, explain: Explain): Unchecked {
  const { message, hint } = failureOf(explain(error, {}))
  return { what, action, message, hint }
}

/** What was done, and what was told before that it would cost. */
function whatWent({ plan, farewells, result }: DownReport): Pick<DownDocument, 'gone' | 'lost'> {
  const done = new Set(result.fates.filter(({ outcome }) => outcome === 'done').map(({ address }) => address))
  const steps = plan.steps.filter(({ address, live }) => live !== null && done.has(address))
  return {
    gone: steps.map(({ address, type, live }) => ({ address, type: type.type, id: live?.id ?? '' })),
    lost: [...done].flatMap((address) => {
      const { losses = [], also = [] } = farewells.get(address) ?? {}
      return [...losses, ...also].map((what) => ({ address, what }))
    }),
  }
}

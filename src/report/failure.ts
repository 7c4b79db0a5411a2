import { Interrupted, type Problem } from '../engine/errors.ts'
import type { Outcome } from '../engine/events.ts'
import type { Fate, Result } from '../engine/execute.ts'
import { discreet } from '../text/discreet.ts'
import type { Explain, Failure } from './types.ts'

/** A problem as a document tells it. */
export function failureOf(problem: Problem): Failure {
  const { address = null, action = null, awsCode = null, requestId = null, hint = null } = problem.details
  const { code, message } = problem
  const told = (text: string | null) => text && discreet(text)
  const words = { message: discreet(message), awsMessage: told(awsMessageOf(problem)), hint: told(hint) }
  return { address, action, code, awsCode, requestId, ...words }
}

/** AWS's own words are those of the cause, where there is a code of AWS's at all. */
function awsMessageOf({ details: { awsCode, cause } }: Problem): string | null {
  return awsCode !== undefined && cause instanceof Error && cause.message !== '' ? cause.message : null
}

/** Everything that failed in a run, resource by resource. What an interrupt cut short did not fail. */
export function failuresOf({ fates }: Result, explain: Explain): readonly Failure[] {
  return fates
    .filter((fate) => verdictOn(fate) === 'failed')
    .map(({ address, error }) => ({ ...failureOf(explain(error, { address })), address }))
}

/** How a resource fared, for a count: a wait that an interrupt ended is work that was left, not a failure. */
export function verdictOn({ outcome, error }: Fate): Outcome {
  return outcome === 'failed' && error instanceof Interrupted ? 'skipped' : outcome
}

/** Why a run ended before its time; null when it went through. */
export function stopOf({ stopped }: Result, explain: Explain): Failure | null {
  return stopped === null || stopped === undefined ? null : failureOf(explain(stopped, {}))
}

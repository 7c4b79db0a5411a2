import { Problem } from '../engine/errors.ts'
import type { Result } from '../engine/execute.ts'
import type { Explain, Failure } from './types.ts'

/** A problem as a document tells it. */
export function failureOf(problem: Problem): Failure {
  const { address = null, action = null, awsCode = null, requestId = null, hint = null } = problem.details
  const { code, message } = problem
  return { address, action, code, awsCode, message, awsMessage: awsMessageOf(problem), requestId, hint }
}

/** AWS's own words are those of the cause, where there is a code of AWS's at all. */
function awsMessageOf({ details: { awsCode, cause } }: Problem): string | null {
  return awsCode !== undefined && cause instanceof Error && cause.message !== '' ? cause.message : null
}

/** Everything that failed in a run, resource by resource. */
export function failuresOf({ fates }: Result, explain: Explain): readonly Failure[] {
  return fates
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ address, error }) => ({ ...failureOf(explain(error, { address })), address }))
}

/** Why a run ended before its time. */
export function stopOf({ stopped }: Result): Failure | null {
  if (stopped === null || stopped === undefined) return null
  return stopped instanceof Problem ? failureOf(stopped) : null
}

import { EXIT, type Problem } from '../engine/errors.ts'
import { discreet } from '../text/discreet.ts'
import { failureOf } from './failure.ts'
import { failureLines } from './failure-text.ts'
import { clean, painter } from './style.ts'
import type { TextOptions } from './types.ts'

/** What failed, AWS's code and message, what it means, what to do next. */
export function errorText(problem: Problem, { color }: TextOptions): string {
  // To have said no is not an error, and is not shown as one.
  if (problem.exit === EXIT.declined) return clean(discreet(problem.message))
  const failure = failureOf(problem)
  // What was refused has not failed: nothing was begun.
  const told = problem.exit === EXIT.refused ? { ...failure, address: null, action: null } : failure
  return failureLines(told, painter(color)).join('\n')
}

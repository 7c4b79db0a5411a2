import type { Problem } from '../engine/errors.ts'
import type { TextOptions } from './types.ts'

/** What failed, AWS's code and message, what it means, what to do next. */
export function errorText(_problem: Problem, _options: TextOptions): string {
  return ''
}

import { Problem } from '../engine/errors.ts'
import { codeOf, isCredentials, isDenied, isNetwork } from './failure.ts'
import { isLacking } from './lacking.ts'

/** What AWS said, or why that is not known. */
export type Answer<T> = { readonly value: T } | { readonly why: string }

/** The most calls that all questions before a run may take together. */
const MOST_CALLS = 12

/**
 * Asks what would be good to know before the first change. No answer is never a refusal: whoever may not ask, or asks
 * an emulator that knows less, is told what could not be checked.
 */
export class Asker {
  #left = MOST_CALLS

  /** One call of AWS. */
  async ask<T>(call: () => Promise<T>): Promise<Answer<T>> {
    if (this.#left === 0) return { why: 'too many questions at once' }
    this.#left -= 1
    try {
      return { value: await call() }
    } catch (error) {
      // What ends the whole run is not about this question.
      if (error instanceof Problem || isCredentials(error)) throw error
      return { why: whyNot(error) }
    }
  }
}

function whyNot(error: unknown): string {
  if (isDenied(error)) return 'not allowed to ask'
  if (isLacking(error) || codeOf(error) === 'NoSuchResource') return 'not known here'
  return isNetwork(error) ? 'no answer' : codeOf(error) || 'no answer'
}

/** Goes on with what is known. */
export const onward = <T, U>(answer: Answer<T>, read: (value: T) => U): Answer<U> =>
  'value' in answer ? { value: read(answer.value) } : answer

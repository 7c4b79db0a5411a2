import { setImmediate as turn } from 'node:timers/promises'
import { Problem } from '../engine/errors.ts'
import { codeOf, isCredentials, isDenied, isNetwork } from './failure.ts'
import { isLacking } from './lacking.ts'

/** What AWS said, or why that is not known. */
export type Answer<T> = { readonly value: T } | { readonly why: string }

/** The most calls that all questions before a run may take together. */
const MOST_CALLS = 12

/** Asks AWS: one call each. */
export interface Asker {
  ask<T>(call: () => Promise<T>): Promise<Answer<T>>
  /** Goes on with a list that was not told to its end: with calls that no question needs. */
  further<T>(call: () => Promise<T>): Promise<Answer<T>>
}

/** What a group of questions may still take. */
interface Claim {
  may: number
}

/**
 * Asks what would be good to know before the first change. No answer is never a refusal: whoever may not ask, or asks
 * an emulator that knows less, is told what could not be checked.
 *
 * Groups of questions that come first count for more: what they may take at the worst is kept for them, and others
 * wait until it is clear that they do not need it. So none of them is cut short by one that counts for less.
 */
export class Budget {
  #left = MOST_CALLS
  #flying = 0
  readonly #claims: Claim[] = []
  readonly #waiting: (() => void)[] = []

  /** `most`: the calls that these questions take at the worst. Claimed at once, before anything is awaited. */
  async spend<T>(most: number, act: (asker: Asker) => Promise<T>): Promise<T> {
    const claim = { may: most }
    this.#claims.push(claim)
    try {
      return await act({ ask: (call) => this.#ask(claim, call), further: (call) => this.#further(call) })
    } finally {
      claim.may = 0
      this.#wake()
    }
  }

  async #ask<T>(claim: Claim, call: () => Promise<T>): Promise<Answer<T>> {
    while (this.#left > 0 && this.#left <= kept(this.#before(claim))) await this.#woken()
    if (this.#left === 0) return USED_UP
    claim.may = Math.max(0, claim.may - 1)
    return this.#call(call)
  }

  /** Takes what is kept for others only when no answer is under way that could make them ask. */
  async #further<T>(call: () => Promise<T>): Promise<Answer<T>> {
    await turn()
    while (this.#left > 0 && this.#flying > 0 && this.#left <= kept(this.#claims)) await this.#woken()
    return this.#left === 0 ? USED_UP : this.#call(call)
  }

  async #call<T>(call: () => Promise<T>): Promise<Answer<T>> {
    this.#left -= 1
    this.#flying += 1
    try {
      return { value: await call() }
    } catch (error) {
      // What ends the whole run is not about this question.
      if (error instanceof Problem || isCredentials(error)) throw error
      return { why: whyNot(error) }
    } finally {
      this.#flying -= 1
      // Whoever was answered asks on before anybody else is woken.
      setImmediate(() => this.#wake())
    }
  }

  #before(claim: Claim): readonly Claim[] {
    return this.#claims.slice(0, this.#claims.indexOf(claim))
  }

  #woken(): Promise<void> {
    return new Promise((wake) => this.#waiting.push(wake))
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

const USED_UP = { why: 'too many questions at once' }

const kept = (claims: readonly Claim[]): number => claims.reduce((sum, { may }) => sum + may, 0)

function whyNot(error: unknown): string {
  if (isDenied(error)) return 'not allowed to ask'
  if (isLacking(error) || codeOf(error) === 'NoSuchResource') return 'not known here'
  return isNetwork(error) ? 'no answer' : codeOf(error) || 'no answer'
}

/** Goes on with what is known. */
export const onward = <T, U>(answer: Answer<T>, read: (value: T) => U): Answer<U> =>
  'value' in answer ? { value: read(answer.value) } : answer

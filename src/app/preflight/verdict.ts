import type { Answer } from '../../aws/preflight-asker.ts'
import type { Finding } from '../../report/preflight-text.ts'

/** What a check found, what it could not find out, and what is right but worth a word. */
export interface Verdict {
  readonly findings: readonly Finding[]
  readonly doubts: readonly Doubt[]
  readonly notes: readonly string[]
}

export interface Doubt {
  readonly what: string
  readonly why: string
}

export const CLEAR: Verdict = { findings: [], doubts: [], notes: [] }

export const together = (verdicts: readonly Verdict[]): Verdict => ({
  findings: verdicts.flatMap(({ findings }) => findings),
  doubts: verdicts.flatMap(({ doubts }) => doubts),
  notes: verdicts.flatMap(({ notes }) => notes),
})

export const found = (finding: Finding): Verdict => ({ ...CLEAR, findings: [finding] })

export const unknown = (what: string, why: string): Verdict => ({ ...CLEAR, doubts: [{ what, why }] })

/** Goes on with an answer; without one, what it was about is unknown. */
export const judged = <T>(what: string, answer: Answer<T>, judge: (value: T) => Verdict): Verdict =>
  'value' in answer ? judge(answer.value) : unknown(what, answer.why)

/** One line for everything that could not be checked. */
export function doubtText(doubts: readonly Doubt[]): string {
  const reasons = [...new Set(doubts.map(({ why }) => why))]
  const whats = (why: string) => [...new Set(doubts.filter((doubt) => doubt.why === why).map(({ what }) => what))]
  return reasons.map((why) => `${whats(why).join(', ')} (${why})`).join('; ')
}

import { beforeAnyChange } from '../engine/errors.ts'
import { type Answers, answersOver, checkGiven, configFrom, type Given, knownRegion } from './answers.ts'
import { valueAt } from './finding.ts'
import { withValue } from './judge.ts'
import { CONFIG_FILE } from './names.ts'
import { type Config, configSchema } from './schema.ts'
import { askerAt, type Output } from './wizard/ask.ts'
import { leavingAtSignals, unlessAborted } from './wizard/leaving.ts'
import { publicAddress } from './wizard/public-address.ts'
import { QUESTIONS } from './wizard/questions.ts'
import { review } from './wizard/review.ts'

interface Wizard {
  /** What flags have answered; it is not asked again. */
  readonly given: Given
  /** What Enter means. */
  readonly suggested: Answers
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the questions go: stderr when stdout carries a document. */
  readonly output?: Output | undefined
  /** What is going to be written, as the person would name it. */
  readonly file?: string
}

const WELCOME =
  'A few questions; Enter takes what is suggested. Nothing is written before you have seen all the answers.'

/**
 * Asks what is not known yet, one question at a time, each checked as it is answered, and shows all of it at the end.
 * Nothing is asked of AWS; the caller's own address is looked up meanwhile, from a page that tells it to anybody.
 */
export async function askConfig({ given, suggested, env, output, file = CONFIG_FILE }: Wizard): Promise<Config> {
  checkGiven(given)
  using leaving = leavingAtSignals()
  const asker = await askerAt(leaving.signal, output)
  const over = new AbortController()
  const address = publicAddress({ env, signal: over.signal })
  const now = { asker, here: () => unlessAborted(leaving.signal, address) }
  try {
    asker.say(WELCOME)
    let answers: unknown = answersOver(given, { ...suggested, region: knownRegion(suggested.region) })
    for (const question of QUESTIONS.filter(({ path }) => valueAt(given, path) === undefined)) {
      const answer = await question.ask({ ...now, config: configSchema.parse(answers), again: false })
      answers = withValue(answers, question.path, answer)
    }
    return configFrom(await review({ ...now, answers, questions: QUESTIONS, file }))
  } catch (error) {
    throw beforeAnyChange(error)
  } finally {
    over.abort()
  }
}

import { checkConfig } from '../check.ts'
import { startsWith } from '../finding.ts'
import { withValue } from '../judge.ts'
import { configSchema } from '../schema.ts'
import type { Choice } from './choice.ts'
import type { Now, Question } from './question.ts'
import { asAsked } from './words.ts'

interface Review extends Omit<Now, 'config' | 'again'> {
  readonly questions: readonly Question[]
  readonly answers: unknown
  /** What they are for. */
  readonly file: string
}

/** Shows all answers, and lets any of them be changed until they go together and somebody says so. */
export async function review({ questions, answers, file, ...now }: Review): Promise<unknown> {
  const config = configSchema.parse(answers)
  const complaints = complaintsAbout(questions, answers)
  const [wrong = null] = complaints.keys()
  const room = Math.max(...questions.map(({ title }) => title.length))
  const lineOf = (question: Question): Choice<Question> => {
    const answer = `${question.title.padEnd(room)}  ${question.show(config)}`
    const complaint = complaints.get(question)
    return { value: question, name: complaint === undefined ? answer : `${answer}: ${complaint}` }
  }
  const write = { value: null, name: `Write ${file}` }
  const wish = await now.asker.choose<Question | null>({
    message: wrong === null ? GOOD : WRONG,
    first: wrong === null ? write : { ...write, disabled: '(one answer is still wrong)' },
    choices: questions.map(lineOf),
    suggested: wrong,
    passing: true,
    refusal: 'First put right what is wrong.',
  })
  if (wish === null) return answers
  const answer = await wish.ask({ ...now, config, again: true })
  return review({ ...now, questions, answers: withValue(answers, wish.path, answer), file })
}

const GOOD = 'Your answers: Enter writes them down; choose one to change it'
const WRONG = 'Your answers: they do not go together yet; Enter changes the one that is wrong'

/** The answers that do not go with the others, and why. */
function complaintsAbout(questions: readonly Question[], answers: unknown): ReadonlyMap<Question, string> {
  const checked = checkConfig(answers)
  const findings = checked.ok ? [] : checked.findings
  return new Map(
    questions.flatMap((question) => {
      const found = findings.find(({ path }) => startsWith(path, question.path))
      return found === undefined ? [] : [[question, asAsked(found.message)] as const]
    }),
  )
}

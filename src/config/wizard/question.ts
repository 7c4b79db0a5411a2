import { type Path, valueAt } from '../finding.ts'
import { complaintAt } from '../judge.ts'
import type { Config } from '../schema.ts'
import type { Asker } from './ask.ts'
import type { Choice } from './choice.ts'
import { asAsked } from './words.ts'

/** One thing that a person decides. */
export interface Question {
  /** What the list of answers calls it. */
  readonly title: string
  /** The field that it decides; its rules judge the answer. */
  readonly path: Path
  /** Returns the field's value. */
  ask(now: Now): Promise<unknown>
  /** The answer, as the list of answers has it. */
  show(config: Config): string
}

/** How things stand when a question is asked. */
export interface Now {
  /** All answers so far, and defaults for the rest. */
  readonly config: Config
  readonly asker: Asker
  /** The caller's own public address; null when it cannot be found. */
  here(): Promise<string | null>
  /** It was answered before, and is to be changed. */
  readonly again: boolean
}

interface Typed {
  readonly title: string
  readonly path: Path
  about(config: Config): string
  /** What a text means; itself, if left out. */
  readonly meaning?: (text: string) => unknown
  /** What the rules could not tell so well; null: let them judge. */
  readonly complain?: (value: unknown, config: Config) => string | null
  readonly suggest?: (config: Config) => string
  readonly show?: (config: Config) => string
}

/** A question that is answered by typing. */
export function typed({ title, path, about, meaning = (text) => text, ...rest }: Typed): Question {
  const { complain = () => null, suggest, show } = rest
  const written = (config: Config) => String(valueAt(config, path))
  return {
    title,
    path,
    show: show ?? written,
    ask: async ({ config, asker }) => {
      const answer = await asker.type({
        message: `${title}: ${about(config)}`,
        suggested: (suggest ?? written)(config),
        complaint: (text) => {
          const complaint = complain(meaning(text), config) ?? complaintAt(config, path, meaning(text))
          return complaint && asAsked(complaint)
        },
      })
      return meaning(answer)
    },
  }
}

/** A number where one was typed; else the text, which the rules will not take. */
export const numberOf = (text: string): unknown => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text)

interface Chosen {
  readonly title: string
  readonly path: Path
  about(config: Config): string
  choices(config: Config): readonly Choice<unknown>[]
  readonly refusal?: string
  readonly byTyping?: boolean
  readonly show?: (config: Config) => string
}

/** A question that is answered from a list. */
export function chosen({ title, path, about, choices, refusal, byTyping = false, show }: Chosen): Question {
  return {
    title,
    path,
    show: show ?? ((config) => String(valueAt(config, path))),
    ask: ({ config, asker }) =>
      asker.choose({
        message: `${title}: ${about(config)}`,
        choices: choices(config),
        suggested: valueAt(config, path),
        byTyping,
        ...(refusal === undefined ? {} : { refusal }),
      }),
  }
}

const OTHER = Symbol('something else')

interface ChosenOrTyped extends Omit<Chosen, 'refusal' | 'byTyping' | 'choices'> {
  /** The usual answers. */
  readonly usual: readonly string[]
  /** How an answer stands in the list. */
  lineOf(value: string, config: Config): Choice<string>
  /** What the last entry of the list says. */
  readonly other: string
  /** What is to be typed then. */
  readonly typing: string
}

/** A question with the usual answers in a list, and room for others. */
export function chosenOrTyped({ usual, lineOf, other, typing, ...question }: ChosenOrTyped): Question {
  const { title, path } = question
  const asTyped = typed({ title, path, about: () => typing })
  const show = question.show ?? asTyped.show
  return {
    title,
    path,
    show,
    ask: async (now) => {
      const have = String(valueAt(now.config, path))
      const offered = usual.includes(have) ? usual : [have, ...usual]
      const answer = await now.asker.choose<unknown>({
        message: `${title}: ${question.about(now.config)}`,
        choices: [...offered.map((value) => lineOf(value, now.config)), { value: OTHER, name: other }],
        suggested: have,
      })
      return answer === OTHER ? asTyped.ask(now) : answer
    },
  }
}

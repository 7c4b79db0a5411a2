import { Refused } from '../engine/errors.ts'
import { discreet, isSecretName, isSecretValue } from '../text/discreet.ts'
import { harmlessLine } from '../text/harmless.ts'
import { type Finding, fieldName } from './finding.ts'

/** One thing to put right, and where. */
export interface ConfigProblem {
  /** The file as the person would name it, or the flag that the value came from. */
  readonly file: string
  /** From 1; null where there is no place in a file. */
  readonly line: number | null
  readonly column: number | null
  /** Empty when the file itself is the problem. */
  readonly field: string
  /** As it is shown: quoted when it is text, cut when it is long, left out when it may be a secret. */
  readonly value: string
  readonly message: string
  /** Empty when nothing is to be chosen from. */
  readonly allowed: string
}

/** Nobody reads on after so many. */
const MOST = 100

/** Everything that is wrong with a config, told at once. Exit 2: nothing has been called yet. */
export class ConfigError extends Refused {
  readonly problems: readonly ConfigProblem[]

  constructor(subject: string, problems: readonly ConfigProblem[], hint?: string) {
    const many = problems.length > MOST
    const count = many
      ? `more than ${MOST} problems`
      : problems.length === 1
        ? '1 problem'
        : `${problems.length} problems`
    const told = problems.slice(0, MOST).map(tellable)
    const lines = [
      `${line(subject, PATH)} has ${count}:`,
      ...told.map((one) => `  ${problemLine(one)}`),
      ...(many ? ['  …'] : []),
    ]
    super('InvalidConfig', sentenceOf(subject, told) ?? lines.join('\n'), { hint })
    this.problems = told
  }
}

/** Of a file that is the problem itself there is no more to say than that; null: there is. */
function sentenceOf(subject: string, [one, ...more]: readonly ConfigProblem[]): string | null {
  if (one === undefined || more.length > 0 || one.file !== line(subject, PATH) || one.field !== '') return null
  if (one.line !== null) return null
  return `${one.file} ${one.allowed === '' ? one.message : `${one.message}; allowed: ${one.allowed}`}.`
}

/** `file:line:column  field  value  what is wrong; allowed: …`, leaving out what there is not. */
export function problemLine(problem: ConfigProblem): string {
  const { file, line, column, field, value, message, allowed } = problem
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`
  const words = allowed === '' ? message : `${message}; allowed: ${allowed}`
  return [place, field, value, words].filter((part) => part !== '').join('  ')
}

/** A problem with a value that stands in a file or came by a flag. */
export function placed(finding: Finding, place: Pick<ConfigProblem, 'file' | 'line' | 'column'>): ConfigProblem {
  const { path, message, allowed } = finding
  return { ...place, field: fieldName(path), value: shown(finding), message, allowed }
}

/** A problem with a file as such. */
export function fileProblem(file: string, message: string, allowed = ''): ConfigProblem {
  return { file, line: null, column: null, field: '', value: '', message, allowed }
}

const ROOM = 60
/** The longest list of fields has its place in it. */
const WORDS = 400
const PATH = 1024

/** What people have written comes back in the words of many: none of it is long, steers a terminal or is a secret. */
const tellable = ({ file, field, value, message, allowed, ...place }: ConfigProblem): ConfigProblem => ({
  ...{ file: line(file, PATH), ...place, field: line(field, WORDS), value: line(value, WORDS) },
  ...{ message: line(message, WORDS), allowed: line(allowed, WORDS) },
})

const line = (text: string, room: number): string => harmlessLine(cut(discreet(text.slice(0, 4 * PATH)), room))

const cut = (text: string, room: number): string => (text.length <= room ? text : `${text.slice(0, room - 1)}…`)

/** There are no secret fields, but people paste secrets where none belong, and logs are kept. */
export function shown({ path, value }: Finding): string {
  if (value === undefined) return ''
  if (value === null) return '(empty)'
  if (Array.isArray(value)) return '(a list)'
  if (typeof value === 'object') return '(a mapping)'
  const text = String(value)
  if (path.some((key) => isSecretName(String(key))) || isSecretValue(text.slice(0, PATH))) return '(not shown)'
  return typeof value === 'string' ? cut(JSON.stringify(text.slice(0, PATH)), ROOM) : cut(text, ROOM)
}

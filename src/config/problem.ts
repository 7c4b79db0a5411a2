import { Refused } from '../engine/errors.ts'
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

/** Everything that is wrong with a config, told at once. Exit 2: nothing has been called yet. */
export class ConfigError extends Refused {
  readonly problems: readonly ConfigProblem[]

  constructor(subject: string, problems: readonly ConfigProblem[], hint?: string) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super('InvalidConfig', [`${subject} has ${count}:`, ...problems.map((one) => `  ${problemLine(one)}`)].join('\n'), {
      hint,
    })
    this.problems = problems
  }
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

const SECRET_NAME = /pass(?:word|wd|phrase)|secret|token|credential|(?:private|access|api)[-_]?key/i
const SECRET_VALUE = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|^[A-Za-z0-9/+=]{40,}$/
const ROOM = 60

/** There are no secret fields, but people paste secrets where none belong, and logs are kept. */
function shown({ path, value }: Finding): string {
  if (value === undefined) return ''
  if (value === null) return '(empty)'
  if (Array.isArray(value)) return '(a list)'
  if (typeof value === 'object') return '(a mapping)'
  if (SECRET_NAME.test(String(path.at(-1))) || SECRET_VALUE.test(String(value))) return '(not shown)'
  const words = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return words.length <= ROOM ? words : `${words.slice(0, ROOM - 1)}…`
}

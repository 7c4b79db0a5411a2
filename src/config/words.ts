import type { z } from 'zod'
import { type Finding, fieldName, type Path, valueAt } from './finding.ts'
import { isMapping } from './schema.ts'
import { nearest } from './suggest.ts'
import { allowedAt, elsewhere, fieldsAt } from './walk.ts'

type Issue = z.core.$ZodIssue

/** Unknown fields of one section that are told. Each is compared with all that are known. */
const MOST = 200

/** What zod found, in our words. One issue may name several unknown fields. */
export function findingsOf(issue: Issue, input: unknown): readonly Finding[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, MOST).map((key) => unknownField(path, key, input))
  const value = valueAt(input, path)
  return [{ path, at: 'value', value, message: complaint(issue, value), allowed: allowedAt(path) }]
}

function unknownField(section: Path, key: string, input: unknown): Finding {
  const path = [...section, key]
  const known = fieldsAt(section)
  const guess = nearest(key, known) ?? elsewhere(key)[0]
  const where = section.length === 0 ? 'the config' : fieldName(section)
  const message = `is not a field of ${where}${guess === undefined ? '' : ` (did you mean ${guess}?)`}`
  return { path, at: 'key', value: valueAt(input, path), message, allowed: known.join(', ') }
}

function complaint(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(value, issue.expected)
    case 'invalid_value':
      return typeof value === 'string' ? wrongWord(value, issue.values.map(String)) : wrongType(value, 'string')
    case 'too_small':
      return `is less than ${issue.minimum}`
    case 'too_big':
      return Array.isArray(value)
        ? `has ${value.length} entries, more than ${issue.maximum}`
        : `is more than ${issue.maximum}`
    default:
      return issue.message
  }
}

function wrongWord(value: string, words: readonly string[]): string {
  const guess = nearest(value, words)
  return `is unknown${guess === undefined ? '' : ` (did you mean ${guess}?)`}`
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

function wrongType(value: unknown, expected: string): string {
  if (value === undefined) return 'is missing'
  const wanted = EXPECTED[expected] ?? expected
  if (value === null) return `is empty, not ${wanted}`
  if (typeof value === 'number' && wanted === 'a whole number') return 'is not a whole number'
  const quotes = expected === 'string' && typeof value !== 'object' ? ': put it in quotes' : ''
  return `is ${kindOf(value)}, not ${wanted}${quotes}`
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isMapping(value)) return 'a mapping'
  if (typeof value === 'boolean') return `the word ${value}`
  return typeof value === 'string' ? 'text' : 'a number'
}

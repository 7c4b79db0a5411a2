import { MAX_TAGS } from './fields.ts'
import type { Finding } from './finding.ts'
import type { Rule } from './rule.ts'

/** What every service takes: some take more, IAM and RDS do not. */
const CHARACTERS = /^[\p{L}\p{N}\p{Zs}_.:/=+@-]*$/u
const KEY = '1 to 128 letters, digits, spaces and _ . : / = + - @, not aws:…, ecom-infra:… or Name'
const VALUE = 'up to 256 letters, digits, spaces and _ . : / = + - @'

/** Far more than there may be. */
const JUDGED = 5 * MAX_TAGS

export const tagRules: Rule = ({ tags = {} }) => {
  const keys = Object.keys(tags)
  const many: readonly Finding[] =
    keys.length > MAX_TAGS
      ? [
          {
            path: ['tags'],
            at: 'key',
            value: undefined,
            message: `has ${keys.length} entries, more than ${MAX_TAGS}`,
            allowed: `at most ${MAX_TAGS} tags`,
          },
        ]
      : []
  return [...many, ...keys.slice(0, JUDGED).flatMap((key, index) => tagFindings(key, tags[key], keys.slice(0, index)))]
}

function tagFindings(key: string, value: string | undefined, before: readonly string[]): readonly Finding[] {
  const path = ['tags', key]
  const wrongKey = keyComplaint(key, before)
  if (wrongKey !== undefined) return [{ path, at: 'key', value, message: wrongKey, allowed: KEY }]
  const wrongValue = value === undefined ? undefined : valueComplaint(value)
  return wrongValue === undefined ? [] : [{ path, at: 'value', value, message: wrongValue, allowed: VALUE }]
}

function keyComplaint(key: string, before: readonly string[]): string | undefined {
  const lower = key.toLowerCase()
  if (key === '') return 'has no name'
  if (key.length > 128) return `has a name of ${key.length} characters`
  if (!CHARACTERS.test(key)) return 'has a character in its name that AWS does not take'
  if (lower.startsWith('aws:')) return 'has a name that AWS keeps for itself'
  if (lower === 'name' || lower.startsWith('ecom-infra:')) return 'has a name that ecom-infra sets itself'
  const twin = before.find((one) => one.toLowerCase() === lower)
  return twin === undefined ? undefined : `differs from ${twin} by case only, which IAM does not tell apart`
}

function valueComplaint(value: string): string | undefined {
  if (value.length > 256) return `has ${value.length} characters`
  return CHARACTERS.test(value) ? undefined : 'has a character that AWS does not take'
}

import { isUnknown, UNKNOWN } from '../engine/ref.ts'
import { clean } from './style.ts'

/** One line about a setting. `mark` tells what is there too much from what is lacking. */
interface ValueLine {
  readonly mark: '+' | '-' | null
  readonly text: string
}

/** Elements of a list that are shown before the rest is only counted. */
const SHOWN = 8

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isLines = (value: unknown): value is string => typeof value === 'string' && value.includes('\n')

/** A value in one line. */
function inline(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (value === '') return '""'
  if (isLines(value)) return `${value.trimEnd().split('\n').length} lines`
  if (isList(value)) return value.length === 0 ? 'empty' : value.map(member).join(', ')
  if (typeof value === 'object') return settings(value)
  return clean(String(value))
}

/** A value in a word or two, for a line that tells of many; null: it would take more. */
export function brief(value: unknown): string | null {
  if (value === undefined || value === '' || (isList(value) && value.length === 0)) return null
  if (isList(value) && value.some((item) => typeof item === 'object')) return String(value.length)
  return typeof value === 'object' && !isList(value) ? null : inline(typeof value === 'string' ? pretty(value) : value)
}

/** Within a line, what has an inside needs a fence. */
const member = (value: unknown): string => {
  if (isList(value)) return `[${value.map(member).join(', ')}]`
  return typeof value === 'object' && value !== null ? `{${settings(value)}}` : inline(value)
}

/** "rule 100, protocol tcp": what is not set is not said. */
const settings = (value: object): string =>
  Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== undefined && inner !== '')
    .map(([key, inner]) => `${clean(key)} ${member(inner)}`)
    .join(', ') || 'empty'

type Words = (path: string, from: unknown, to: unknown) => string

/** What is going to happen to one value. */
const becoming: Words = (path, from, to) => `${path}: ${inline(from)} → ${inline(to)}`

const isNone = (value: unknown): boolean => value === null || value === undefined

/** How one value stands. An arrow would read as what somebody did to it, and that is the other way round. */
export const standing: Words = (path, actual, desired) =>
  `${path} is ${isNone(actual) ? 'not set' : member(actual)}, should ${shouldBe(desired)}`

function shouldBe(desired: unknown): string {
  if (isNone(desired)) return 'not be set'
  return isUnknown(desired) ? 'be one that is still to be made' : `be ${member(desired)}`
}

/** From one value to another: lists, scripts and policies by what comes and what goes, everything else whole. */
export function changeLines(path: string, from: unknown, to: unknown, words: Words = becoming): readonly ValueLine[] {
  const names = namesIn([from, to])
  const [before, after] = [elements(from, names), elements(to, names)]
  const known = (side: readonly string[] | null, value: unknown) => side ?? (value === null ? [] : null)
  const [old, fresh] = [known(before, from), known(after, to)]
  if (old === null || fresh === null || (before === null && after === null)) {
    return [{ mark: null, text: words(path, from, to) }]
  }
  const [gone, come] = [without(old, fresh), without(fresh, old)]
  if (gone.length + come.length === 0) {
    return [{ mark: null, text: `${path}: ${isUnknown(to) ? UNKNOWN : 'the same entries in another order'}` }]
  }
  return [{ mark: null, text: `${path}:` }, ...marked('-', gone), ...marked('+', come)]
}

function marked(mark: '+' | '-', all: readonly string[]): readonly ValueLine[] {
  const shown = all.slice(0, SHOWN).map((text): ValueLine => ({ mark, text }))
  const rest = all.length - shown.length
  return rest === 0 ? shown : [...shown, { mark, text: `… and ${rest} more` }]
}

const isSettings = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isList(value)

/** What the entries of lists are made of. */
const namesIn = (lists: readonly unknown[]): readonly string[] => [
  ...new Set(lists.flatMap((list) => (isList(list) ? list.filter(isSettings).flatMap(Object.keys) : []))),
]

/** Who wants an entry and who reads it may name its settings in another order, and that is no difference. */
const inOrder = (item: unknown, names: readonly string[]): unknown =>
  isSettings(item) ? Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]])) : item

/** What a value is made of, when it is better told by its parts; null for what is one thing. */
function elements(value: unknown, names: readonly string[]): readonly string[] | null {
  if (isList(value)) return value.map((item) => (isList(item) ? member(item) : inline(inOrder(item, names))))
  if (typeof value !== 'string') return null
  const text = pretty(value)
  return isLines(text)
    ? text
        .split('\n')
        .map((line) => clean(line.trim()))
        .filter((line) => line !== '')
    : null
}

/** A policy in one line is opened up. */
function pretty(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** What `some` has beyond `others`, counted one for one. */
function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others]
  return some.filter((item) => {
    const index = rest.indexOf(item)
    if (index >= 0) rest.splice(index, 1)
    return index < 0
  })
}

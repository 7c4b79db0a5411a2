import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { type Finding, type Path, valueAt } from './finding.ts'
import type { Draft } from './rule.ts'
import { rules } from './rules.ts'
import { type Config, type ConfigInput, configSchema, isMapping } from './schema.ts'
import { findingsOf } from './words.ts'

type Checked =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** The least that makes a config: where single answers are tried, and where defaults are read from. */
export const SAMPLE = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' } as const

/**
 * Checks all there is to check, in one go. The definition judges each value by itself; the rules judge what values
 * mean together, and leave alone those that are already known to be wrong, so that no mistake is told twice.
 */
export function checkConfig(input: unknown): Checked {
  return check(input, (path) => valueAt(input, path) !== undefined)
}

/** A config as it was stored, with all its defaults: nobody has given those, and so nobody is told that they mean nothing. */
export const checkStored = (input: unknown): Checked => check(input, () => false)

function check(input: unknown, isGiven: (path: Path) => boolean): Checked {
  const parsed = configSchema.safeParse(input)
  const issues = parsed.success ? [] : parsed.error.issues
  const found = issues.slice(0, MOST).flatMap((issue) => findingsOf(issue, input))
  const single = onePerPath([...found, ...disguised(input)])
  const wrong = new Set([...issues.flatMap(pathsOf), ...single.map(({ path }) => path)].map(keyOf))
  const draft = overlay(configSchema.parse(SAMPLE), input, { path: [], wrong }) as Draft | undefined
  const together = draft === undefined ? [] : rules.flatMap((rule) => rule(draft, isGiven))
  const findings = [...single, ...together]
  return parsed.success && findings.length === 0 ? { ok: true, config: parsed.data } : { ok: false, findings }
}

/** Wrong values that are put in words. */
const MOST = 500

function onePerPath(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ path }) => {
    const key = keyOf(path)
    return !seen.has(key) && seen.add(key)
  })
}

const keyOf = (path: Path): string => JSON.stringify(path.map(String))

type Issue = z.core.$ZodIssue

/** Where an issue leaves a hole. */
function pathsOf(issue: Issue): readonly Path[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
}

/** Names that mean something to JavaScript itself: what stands under them is passed over in silence by many a hand. */
function disguised(input: unknown): readonly Finding[] {
  if (!isMapping(input)) return []
  const sections = Object.entries(input).flatMap(([key, value]) => (isMapping(value) ? [[[key], value] as const] : []))
  return [[[], input] as const, ...sections]
    .filter(([, mapping]) => Object.hasOwn(mapping, PROTO))
    .map(([path]) => ({
      path: [...path, PROTO],
      at: 'key',
      value: undefined,
      message: 'is no name for anything',
      allowed: '',
    }))
}

const PROTO = '__proto__'

interface Place {
  readonly path: Path
  readonly wrong: ReadonlySet<string>
}

/** The input over the defaults, with a hole wherever a value is wrong. */
function overlay(base: unknown, input: unknown, { path, wrong }: Place): unknown {
  if (wrong.has(keyOf(path))) return undefined
  const within = (key: string | number): Place => ({ path: [...path, key], wrong })
  if (Array.isArray(input)) return input.map((item, index) => overlay(undefined, item, within(index)))
  if (!isMapping(input)) return input === undefined ? base : input
  const below: Readonly<Record<string, unknown>> = isMapping(base) ? base : {}
  const keys = new Set([...Object.keys(below), ...Object.keys(input)])
  return Object.fromEntries(
    [...keys].map((key) => [key, overlay(valueAt(below, [key]), valueAt(input, [key]), within(key))]),
  )
}

/** What of a config is not as it would be by itself: what somebody has given, as far as that can be told. */
export function withoutDefaults(config: Config): ConfigInput {
  const { name, environment, region, blueprint } = config
  const named = { name, environment, region, blueprint }
  const rest = differing(config, configSchema.parse(named)) as Partial<ConfigInput> | undefined
  return { ...rest, ...named }
}

function differing(value: unknown, byItself: unknown): unknown {
  if (isDeepStrictEqual(value, byItself)) return undefined
  if (!isMapping(value) || !isMapping(byItself)) return value
  const fields = Object.entries(value).map(([key, item]) => [key, differing(item, byItself[key])] as const)
  return Object.fromEntries(fields.filter(([, item]) => item !== undefined))
}

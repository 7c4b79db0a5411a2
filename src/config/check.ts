import { type Finding, type Path, startsWith, valueAt } from './finding.ts'
import type { Draft } from './rule.ts'
import { rules } from './rules.ts'
import { type Config, configSchema, isMapping } from './schema.ts'
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
  const parsed = configSchema.safeParse(input)
  const single = parsed.success ? [] : onePerPath(parsed.error.issues.flatMap((issue) => findingsOf(issue, input)))
  const draft = overlay(configSchema.parse(SAMPLE), input, { path: [], wrong: single.map(({ path }) => path) }) as
    | Draft
    | undefined
  const together =
    draft === undefined ? [] : rules.flatMap((rule) => rule(draft, (path) => valueAt(input, path) !== undefined))
  const findings = [...single, ...together]
  return parsed.success && findings.length === 0 ? { ok: true, config: parsed.data } : { ok: false, findings }
}

function onePerPath(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ path }) => {
    const key = JSON.stringify(path)
    return !seen.has(key) && seen.add(key)
  })
}

interface Place {
  readonly path: Path
  readonly wrong: readonly Path[]
}

/** The input over the defaults, with a hole wherever a value is wrong. */
function overlay(base: unknown, input: unknown, { path, wrong }: Place): unknown {
  if (wrong.some((one) => one.length === path.length && startsWith(path, one))) return undefined
  const within = (key: string | number): Place => ({ path: [...path, key], wrong })
  if (Array.isArray(input)) return input.map((item, index) => overlay(undefined, item, within(index)))
  if (!isMapping(input)) return input === undefined ? base : input
  const below: Readonly<Record<string, unknown>> = isMapping(base) ? base : {}
  const keys = new Set([...Object.keys(below), ...Object.keys(input)])
  return Object.fromEntries([...keys].map((key) => [key, overlay(below[key], valueAt(input, [key]), within(key))]))
}

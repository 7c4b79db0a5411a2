import { harmlessLine } from '../text/harmless.ts'
import { checkConfig } from './check.ts'
import { type Finding, type Path, startsWith } from './finding.ts'
import { shown } from './problem.ts'
import { isMapping } from './schema.ts'

/** What is wrong with a value at this place of a config, by the config's own rules; null when nothing is. */
export function complaintAt(config: object, path: Path, value: unknown): string | null {
  const checked = checkConfig(withValue(config, path, value))
  const found = checked.ok ? undefined : checked.findings.find((finding) => startsWith(finding.path, path))
  return found === undefined ? null : complaintOf(found)
}

/** One line: the value, what is wrong with it, what is allowed. */
function complaintOf(finding: Finding): string {
  const { message, allowed } = finding
  const what = [harmlessLine(shown(finding)), message].filter((part) => part !== '').join(' ')
  return allowed === '' ? what : `${what}; allowed: ${allowed}`
}

/** The same with a value at this place. */
export function withValue(root: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  const within: Readonly<Record<string, unknown>> = isMapping(root) ? root : {}
  return { ...within, [key]: withValue(within[key], rest, value) }
}

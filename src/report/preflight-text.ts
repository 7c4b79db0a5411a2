import { clean, painter } from './style.ts'
import type { TextOptions } from './types.ts'
import { plural } from './words.ts'

/** Something that AWS would refuse half-way: found before the first change. */
export interface Finding {
  readonly code: 'Quota' | 'Offer' | 'Permission'
  readonly message: string
  /** The field of the config that asks for it; null: none does. */
  readonly field: string | null
  /** The IAM action that would be refused; null: it depends on no permission. */
  readonly action: string | null
  readonly hint: string
}

/** A finding on one line. What it is about stands first. */
export const findingLine = ({ field, action, message, hint }: Finding): string =>
  `${field ?? action ?? 'plan'}: ${message} ${hint}`

/** What stands below a plan that cannot come true. */
export function preflightText(findings: readonly Finding[], { color }: TextOptions): string {
  const paint = painter(color)
  const head = `Preflight: ${plural(findings.length, 'thing')} would fail, so nothing is done.`
  return [paint('bad', head), ...findings.map((finding) => `  ${clean(findingLine(finding))}`)].join('\n')
}

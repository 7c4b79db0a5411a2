import { isDeepStrictEqual } from 'node:util'

/** An IAM or resource policy as plain JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** Lists sorted and lone strings in lists, so that AWS's way of storing a policy makes no difference (aws-behaviours.md 6.1). */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonical).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    return items.length === 1 ? items[0] : items
  }
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, canonical(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** Whether two policies mean the same, however they are written. */
export const samePolicy = (want: unknown, have: unknown): boolean => isDeepStrictEqual(canonical(want), canonical(have))

/** Reads AWS's text of a policy; IAM's is URL-encoded. Null when it is no JSON: then it differs from anything. */
export function parsePolicy(text: string | undefined): PolicyDocument | null {
  if (text === undefined || text === '') return null
  try {
    return JSON.parse(text.trimStart().startsWith('{') ? text : decodeURIComponent(text)) as PolicyDocument
  } catch {
    return null
  }
}

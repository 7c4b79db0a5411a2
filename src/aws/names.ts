import { createHash } from 'node:crypto'

/**
 * `<stack>-<what>`; where AWS allows less room, the stack id is cut and a hash of it added (cli.md).
 * Things are found by exact name, so the result never depends on anything but its arguments.
 */
export function nameOf(stack: string, what: string, max: number): string {
  const full = `${stack}-${what}`
  if (full.length <= max) return full
  const hash = createHash('sha256').update(stack).digest('hex').slice(0, 6)
  const room = max - what.length - hash.length - 2
  return `${stack.slice(0, Math.max(room, 1)).replace(/-+$/, '')}-${hash}-${what}`
}

/** `<stack>-<what>-<account>-<region>`, at most 63 characters: S3 names are global (aws-behaviours.md 5.8). */
export function bucketNameOf(stack: string, what: string, account: string, region: string): string {
  const tail = `${what}-${account}-${region}`
  return nameOf(stack, tail, 63)
}

/** IAM is global while stacks are regional: everything of a stack lives under this path (cli.md). */
export const iamPathOf = (stack: string, region: string): string => `/ecom-infra/${stack}/${region}/`

/** An IAM name: at most 64 characters for a role, 128 for the rest (aws-behaviours.md 6.1). */
export const iamNameOf = (stack: string, what: string, region: string): string => nameOf(stack, `${what}-${region}`, 64)

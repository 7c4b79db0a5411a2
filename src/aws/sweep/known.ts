import { createHash } from 'node:crypto'
import type { Ctx } from '../ctx.ts'
import { nameOf } from '../names.ts'

/** `<stack>-<what>`, or the stack cut and a hash of it added. Another stack's names may begin so too: tags tell. */
export function beginsLikeOurs(stack: string, name: string): boolean {
  if (name.startsWith(`${stack}-`)) return true
  const mark = `-${createHash('sha256').update(stack).digest('hex').slice(0, 6)}-`
  return name.includes(mark) && stack.startsWith(name.split(mark)[0] ?? '')
}

type Whose = Pick<Ctx, 'stack' | 'region'>

// What AWS makes of itself beside our things has no tags of ours: it is known by the exact names that those have.

/** Its log groups, its backups. */
export const databaseOf = ({ stack }: Whose): string => nameOf(stack, 'main', 63)

/** Its backups. */
export const tableOf = ({ stack }: Whose): string => nameOf(stack, 'sessions', 255)

/** The alarms by which it follows its target. */
export const webGroupOf = ({ stack }: Whose): string => nameOf(stack, 'web', 255)

/** Dashboards are not regional: the region is in the name. */
export const dashboardOf = ({ stack, region }: Whose): string => nameOf(stack, region, 255)

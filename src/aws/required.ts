import { Failed } from '../engine/errors.ts'

/** A member that AWS documents as always there. Throws when an answer lacks it, instead of going on with `undefined`. */
export function required<T>(value: T | null | undefined, operation: string, member: string): T {
  if (value !== null && value !== undefined) return value
  throw new Failed('BadAnswer', `${operation} answered without ${member}.`, { action: operation })
}

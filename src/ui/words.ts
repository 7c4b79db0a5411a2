import { discreet } from '../text/discreet.ts'
import { harmlessLine as printable } from '../text/harmless.ts'

/** What AWS or a stranger wrote must not steer the terminal. */
export { harmlessLine as printable } from '../text/harmless.ts'

/** A stretch of time, no more exact than one can read while it runs. */
export function span(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const ROOM = 160

/** What went wrong, in part of a line; the whole of it is told at the end. */
export function shortError(error: unknown): string {
  const { name = '', message = String(error) } = error instanceof Error ? error : {}
  // Only the first line: what AWS says about a signature goes on with what was signed.
  const words = printable(discreet(message.split('\n')[0] ?? ''))
  const told = ['', 'Error', 'Problem', 'Failed', 'Refused', 'Interrupted'].includes(name) ? words : `${name}: ${words}`
  return told.length <= ROOM ? told : `${told.slice(0, ROOM - 1)}…`
}

import type { Finding } from './finding.ts'
import { type Rule, wrong } from './rule.ts'
import { allowedAt } from './walk.ts'

const BACKUP = ['database', 'backupWindow'] as const
const MAINTENANCE = ['database', 'maintenanceWindow'] as const

/** RDS takes no shorter one. */
const SHORTEST = 30
const DAY = 24 * 60
const WEEK = 7 * DAY
const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** In minutes: from when, and for how long. It may run on over midnight, and over the end of the week. */
interface Window {
  readonly start: number
  readonly length: number
}

/** What a window of the right form may still be: too short, or in the way of the other one. */
export const windowRules: Rule = ({ database }, given) => {
  const { backupWindow, maintenanceWindow } = database ?? {}
  const daily = backupWindow === undefined ? undefined : windowOf(backupWindow, DAY)
  const weekly = maintenanceWindow === undefined ? undefined : windowOf(maintenanceWindow, WEEK)
  const short = [...tooShort(BACKUP, backupWindow, daily), ...tooShort(MAINTENANCE, maintenanceWindow, weekly)]
  if (daily === undefined || weekly === undefined || short.length > 0) return short
  const day = DAYS.findIndex((_, index) => meet({ ...daily, start: daily.start + index * DAY }, weekly))
  if (day < 0) return []
  const which = `${backupWindow} on ${DAYS[day]}`
  return given(BACKUP) && !given(MAINTENANCE)
    ? wrong(BACKUP, backupWindow, `overlaps database.maintenanceWindow, ${maintenanceWindow} by default`, APART)
    : wrong(MAINTENANCE, maintenanceWindow, `overlaps database.backupWindow, ${which}`, APART)
}

const APART = 'windows that do not overlap, in UTC: one may begin when the other ends'

function tooShort(
  path: typeof BACKUP | typeof MAINTENANCE,
  text: string | undefined,
  window: Window | undefined,
): readonly Finding[] {
  if (window === undefined || window.length >= SHORTEST) return []
  const long = window.length === 0 ? 'ends when it begins' : `is ${window.length} minutes long`
  return wrong(path, text, long, allowedAt(path))
}

/** `hh:mm-hh:mm` in a day, `ddd:hh:mm-ddd:hh:mm` in a week. */
function windowOf(text: string, round: number): Window {
  const [start = 0, end = 0] = text.split('-').map(minuteOf)
  return { start, length: (end - start + round) % round }
}

function minuteOf(text: string): number {
  const [minute = 0, hour = 0, day] = text.split(':').reverse()
  return Math.max(DAYS.indexOf(String(day)), 0) * DAY + Number(hour) * 60 + Number(minute)
}

/** On the round of the week each begins within the other, or they lie apart. */
function meet(one: Window, other: Window): boolean {
  const after = (from: number, to: number): number => (to - from + WEEK) % WEEK
  return after(one.start, other.start) < one.length || after(other.start, one.start) < other.length
}

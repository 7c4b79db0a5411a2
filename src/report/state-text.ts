import { blocks, clean, cut, painter, roomIn } from './style.ts'
import type { TextOptions } from './types.ts'
import { plural } from './words.ts'

/** A resource as the manifest remembers it. */
interface Remembered {
  readonly address: string
  readonly type: string
  readonly id: string
}

export interface StateList {
  readonly stack: string
  readonly resources: readonly Remembered[]
  /** Creations that were said and never confirmed. */
  readonly announced: readonly { readonly address: string; readonly at: string }[]
}

interface Run {
  readonly started: string
  readonly ended: string | null
  readonly command: string
  readonly outcome: string
  readonly summary: Readonly<Record<string, number>>
}

export interface StateHistory {
  readonly stack: string
  readonly runs: readonly Run[]
  readonly unreadable: readonly string[]
}

interface Broken {
  readonly holder: string
  readonly host: string
  readonly pid: number
  readonly command: string
  readonly startedAt: string
}

/** All rows of a column are as wide as its widest. */
const WIDEST = 400

/** Columns as wide as what they hold; the last one may be cut. */
function table(head: readonly string[], rows: readonly (readonly string[])[], { color, width }: TextOptions) {
  const cells = [head, ...rows].map((row) => row.map((cell) => cut(clean(cell), WIDEST)))
  const rooms = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(rooms[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line, index) => {
    const fitting = cut(line, roomIn(width))
    return index === 0 ? painter(color)('quiet', fitting) : fitting
  })
}

/** What the manifest remembers. */
export function stateListText({ stack, resources, announced }: StateList, options: TextOptions): string {
  if (resources.length === 0 && announced.length === 0) return `Nothing is remembered of ${stack}.`
  const rows = resources.map(({ address, id }) => [address, id])
  const waiting = announced.map(({ address, at }) => [address, at])
  return blocks(
    rows.length === 0 ? [] : table(['ADDRESS', 'ID'], rows, options),
    waiting.length === 0 ? [] : table(['ANNOUNCED, NEVER CONFIRMED', 'AT'], waiting, options),
    [`${plural(resources.length, 'resource')} of ${stack}.`],
  )
}

/** All that the manifest remembers of one resource. */
export const stateShowText = (entry: object): string => clean(JSON.stringify(entry, null, 2))

/** The latest runs, newest first. */
export function historyText({ stack, runs, unreadable }: StateHistory, options: TextOptions): string {
  const rows = runs.map(({ started, ended, command, outcome, summary }) => {
    // To have looked at something is not to have done something to it.
    const counts = Object.entries(summary).filter(([deed, count]) => count > 0 && deed !== 'check')
    const what = counts.map(([deed, count]) => `${count} ${deed}`).join(', ')
    return [started, ended ?? '-', outcome, command, what === '' ? '-' : what]
  })
  return blocks(
    rows.length === 0
      ? [`There is no history of ${stack}: nothing was ever done, or \`down\` removed it (--keep-state keeps it).`]
      : table(['STARTED', 'ENDED', 'OUTCOME', 'COMMAND', 'DID'], rows, options),
    unreadable.map((name) => `Cannot be read: ${clean(name)}`),
  )
}

/** Whose lock was broken. */
export function unlockText(stack: string, broken: Broken | null): string {
  if (broken === null) return `${stack} is not locked.`
  const { holder, host, pid, command, startedAt } = broken
  return clean(
    `The lock of ${stack} is broken. It was held by ${holder} on ${host} (process ${pid}) for "${command}", since ${startedAt}.`,
  )
}

/** A stack of this account and region, as the state bucket has it. */
export interface StackEntry {
  readonly stack: string
  readonly blueprint: string | null
  readonly resources: number
  readonly savedAt: string | null
  /** A run holds its lock, or has left it behind. */
  readonly locked: boolean
  /** Why its manifest cannot be used. */
  readonly damage: string | null
}

interface Stacks {
  readonly account: string
  readonly region: string
  readonly stacks: readonly StackEntry[]
}

/** The stacks of an account and region. */
export function stacksText({ account, region, stacks }: Stacks, options: TextOptions): string {
  if (stacks.length === 0) return `No stack has its state in ${region}, account ${account}.`
  const rows = stacks.map(({ stack, blueprint, resources, savedAt, locked, damage }) => [
    ...[stack, blueprint ?? '?', String(resources), savedAt ?? '-'],
    damage ?? (locked ? 'locked' : ''),
  ])
  return table(['STACK', 'BLUEPRINT', 'RESOURCES', 'SAVED', ''], rows, options).join('\n')
}

interface Rebuilt {
  readonly stack: string
  readonly region: string
  readonly resources: readonly object[]
  readonly forgotten: readonly string[]
  readonly damage: string | null
  readonly written: boolean
}

/** What a rebuilt manifest holds. */
export function rebuiltText({ stack, region, resources, forgotten, damage, written }: Rebuilt): string {
  if (!written) return `Nothing of ${stack} was found in ${region}; nothing was written.`
  return [
    `The manifest of ${stack} remembers ${plural(resources.length, 'resource')}, as they are in AWS.`,
    ...(forgotten.length === 0 ? [] : [`No longer there, and forgotten: ${forgotten.join(', ')}`]),
    ...(damage === null ? [] : [`What was there before could not be used, and is kept aside: ${clean(damage)}`]),
  ].join('\n')
}

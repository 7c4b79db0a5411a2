import { styleText } from 'node:util'

export type Tone = 'good' | 'change' | 'bad' | 'swap' | 'quiet' | 'title'

const FORMATS = {
  good: 'green',
  change: 'yellow',
  bad: 'red',
  swap: 'magenta',
  quiet: 'dim',
  title: 'bold',
} as const satisfies Record<Tone, string>

/** Colours a piece of text, or leaves it alone. */
export type Paint = (tone: Tone, text: string) => string

/** Whether to colour has been decided already, so the stream is not asked again. */
export const painter =
  (color: boolean): Paint =>
  (tone, text) =>
    color && text !== '' ? styleText(FORMATS[tone], text, { validateStream: false }) : text

/** A pipe or a file has no width: there nothing is cut. */
export const roomIn = (width: number | undefined): number => width ?? Number.POSITIVE_INFINITY

/** Shortened to fit, and said to be. */
export const cut = (text: string, room: number): string =>
  text.length <= Math.max(room, 1) ? text : `${text.slice(0, Math.max(room - 1, 0))}…`

/** What AWS or a stranger wrote must not steer the terminal. */
export { harmless as clean } from '../text/harmless.ts'

/** Blocks of lines with an empty line between them; empty blocks are left out. */
export const blocks = (...parts: readonly (readonly string[])[]): string =>
  parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')

/** Two columns, aligned. */
export function columns(rows: readonly (readonly [string, string])[], indent = '  '): readonly string[] {
  const room = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `${indent}${left.padEnd(room)}  ${right}`)
}

/** Everything stands on this grid, so that lines and icons meet. */
export const GRID = 12
export const LINE = 15

export const up = (value: number, step: number = GRID): number => Math.ceil(value / step) * step

const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[iljt.,:;|'!fI()[\]/ ]/, 0.32],
  [/[mwMW@%]/, 0.88],
  [/[A-Z+·]/, 0.7],
]

/** How wide a line is drawn, in pixels: a little more than Helvetica needs, because nobody knows the reader's font. */
export function widthOf(text: string, size: number): number {
  const ems = [...text].map((char) => WIDTHS.find(([chars]) => chars.test(char))?.[1] ?? 0.58)
  return Math.ceil(ems.reduce((sum, em) => sum + em, 0) * size)
}

/** Breaks between words; a word that is longer than a line is cut. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const fitting = word.length > width ? `${word.slice(0, width - 1)}…` : word
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + fitting.length <= width) lines[lines.length - 1] = `${last} ${fitting}`
    else lines.push(fitting)
  }
  return lines
}

/** `2 listeners`, `target group`: one is not counted. */
export const counted = (count: number, noun: string, plural: string = pluralOf(noun)): string =>
  count === 1 ? noun : `${count} ${plural}`

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** "12 created, 3 unchanged": what there is none of is left out. */
export const tally = (counts: readonly (readonly [number, string])[]): string =>
  counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')

/** How long something will take: no more exact than an estimate can be. */
export function roughly(seconds: number): string {
  if (seconds < 45) return 'less than a minute'
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `about ${plural(Math.max(minutes, 1), 'minute')}`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return `about ${plural(hours, 'hour')}${rest === 0 ? '' : ` ${plural(rest, 'minute')}`}`
}

/** How long something took. */
export function took(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
}

/** US dollars, to the cent. */
export const dollars = (usd: number): string => `$${usd.toFixed(2)}`

/** A price per unit: as many digits as it has, and cents at least. */
export const rate = (usd: number): string => (Number(usd.toFixed(2)) === usd ? dollars(usd) : `$${usd}`)

/** Sentences broken where a line would be longer than a page is wide. */
export function wrapped(text: string, room = 80): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

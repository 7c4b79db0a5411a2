import type { DownDocument, Gone } from './down-document.ts'
import { troubleBlocks } from './failure-text.ts'
import { blocks, clean, type Paint, painter, roomIn } from './style.ts'
import type { Kept, Leftover, TextOptions, Unchecked } from './types.ts'
import { dollars, plural, tally, took, wrapped } from './words.ts'

/** The receipt: what was deleted, how it was checked, and that nothing is left, or what is. */
export function receiptText(document: DownDocument, { color, width }: TextOptions): string {
  const paint = painter(color)
  const { failures, stopped, gone, lost, leftovers, checked, unchecked, kept } = document
  const trouble = troubleBlocks(failures, stopped, paint)
  const list = (mark: string, lines: readonly string[]) => lines.flatMap((words) => entry(mark, words, roomIn(width)))
  const onwards =
    trouble.length + leftovers.length + unchecked.length === 0 ? [] : ['The same command goes on from there.']
  return blocks(
    [headline(document, paint)],
    ...trouble,
    titled('Gone', list(paint('good', '✔'), goneLines(gone)), paint),
    titled(
      'Lost with it',
      list(
        '·',
        lost.map(({ address, what }) => `${address}: ${clean(what)}`),
      ),
      paint,
    ),
    titled('Looked through', list(paint('good', '✔'), checked.map(clean)), paint),
    titled('Nobody could look through', list('✖', unchecked.map(uncheckedLine)), paint),
    titled('Still there', list('✖', leftovers.map(leftoverLine)), paint),
    titled('Kept on purpose', [...list('·', kept.map(keptLine)), ...keepLine(kept)], paint),
    [...verdict(document, paint), ...onwards],
  )
}

/** Broken between words, and set in below its mark. */
const entry = (mark: string, words: string, room: number): readonly string[] =>
  wrapped(words, room - 4).map((line, index) => (index === 0 ? `  ${mark} ${line}` : `    ${line}`))

const titled = (title: string, lines: readonly string[], paint: Paint): readonly string[] =>
  lines.length === 0 ? [] : [paint('title', title), ...lines]

function headline(
  { stack, summary, stopped, leftovers, unchecked, durationMs, apiCalls }: DownDocument,
  paint: Paint,
): string {
  const { deleted, failed, skipped } = summary
  const words = tally([
    [deleted, 'deleted'],
    [failed, 'failed'],
    [skipped, 'not done'],
  ])
  const what = words === '' ? 'nothing to delete' : words
  const fine = failed + skipped + leftovers.length + unchecked.length === 0 && stopped === null
  const mark = fine ? paint('good', '✔') : paint('bad', '✖')
  return `${mark} ${paint('title', stack)}: ${what}. ${took(durationMs)}, ${plural(apiCalls.total, 'API call')}.`
}

/** `ec2: vpc main; subnet public-a, public-b`. */
function goneLines(gone: readonly Gone[]): readonly string[] {
  const words = [...Map.groupBy(gone, ({ type }) => type)].map(([type, those]) => {
    const [service = '', kind = ''] = type.split(':')
    const names = those.map(({ address }) => address.slice(address.indexOf('/') + 1))
    return { service, text: `${kind} ${names.join(', ')}` }
  })
  return [...Map.groupBy(words, ({ service }) => service)].map(
    ([service, kinds]) => `${service}: ${kinds.map(({ text }) => text).join('; ')}`,
  )
}

const uncheckedLine = ({ what, message, hint }: Unchecked): string =>
  clean([`${what}: ${message}`, hint].filter((words) => words !== null).join(' '))

const leftoverLine = (one: Leftover): string => `${wordsOf(one)}${one.monthlyUsd === 0 ? '' : costOf(one)}`

/** Of what stays its cost is told even when it is nothing. */
const keptLine = (one: Kept): string => `${wordsOf(one)}${costOf(one)}`

const wordsOf = ({ type, id, why }: Leftover): string => `${type} ${clean(id)}: ${clean(why)}`

function costOf({ monthlyUsd }: Leftover): string {
  if (monthlyUsd === null) return ' (what it costs is unknown)'
  return monthlyUsd === 0 ? ' (less than a cent a month)' : ` (about ${dollars(monthlyUsd)} a month)`
}

/** What goes on being paid, in one figure. */
function keepLine(kept: readonly Kept[]): readonly string[] {
  const known = kept.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0)
  if (kept.length < 2 || known === 0) return []
  const about = kept.some(({ monthlyUsd }) => monthlyUsd === null) ? 'at least' : 'about'
  return [`  Together ${about} ${dollars(known)} a month.`]
}

const deniedIn = (unchecked: DownDocument['unchecked']): string =>
  `${plural(unchecked.length, 'listing was', 'listings were')} denied, so that is no proof.`

/** Without a look through AWS nothing is claimed. */
function verdict(
  { stack, leftovers, checked, unchecked, summary, stopped }: DownDocument,
  paint: Paint,
): readonly string[] {
  if (leftovers.length > 0)
    return [paint('bad', `✖ ${plural(leftovers.length, 'thing is', 'things are')} left of ${stack}.`)]
  if (checked.length === 0 || summary.failed + summary.skipped > 0 || stopped !== null) return []
  if (unchecked.length > 0)
    return [paint('bad', `✖ Nothing of ${stack} was found in what could be looked through. ${deniedIn(unchecked)}`)]
  return [paint('good', `✔ Nothing is left of ${stack}.`)]
}

import type { DownDocument } from './down-document.ts'
import { troubleBlocks } from './failure-text.ts'
import { blocks, clean, type Paint, painter } from './style.ts'
import type { Kept, Leftover, TextOptions } from './types.ts'
import { plural, tally, took } from './words.ts'

/** The receipt: what was deleted, how it was checked, and that nothing is left, or what is. */
export function receiptText(document: DownDocument, { color }: TextOptions): string {
  const paint = painter(color)
  const { failures, stopped, leftovers, checked, kept } = document
  const trouble = troubleBlocks(failures, stopped, paint)
  const listed = checked.map((words) => `  ${paint('good', '✔')} ${clean(words)}`)
  const onwards = trouble.length + leftovers.length === 0 ? [] : ['The same command goes on from there.']
  return blocks(
    [headline(document, paint)],
    ...trouble,
    titled('Looked through', listed, paint),
    titled('Still there', leftovers.map(leftoverLine), paint),
    titled('Kept on purpose', kept.map(keptLine), paint),
    [...verdict(document, paint), ...onwards],
  )
}

const titled = (title: string, lines: readonly string[], paint: Paint): readonly string[] =>
  lines.length === 0 ? [] : [paint('title', title), ...lines]

function headline({ stack, summary, stopped, leftovers, durationMs, apiCalls }: DownDocument, paint: Paint): string {
  const { deleted, failed, skipped } = summary
  const words = tally([
    [deleted, 'deleted'],
    [failed, 'failed'],
    [skipped, 'not done'],
  ])
  const what = words === '' ? 'nothing to delete' : words
  const fine = failed + skipped + leftovers.length === 0 && stopped === null
  const mark = fine ? paint('good', '✔') : paint('bad', '✖')
  return `${mark} ${paint('title', stack)}: ${what}. ${took(durationMs)}, ${plural(apiCalls.total, 'API call')}.`
}

function leftoverLine({ type, id, why, monthlyUsd }: Leftover): string {
  const cost = monthlyUsd === null || monthlyUsd === 0 ? '' : ` (about $${monthlyUsd.toFixed(2)} a month)`
  return `  ✖ ${type} ${clean(id)}: ${clean(why)}${cost}`
}

const keptLine = ({ type, id, why }: Kept): string => `  · ${type} ${clean(id)}: ${clean(why)}`

/** Without a look through AWS nothing is claimed. */
function verdict({ stack, leftovers, checked, summary }: DownDocument, paint: Paint): readonly string[] {
  if (leftovers.length > 0)
    return [paint('bad', `✖ ${plural(leftovers.length, 'thing is', 'things are')} left of ${stack}.`)]
  if (checked.length === 0 || summary.failed + summary.skipped > 0) return []
  return [paint('good', `✔ Nothing is left of ${stack}.`)]
}

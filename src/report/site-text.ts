import { sizeOf } from '../site/files.ts'
import { troubleBlocks } from './failure-text.ts'
import type { SiteDocument } from './site-document.ts'
import { blocks, clean, type Paint, painter } from './style.ts'
import type { TextOptions } from './types.ts'
import { plural, tally, took } from './words.ts'

/** What was uploaded and what was not, or what would be. */
export function siteText(document: SiteDocument, { color }: TextOptions): string {
  const paint = painter(color)
  const { failures, stopped, dryRun } = document
  const trouble = troubleBlocks(
    failures.map((failure) => ({ ...failure, address: clean(failure.key) })),
    stopped,
    paint,
  )
  const onwards = trouble.length === 0 ? [] : ['What was uploaded stays. The same command goes on from there.']
  const steps = dryRun ? stepLines(document, paint) : []
  return blocks(steps, [headline(document, paint), ...remarks(document)], ...trouble, onwards)
}

const MARKS = { new: ['+', 'good'], changed: ['~', 'change'], 'not in the folder': ['-', 'bad'] } as const

const stepLines = ({ files }: SiteDocument, paint: Paint): readonly string[] =>
  files.map(({ key, reason, bytes, contentType, cacheControl }) => {
    const [mark, tone] = MARKS[reason]
    const what = bytes === null ? [] : [sizeOf(bytes), contentType ?? '', cacheControl ?? '']
    return [`  ${paint(tone, mark)} ${clean(key)}`, ...what.map((word) => paint('quiet', word))].join('  ')
  })

function headline(document: SiteDocument, paint: Paint): string {
  const { bucket, dryRun, uploaded, deleted, failed, skipped, unchanged, bytes } = document
  const words = tally([
    [uploaded, `uploaded (${sizeOf(bytes)})`],
    [deleted, 'deleted'],
    [failed, 'failed'],
    [skipped, 'not done'],
    [unchanged, 'unchanged'],
  ])
  const end = `${took(document.durationMs)}, ${plural(document.apiCalls.total, 'API call')}.`
  if (dryRun) return `Would be in ${bucket}: ${words}. Nothing was changed. ${end}`
  const fine = failed === 0 && skipped === 0
  const state = fine ? paint('good', `✔ ${bucket}`) : paint('bad', `✖ ${bucket} is not complete`)
  return `${state}: ${words}. ${end}`
}

/** Names that are told; there may be many. */
const TOLD = 5

function remarks({ dryRun, uploaded, deleted, extra, leftOut }: SiteDocument): readonly string[] {
  const told = leftOut.slice(0, TOLD).map(clean).join(', ')
  const rest = leftOut.length > TOLD ? ` and ${leftOut.length - TOLD} more` : ''
  const stay =
    extra === 1 ? 'One object is in the bucket alone, and stays' : `${extra} objects are in the bucket alone, and stay`
  return [
    ...(!dryRun && uploaded + deleted > 0 ? ['The web servers have it under /static/ within a minute.'] : []),
    ...(extra === 0 ? [] : [`${stay}: --delete removes what is not in the folder.`]),
    ...(leftOut.length === 0 ? [] : [`Never uploaded: ${told}${rest}.`]),
  ]
}

import { troubleBlocks } from './failure-text.ts'
import { blocks, clean, columns, type Paint, painter } from './style.ts'
import type { Outputs, TextOptions } from './types.ts'
import type { UpDocument } from './up-document.ts'
import { plural, tally, took } from './words.ts'

/** What was done, the outputs, and what went wrong. */
export function upText(document: UpDocument, { color }: TextOptions): string {
  const paint = painter(color)
  const { failures, stopped, outputs } = document
  const trouble = troubleBlocks(failures, stopped, paint)
  const onwards = trouble.length === 0 ? [] : ['What was done is kept. The same command goes on from there.']
  return blocks([headline(document, paint)], outputLines(outputs, paint), ...trouble, onwards)
}

function headline({ stack, summary, stopped, durationMs, apiCalls }: UpDocument, paint: Paint): string {
  const { created, updated, replaced, deleted, unchanged, failed, skipped } = summary
  const words = tally([
    [created, 'created'],
    [updated, 'updated'],
    [replaced, 'replaced'],
    [deleted, 'deleted'],
    [failed, 'failed'],
    [skipped, 'not done'],
    [unchanged, 'unchanged'],
  ])
  const fine = failed === 0 && skipped === 0 && stopped === null
  const state = fine ? paint('good', `✔ ${stack} is up`) : paint('bad', `✖ ${stack} is not complete`)
  const what = words === '' ? '' : `: ${words}`
  return `${state}${what}. ${took(durationMs)}, ${plural(apiCalls.total, 'API call')}.`
}

/** The stack's outputs, aligned. */
export function outputLines(outputs: Outputs, paint: Paint): readonly string[] {
  const rows = Object.entries(outputs).map(([name, value]) => [name, clean(value)] as const)
  return rows.length === 0 ? [] : [paint('title', 'Outputs'), ...columns(rows)]
}

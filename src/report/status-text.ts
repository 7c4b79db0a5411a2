import { byLayer } from './layers.ts'
import type { Drift, Status, StatusRow } from './status.ts'
import type { StatusDocument } from './status-document.ts'
import { blocks, clean, cut, type Paint, painter, roomIn, type Tone } from './style.ts'
import type { TextOptions } from './types.ts'
import { outputLines } from './up-text.ts'
import { changeLines, standing } from './values.ts'
import { plural, tally, took } from './words.ts'

/** None of the plan's signs for what it makes, changes places with, or deletes: `-` here would read as its opposite. */
const SIGNS: Readonly<Record<Status, { readonly mark: string; readonly tone: Tone }>> = {
  'in-sync': { mark: '✔', tone: 'good' },
  drifted: { mark: '~', tone: 'change' },
  missing: { mark: '✖', tone: 'bad' },
  unexpected: { mark: '?', tone: 'swap' },
  unhealthy: { mark: '!', tone: 'bad' },
}

interface StatusOptions extends TextOptions {
  /** What said where, for the command that puts it right: ' --local -c prod.yaml'. */
  readonly flags?: string
  /** The region, when nothing is remembered of the stack there. */
  readonly absentFrom?: string | null
}

/** How everything stands: what is in order in one line a layer, what is not in full. */
export function statusText(document: StatusDocument, options: StatusOptions): string {
  const { color, width, flags = '', absentFrom = null } = options
  const paint = painter(color)
  const { resources, outputs, notes, verdict } = document
  const told = notes.map((note) => `Note: ${clean(note)}`)
  if (absentFrom !== null && isNowhere(document)) return blocks(absence(document, absentFrom, flags), told)
  const groups = byLayer(resources, 'No longer wanted').map(({ title, items }) =>
    groupLines(title, items, { paint, room: roomIn(width) }),
  )
  const next = verdict === 'in-sync' || verdict === 'unhealthy' ? [] : [remedy(resources, flags)]
  return blocks(groups.flat(), outputLines(outputs, paint), told, [...closing(document, paint), ...next])
}

/** Somebody else's thing under a name of ours has to be seen. */
const isNowhere = ({ resources }: StatusDocument): boolean =>
  resources.every(({ status, blocked }) => status === 'missing' && !blocked)

/** Before the first `up` there is nothing to be told one by one. */
const absence = ({ stack, resources, durationMs, apiCalls }: StatusDocument, region: string, flags: string) => [
  `${stack} is not there yet: nothing of it was found in ${region}. \`ecom-infra up${flags}\` makes it.`,
  `${plural(resources.length, 'resource')} to make. ${took(durationMs)}, ${plural(apiCalls.total, 'API call')}.`,
]

/** No promise that `up` would break. */
function remedy(rows: readonly StatusRow[], flags: string): string {
  const stuck = rows.filter(({ blocked }) => blocked).map(({ address }) => address)
  if (stuck.length === 0) return `\`ecom-infra up${flags}\` puts it right.`
  return `\`ecom-infra up${flags}\` refuses as long as ${stuck.join(', ')} stands so: see there what to decide.`
}

interface Drawing {
  readonly paint: Paint
  readonly room: number
}

function groupLines(title: string, rows: readonly StatusRow[], drawing: Drawing): readonly string[] {
  const { paint } = drawing
  const wrong = rows.filter(({ status }) => status !== 'in-sync')
  const fine = rows.length - wrong.length
  const well = rows.filter(({ health }) => health?.state === 'healthy').length
  const count = `${wrong.length === 0 ? fine : `${fine} of ${rows.length}`} in sync${well === 0 ? '' : `, ${well} healthy`}`
  const mark = wrong.length === 0 ? paint('good', '✔') : paint('bad', '✖')
  return [`${mark} ${paint('title', title)}  ${count}`, ...wrong.flatMap((row) => rowLines(row, drawing))]
}

function rowLines(
  { address, id, status, drift, health, note }: StatusRow,
  { paint, room }: Drawing,
): readonly string[] {
  const { mark, tone } = SIGNS[status]
  const name = id === null ? address : `${address}  ${paint('quiet', clean(id))}`
  const words = [...(note === null ? [] : [note]), ...(health?.state === 'unhealthy' ? [health.detail] : [])]
  return [
    `  ${paint(tone, mark)} ${name}  ${paint(tone, status)}`,
    ...words.map((line) => `      ${cut(clean(line), room - 6)}`),
    ...drift.flatMap((one) => driftLines(one, paint, room)),
  ]
}

/** Of a list: what is there and should not be, and what should be and is not. */
const SIDES = { '-': 'there, not wanted: ', '+': 'wanted, not there: ' } as const

function driftLines({ path, desired, actual }: Drift, paint: Paint, room: number): readonly string[] {
  return changeLines(path, actual, desired, standing).map(({ mark, text }) => {
    if (mark === null) return `      ${cut(text, room - 6)}`
    return `        ${paint(mark === '+' ? 'good' : 'bad', cut(`${SIDES[mark]}${text}`, room - 8))}`
  })
}

function closing({ stack, summary, verdict, durationMs, apiCalls }: StatusDocument, paint: Paint): readonly string[] {
  const words = tally([
    [summary.missing, 'missing'],
    [summary.drifted, 'drifted'],
    [summary.unexpected, 'unexpected'],
    [summary.unhealthy, 'unhealthy'],
    [summary.inSync, 'in sync'],
  ])
  const state =
    verdict === 'in-sync' ? paint('good', `✔ ${stack} is in sync`) : paint('bad', `✖ ${stack} is not in sync`)
  const cost = `${took(durationMs)}, ${plural(apiCalls.total, 'API call')}.`
  return [`${state}${words === '' ? '' : `: ${words}`}. ${cost}`]
}

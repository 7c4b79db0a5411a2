import type { Plan } from '../engine/steps.ts'
import type { Prices } from '../prices/prices.ts'
import { type Bill, billOf, type Cost } from './cost.ts'
import type { Use } from './cost-parts.ts'
import { clean, type Paint } from './style.ts'
import { dollars, rate, wrapped } from './words.ts'

/** What it will cost a month, before anybody is asked. */
export function costLines(plan: Plan, region: string, paint: Paint): readonly string[] {
  const bill = billOf(plan, region)
  const { before, after, prices } = bill
  if (isFree(before) && isFree(after)) return useLines(after, prices)
  return [
    ...wrapped(sentence(bill)),
    ...unknownLines(after),
    ...useLines(after, prices),
    ...sourceLines(after, prices).map((line) => paint('quiet', line)),
  ]
}

const isFree = ({ least, most, unknown }: Cost): boolean => least === 0 && most === 0 && unknown.length === 0

/** What a teardown ends. */
export function savingLines(plan: Plan, region: string): readonly string[] {
  const { before } = billOf(plan, region)
  const { least, unknown } = before
  if (least === null) return ['What that saves a month is not known.']
  if (isFree(before)) return []
  return [`That saves ${about(unknown)} ${dollars(least)} a month, and what use costs.`]
}

const about = (unknown: readonly string[]): string => (unknown.length > 0 ? 'at least' : 'about')

function sentence({ before, after }: Bill): string {
  const { least, most, unknown } = after
  if (least === null || most === null) return 'What it will cost a month is not known.'
  const costs = `On AWS it costs ${about(unknown)} ${dollars(least)} a month`
  const all = most > least ? ` (${dollars(most)} with all servers running)` : ''
  return `${costs}${all}${changed(before, { ...after, least })}.`
}

/** Of a first time nothing is said, and no difference between sums that do not leave out the same. */
function changed(before: Cost, after: Cost & { readonly least: number }): string {
  const { least, unknown } = before
  if (least === null || isFree(before)) return ''
  if (unknown.join() !== after.unknown.join()) return `; until now ${about(unknown)} ${dollars(least)}`
  const more = Math.round((after.least - least) * 100) / 100
  if (more === 0) return ', as before'
  return `, ${dollars(Math.abs(more))} ${more > 0 ? 'more' : 'less'} than the ${dollars(least)} until now`
}

const unknownLines = ({ unknown }: Cost): readonly string[] =>
  unknown.length === 0 ? [] : wrapped(`Not known, and not counted: ${clean(unknown.join(', '))}.`)

/** Few words for what is many things: the prices of all of them stand in the document. */
function useLines({ uses }: Cost, prices: Prices): readonly string[] {
  if (uses.length === 0) return []
  const told = uses.filter(({ told }) => told).map((use) => useWords(use, prices))
  const rest = uses.length > told.length ? ['storage and requests'] : []
  return wrapped(`What is used comes on top: ${[...told, ...rest].join(', ')}.`)
}

function useWords({ what, unit, per }: Use, prices: Prices): string {
  const usd = prices.unit(unit)
  return usd === null ? what : `${what} ${rate(usd)}/${per}`
}

/** A source is told by its name: the rest of it stands in the table. */
function sourceLines({ least }: Cost, { region, asOf, source }: Prices): readonly string[] {
  if (asOf === null || source === null) return [`There is no price table for ${region}.`]
  if (least === null) return []
  const name = source.split(',')[0] ?? source
  return wrapped(`${name}, ${region}, ${asOf} or later; free tiers not counted.`)
}

import type { Deed, Event } from '../engine/events.ts'
import type { View, ViewOptions } from './viewing.ts'
import { printable, shortError, span } from './words.ts'

type Finished = Extract<Event, { readonly kind: 'finished' }>

/** Before and after. What is only checked is not told. */
const VERBS: Readonly<Record<Exclude<Deed, 'check'>, readonly [string, string]>> = {
  create: ['creating', 'created'],
  update: ['updating', 'updated'],
  replace: ['replacing', 'replaced'],
  delete: ['deleting', 'deleted'],
}

/** One line an event, for logs and pipes. */
export function plainView({ out, pace }: Pick<ViewOptions, 'out' | 'pace'>): View {
  return {
    emit(event) {
      const line = lineOf(event, pace)
      if (line !== null) out.write(`${printable(line)}\n`)
    },
    close: async () => undefined,
  }
}

function lineOf(event: Event, pace: number): string | null {
  switch (event.kind) {
    case 'phase':
      return printable(event.text)
    case 'started':
      return startLine(event.deed, event.address, event.seconds * pace)
    case 'note':
      return noteLine(event.address, printable(event.text))
    case 'finished':
      return endLine(event, pace)
  }
}

function startLine(deed: Deed, address: string, seconds: number): string | null {
  if (deed === 'check') return null
  const typical = seconds >= 1 ? `  ~${span(seconds)}` : ''
  return `${VERBS[deed][0]} ${address}${typical}`
}

function noteLine(address: string | null, text: string): string {
  if (address === null) return text
  return text.startsWith('waiting ')
    ? `waiting ${address}: ${text.slice('waiting '.length)}`
    : `note ${address}: ${text}`
}

function endLine({ address, deed, outcome, id, ms, error }: Finished, pace: number): string | null {
  if (outcome === 'failed') return `failed ${address}: ${shortError(error)}`
  if (deed === 'check') return null
  if (outcome === 'skipped') return `skipped ${address}`
  const name = id === null ? address : `${address}  ${printable(id)}`
  return `${VERBS[deed][1]} ${name}  ${span((ms * pace) / 1000)}`
}

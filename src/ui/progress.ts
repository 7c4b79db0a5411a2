import type { Event } from '../engine/events.ts'
import type { Layer } from '../engine/graph.ts'
import type { Address } from '../engine/ref.ts'
import { printable, shortError, span } from './words.ts'

interface Running {
  readonly since: number
  /** How long it typically takes, in seconds of wall clock. */
  readonly typical: number
  readonly note: string | null
}

/** How far one part of the platform has got. */
export interface Part {
  readonly title: string
  /** The title when no more will come. */
  readonly final: string
  /** Nothing belongs here, so far. */
  readonly empty: boolean
  readonly failures: readonly string[]
  readonly running: readonly string[]
  /** `over`: everything that was foreseen has been done, or will not be. */
  readonly state: 'open' | 'over' | 'failed'
}

type Started = Extract<Event, { readonly kind: 'started' }>
type Finished = Extract<Event, { readonly kind: 'finished' }>

/** What belongs to no part that was foreseen. */
export const OTHERS = 'Others'
/** Running ones that are shown of a part before the rest is only counted. */
const SHOWN = 6

/** Counts, by part of the platform, what runs, what is done and what failed. Draws nothing. */
export class Progress {
  readonly parts: readonly string[]
  readonly #pace: number
  readonly #titles = new Map<Address, string>()
  readonly #running = new Map<Address, Running>()
  readonly #done = new Set<Address>()
  readonly #skipped = new Set<Address>()
  readonly #failed = new Map<Address, string>()
  #moves = 0

  constructor(layers: ReadonlyMap<Address, Layer>, pace: number) {
    this.#pace = pace
    this.parts = [...new Set(layers.values())]
    for (const [address, layer] of layers) this.#titles.set(address, layer)
  }

  /** Rises with everything that belongs on the board. */
  get moves(): number {
    return this.#moves
  }

  get busy(): boolean {
    return this.#running.size > 0
  }

  take(event: Event, now: number): void {
    if (event.kind === 'started') this.#start(event, now)
    if (event.kind === 'finished') this.#finish(event)
    if (event.kind === 'note' && event.address !== null) this.#note(event.address, event.text)
  }

  #start({ address, deed, layer, seconds }: Started, now: number): void {
    if (deed === 'check') return
    this.#place(address, layer)
    this.#running.set(address, { since: now, typical: seconds * this.#pace, note: null })
  }

  #note(address: Address, text: string): void {
    const running = this.#running.get(address)
    if (running) this.#running.set(address, { ...running, note: printable(text) })
  }

  #finish({ address, deed, outcome, error }: Finished): void {
    this.#running.delete(address)
    if (deed === 'check' && outcome !== 'failed') return
    this.#place(address, null)
    for (const fates of [this.#done, this.#skipped, this.#failed]) fates.delete(address)
    if (outcome === 'done') this.#done.add(address)
    if (outcome === 'skipped') this.#skipped.add(address)
    if (outcome === 'failed') this.#failed.set(address, shortError(error))
  }

  #place(address: Address, layer: Layer | null): void {
    this.#moves++
    if (this.#titles.has(address)) return
    this.#titles.set(address, layer !== null && this.parts.includes(layer) ? layer : OTHERS)
  }

  part(name: string, now: number): Part {
    const here = ([address]: readonly [Address, ...unknown[]]) => this.#titles.get(address) === name
    const count = (some: Iterable<Address>) => [...some].filter((address) => here([address])).length
    const total = count(this.#titles.keys())
    const [done, skipped] = [count(this.#done), count(this.#skipped)]
    const failed = [...this.#failed].filter(here)
    const running = [...this.#running].filter(here)
    const rest = `${failed.length > 0 ? `, ${failed.length} failed` : ''}${skipped > 0 ? `, ${skipped} not done` : ''}`
    const complete = running.length === 0 && done + skipped + failed.length >= total
    return {
      title: `${name}  ${done} of ${total}${rest}`,
      final: `${name}  ${done} done${rest}`,
      empty: total === 0,
      failures: failed.map(([address, text]) => `${address} failed: ${text}`),
      running: runningLines(running, now),
      state: !complete ? 'open' : failed.length + skipped > 0 ? 'failed' : 'over',
    }
  }
}

function runningLines(running: readonly (readonly [Address, Running])[], now: number): readonly string[] {
  const lines = running.slice(0, SHOWN).map(([address, { since, typical, note }]) => {
    const elapsed = (now - since) / 1000
    const of = typical >= 1 ? ` of ~${span(typical)}` : ''
    const time = elapsed < 1 ? '' : `  ${Math.floor(elapsed) < 90 ? `${Math.floor(elapsed)} s` : span(elapsed)}${of}`
    return `${address}${time}${note === null ? '' : `  ${note}`}`
  })
  const rest = running.length - lines.length
  return rest === 0 ? lines : [...lines, `… and ${rest} more`]
}

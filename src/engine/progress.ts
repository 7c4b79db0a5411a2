import type { Deed, Outcome } from './events.ts'
import { secondsOfChange } from './jobs.ts'
import type { Address } from './ref.ts'
import type { Runtime } from './runtime.ts'
import type { Step } from './steps.ts'

/** How one address fared. */
export interface Fate {
  readonly address: Address
  readonly deed: Deed
  readonly outcome: Outcome
  readonly error: unknown
}

/** Keeps account of what has begun and how it ended, and tells it as events. */
export class Progress {
  readonly #runtime: Pick<Runtime, 'clock' | 'emit'>
  readonly #corrected: ReadonlySet<Address>
  readonly #fates = new Map<Address, Fate>()
  readonly #began = new Map<Address, number>()

  /** `corrected`: what has been changed in a check. */
  constructor(runtime: Pick<Runtime, 'clock' | 'emit'>, corrected: ReadonlySet<Address>) {
    this.#runtime = runtime
    this.#corrected = corrected
  }

  get fates(): readonly Fate[] {
    return [...this.#fates.values()]
  }

  began(address: Address): boolean {
    return this.#began.has(address)
  }

  ended(address: Address): boolean {
    return this.#fates.has(address)
  }

  start(step: Step): void {
    if (this.#began.has(step.address)) return
    this.#began.set(step.address, this.#runtime.clock.now())
    const { create, delete: remove } = step.type.about.seconds
    const seconds = step.action === 'delete' ? remove : step.action === 'update' ? secondsOfChange(step) : create
    this.#runtime.emit({ kind: 'started', address: step.address, deed: this.#deedOf(step), layer: step.layer, seconds })
  }

  finish(step: Step, outcome: Outcome, id: string | null, error: unknown = null): void {
    const { address } = step
    const before = this.#fates.get(address)
    if (before && before.outcome !== 'done') return
    const deed = this.#deedOf(step)
    const ms = this.#runtime.clock.now() - (this.#began.get(address) ?? this.#runtime.clock.now())
    this.#fates.set(address, { address, deed, outcome, error })
    this.#runtime.emit({ kind: 'finished', address, deed, outcome, id, ms, error })
  }

  /** What is done to a resource, in one word. A check that has found something to correct was an update. */
  #deedOf({ action, address }: Step): Deed {
    if (action !== 'none' && action !== 'blocked') return action
    return this.#corrected.has(address) ? 'update' : 'check'
  }
}

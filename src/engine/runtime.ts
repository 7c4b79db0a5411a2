import type { Tagging } from './diff.ts'
import type { Emit } from './events.ts'
import type { Clock } from './look.ts'
import type { Address } from './ref.ts'
import type { Place, Terms } from './resource.ts'

/** How an error has to be taken. The engine knows no cloud, so it is told. */
export type Verdict =
  /** Something of that name, token or range is there already: look. */
  | 'exists'
  /** No answer that says what has happened. */
  | 'lost'
  /** Refused because of the thing's state: right to try again when it is ready. */
  | 'not-now'
  /** The whole run has to end: interrupted, lease lost, credentials gone. */
  | 'stop'
  | 'refused'

/** What the manifest is told of a resource. */
export interface Entry {
  readonly type: string
  readonly id: string
  readonly dependsOn: readonly Address[]
  readonly out: object
  readonly place: Place | null
}

/** Where the engine writes down what it does. Writes are coalesced; only `announce` is awaited before going on. */
export interface Journal {
  /** Says all creations before the first is asked for, in one write. When it fails, nothing has been created. */
  announce(creations: readonly { readonly address: Address; readonly token: string }[]): Promise<void>
  /** A creation was clearly refused: it needs no more looking for. */
  withdraw(address: Address): void
  record(address: Address, entry: Entry): void
  forget(address: Address): void
}

/** Everything that executing a plan needs of the world. */
export interface Runtime {
  /** A context for a piece of work at a place, on behalf of an address. */
  readonly ctx: (place: Place | null, address: Address | null) => unknown
  readonly journal: Journal
  readonly clock: Clock
  readonly emit: Emit
  readonly judge: (error: unknown) => Verdict
  readonly tags: (address: Address) => Tagging
  /** A fresh random token for a creation. */
  readonly token: () => string
  /** Aborted by an interrupt from outside, or by the engine when the run cannot go on. */
  readonly stop: AbortController
  readonly concurrency: number
  readonly terms: (address: Address) => Terms
}

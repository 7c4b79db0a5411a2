import type { Difference, Tagging } from './diff.ts'
import type { Graph, Layer, Node } from './graph.ts'
import type { Memory, Sighting } from './look.ts'
import type { Address } from './ref.ts'
import type { AnyType, Live, Place } from './resource.ts'

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'none' | 'blocked'

/** What is going to happen to one address. */
export interface Step {
  readonly address: Address
  readonly type: AnyType
  readonly place: Place | null
  readonly layer: Layer | null
  readonly action: Action
  readonly reason: string | null
  readonly changes: readonly Difference[]
  /** Null: it is not wanted (any more). */
  readonly node: Node | null
  readonly live: Live | null
  /** Earlier generations and failed attempts, deleted when nothing needs them any more. */
  readonly older: readonly Live[]
  /** What has to be there before it (or, for a deletion, what it depends on). */
  readonly after: readonly Address[]
  /** How it is replaced; null when it is not. */
  readonly mode: 'delete-first' | 'create-first' | null
  /** Where its type stands in the registry: the order of deletion where no edge is known. */
  readonly rank: number
}

/** Steps in build order, then deletions. Plain data: printable, storable, comparable. */
export interface Plan {
  readonly steps: readonly Step[]
  /** Where only a part of the stack is worked on: what of it is not in this plan. */
  readonly aside?: Aside
}

/** What a targeted run leaves alone. */
export interface Aside {
  readonly total: number
  /** How many of them are not as wanted. */
  readonly astray: number
}

/** What the user has explicitly allowed. */
export interface Consent {
  readonly adopt: ReadonlySet<Address>
  readonly replace: ReadonlySet<Address>
  readonly deleteData: boolean
  /** `protect: true` refuses every replacement outright. */
  readonly protect: boolean
  /** A teardown asks about data by itself, before its first delete. */
  readonly teardown: boolean
}

export const NO_CONSENT: Consent = {
  adopt: new Set(),
  replace: new Set(),
  deleteData: false,
  protect: false,
  teardown: false,
}

export interface PlanInput {
  /** What is wanted; empty for a teardown. */
  readonly graph: Graph
  /** What the look asked for: its edges order a teardown whose manifest is lost. */
  readonly asked: Graph
  readonly types: readonly AnyType[]
  readonly sightings: readonly Sighting[]
  readonly memory: Memory
  readonly consent: Consent
  /** Our tags for an address. */
  readonly tags: (address: Address) => Tagging
}

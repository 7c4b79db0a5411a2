import type { Layer } from './graph.ts'
import type { Address } from './ref.ts'

export type Outcome = 'done' | 'failed' | 'skipped'

/** What a piece of work does to its resource. */
export type Deed = 'create' | 'update' | 'replace' | 'delete' | 'check'

/** Everything that the engine ever says. Views subscribe; the engine does not know them. */
export type Event =
  | { readonly kind: 'phase'; readonly phase: 'look' | 'lock' | 'apply' | 'sweep'; readonly text: string }
  | {
      readonly kind: 'started'
      readonly address: Address
      readonly deed: Deed
      readonly layer: Layer | null
      /** How long it typically takes on real AWS. */
      readonly seconds: number
    }
  | { readonly kind: 'note'; readonly address: Address | null; readonly text: string }
  | {
      readonly kind: 'finished'
      readonly address: Address
      readonly deed: Deed
      readonly outcome: Outcome
      readonly id: string | null
      readonly ms: number
      readonly error: unknown
    }

export type Emit = (event: Event) => void

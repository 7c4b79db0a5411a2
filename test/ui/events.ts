import type { Event } from '../../src/engine/events.ts'
import type { Address } from '../../src/engine/ref.ts'

type Of<K extends Event['kind']> = Extract<Event, { readonly kind: K }>

export const started = (address: Address, rest: Partial<Of<'started'>> = {}): Event => ({
  ...{ kind: 'started', address, deed: 'create', layer: null, seconds: 0 },
  ...rest,
})

export const finished = (address: Address, rest: Partial<Of<'finished'>> = {}): Event => ({
  ...{ kind: 'finished', address, deed: 'create', outcome: 'done', id: 'x-1', ms: 1_240, error: null },
  ...rest,
})

export const note = (address: Address | null, text: string): Event => ({ kind: 'note', address, text })

export const phase = (text: string): Event => ({ kind: 'phase', phase: 'look', text })

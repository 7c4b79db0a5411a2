import { type Clients, type Connection, connect } from '../aws/clients.ts'
import { type Ctx, memory } from '../aws/ctx.ts'
import type { Identity } from '../aws/facts.ts'
import type { Gate } from '../aws/middleware.ts'
import { tagsFor } from '../aws/ownership.ts'
import { pace, pause } from '../aws/wait.ts'
import type { Emit } from '../engine/events.ts'
import { GENERATION } from '../engine/generation.ts'
import type { Clock } from '../engine/look.ts'
import type { Address } from '../engine/ref.ts'
import type { Place } from '../engine/resource.ts'

export interface ContextOptions {
  readonly stack: string
  readonly identity: Identity
  readonly connection: Connection
  readonly gate: Gate
  /** The config's own tags. */
  readonly tags: Readonly<Record<string, string>>
  /** Names of tags that the config has given up. */
  readonly retired: readonly string[]
  readonly emit: Emit
}

/** Makes the contexts that resource types work in: one set of clients a region, one memo a context. */
export function contexts(options: ContextOptions): (place: Place | null, address: Address | null) => Ctx {
  const regions = new Map<string, Clients>()
  const clientsIn = (region: string): Clients => {
    const known = regions.get(region) ?? connect({ ...options.connection, region }, options.gate)
    regions.set(region, known)
    return known
  }
  return (place, address) => {
    const region = place?.region ?? options.connection.region
    const base = clientsIn(region)
    const own: Omit<Ctx, keyof Clients> = {
      stack: options.stack,
      account: place?.account ?? options.identity.account,
      partition: options.identity.partition,
      region,
      signal: options.gate.signal,
      note: (text) => options.emit({ kind: 'note', address, text }),
      tags: (of, generation) => ({
        ...tagsFor(options.stack, of, options.tags),
        ...(generation === undefined ? {} : { [GENERATION]: generation }),
      }),
      retired: options.retired,
      memo: memory(),
    }
    return { ...base, ...own }
  }
}

/** The engine's clock: real time, seen at the current pace. */
export const clockOf = (signal: AbortSignal): Clock => ({
  now: () => performance.now() / pace(),
  pace: pace(),
  pause: (seconds) => pause(seconds, signal),
})

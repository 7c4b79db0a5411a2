import type { Address } from '../engine/ref.ts'
import type { Clients } from './clients.ts'

/** What a resource type is given: clients, whose stack it works for, and how to say why it waits. */
export interface Ctx extends Clients {
  readonly stack: string
  readonly account: string
  readonly partition: string
  readonly region: string
  /** Ends every wait at once. Calls in flight are not aborted: their answers are wanted. */
  readonly signal: AbortSignal
  /** Says why it waits: an event. */
  note(text: string): void
  /** The tags that a thing of ours is born with. */
  tags(address: Address, generation?: string): Readonly<Record<string, string>>
  /** Names of tags that the config has given up: who puts our tags on a thing takes these off. */
  readonly retired: readonly string[]
  /** This look is at all of the stack: what tells of many things at once is worth its call. */
  readonly wide?: boolean
  /** This look is for a teardown: what it misses is left behind, so it is worth a longer search. */
  readonly teardown?: boolean
  /** One answer for the length of one look, for listings that several types need. */
  memo<T>(key: string, make: () => Promise<T>): Promise<T>
}

/** A fresh memory for one look. A failed answer is not kept. */
export function memory(): Ctx['memo'] {
  const kept = new Map<string, Promise<unknown>>()
  return <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const known = kept.get(key)
    if (known) return known as Promise<T>
    const answer = make()
    kept.set(key, answer)
    answer.catch(() => kept.delete(key))
    return answer
  }
}

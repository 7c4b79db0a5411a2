import { Failed } from '../engine/errors.ts'
import { type Clock, momentOf, realClock } from './clock.ts'
import { type Here, holderName, here as thisProcess } from './holder.ts'
import { lockKeyOf } from './keys.ts'
import { isoAfter, Lock, textOf } from './lock.ts'
import { type HeldLock, isExpired, LOCK, type LockDocument, Locked, leaseSeconds, readLock } from './lock-document.ts'
import type { StateStore } from './store.ts'

export interface Wanted {
  readonly stack: string
  readonly run: string
  readonly command: string
  /** ISO. The run's record carries the same. */
  readonly startedAt: string
  /** The highest fence number that is known, from the manifest. */
  readonly fence: number
  /** `user@host` unless said otherwise. */
  readonly holder?: string
  /** Seconds. */
  readonly lease?: number
  readonly clock?: Clock
  readonly here?: Here
}

/** Rounds in which others may be quicker, or be gone again, before it counts as held. */
const ROUNDS = 5

/** Takes the lock of a stack, or throws `Locked`. */
export async function takeLock(store: StateStore, wanted: Wanted): Promise<Lock> {
  const clock = wanted.clock ?? realClock
  const began = momentOf(clock)
  const whereabouts = wanted.here ?? thisProcess
  const key = lockKeyOf(wanted.stack)
  let document = await firstDocument(wanted, whereabouts, clock)
  let predecessor: HeldLock | null = null
  let held: HeldLock | null = null
  for (let round = 0; round < ROUNDS; round++) {
    const condition = predecessor ? ({ ifMatch: predecessor.etag } as const) : ({ ifNoneMatch: '*' } as const)
    const attempt = momentOf(clock)
    const written = await store.put(key, textOf(document), condition)
    if (written) return new Lock({ store, key, document, etag: written.etag, since: attempt, clock, predecessor })
    held = await readLock(store, key)
    // An answer was lost on its way: our first try had worked.
    if (held?.document.run === wanted.run) {
      const { etag, document: ours } = held
      return new Lock({ store, key, document: ours, etag, since: began, clock, predecessor })
    }
    if (held !== null && !(await isFree(held, whereabouts))) throw new Locked(wanted.stack, held)
    predecessor = held
    document = { ...document, fence: Math.max(wanted.fence, held?.document.fence ?? 0) + 1 }
  }
  if (held) throw new Locked(wanted.stack, held)
  throw new Failed('LockContended', `The lock of ${wanted.stack} changed hands faster than it could be taken.`, {
    hint: 'Run the same command again.',
  })
}

/** Its lease has run out, or its holder was a process of this machine that is gone. */
export const isFree = async (held: HeldLock, whereabouts: Here): Promise<boolean> =>
  isExpired(held) || whereabouts.gone(held.document)

/** A lock as it was found, and whether the run that took it is dead: sure of it, or the lease has run out. */
export interface Holder extends HeldLock {
  readonly dead: boolean
}

/** Who holds the lock of a stack, or has left it behind. Null: nobody. */
export async function holderOf(store: StateStore, stack: string, here: Here = thisProcess): Promise<Holder | null> {
  const held = await readLock(store, lockKeyOf(stack))
  return held && { ...held, dead: await isFree(held, here) }
}

/** Whether a dead run has left its lock behind. */
export const isAbandoned = async (store: StateStore, stack: string): Promise<boolean> =>
  (await holderOf(store, stack))?.dead ?? false

async function firstDocument(wanted: Wanted, whereabouts: Here, clock: Clock): Promise<LockDocument> {
  const lease = wanted.lease ?? leaseSeconds()
  return {
    schema: LOCK,
    run: wanted.run,
    holder: wanted.holder ?? holderName(),
    ...(await whereabouts.self()),
    command: wanted.command,
    startedAt: wanted.startedAt,
    expiresAt: isoAfter(clock, lease),
    lease,
    renewal: 0,
    fence: wanted.fence + 1,
  }
}

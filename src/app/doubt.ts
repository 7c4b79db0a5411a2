import { pace, scaled } from '../aws/wait.ts'
import type { Clock, Memory } from '../engine/look.ts'
import type { Address } from '../engine/ref.ts'
import { arrivalLeft } from '../state/arrival.ts'
import { here } from '../state/holder.ts'
import { lockKeyOf, type StatePlace } from '../state/keys.ts'
import { type Loaded, loadManifest } from '../state/load.ts'
import { type HeldLock, heldText, Locked, lastArrivalOf, readLock } from '../state/lock-document.ts'
import type { StateStore } from '../state/store.ts'
import { isFree } from '../state/take-lock.ts'
import { clockOf } from './context.ts'
import type { Session } from './session.ts'

/** Seconds for which AWS may hide what was made a moment before a run died (design.md 6.4). */
const HIDDEN = 60

/** What the state says to somebody who does not hold the lock. */
export interface Recorded {
  readonly loaded: Loaded
  /** Of a dead run; null: there is none, or its holder lives. */
  readonly dead: HeldLock | null
  /** Another run is at work: what it has announced, it makes. */
  readonly busy: HeldLock | null
}

/** The manifest, and then the lock: whoever announced what is in the one, and is still at work, holds the other. */
export async function recorded({ store, stack }: Session, place: StatePlace): Promise<Recorded> {
  const loaded = await loadManifest(store, stack, place)
  return { loaded, ...(await heldBy(store, stack)) }
}

async function heldBy(store: StateStore, stack: string): Promise<Omit<Recorded, 'loaded'>> {
  const held = await readLock(store, lockKeyOf(stack))
  const free = held === null || (await isFree(held, here))
  return { dead: free ? held : null, busy: free ? null : held }
}

/** Throws `Locked` while another run is at work. */
async function refuseBusy({ store, stack }: Session): Promise<void> {
  const { busy } = await heldBy(store, stack)
  if (busy) throw new Locked(stack, busy)
}

/** The clock of those who wait to change something: whoever takes the lock meanwhile ends the wait. */
export function watchful(session: Session): Clock {
  const clock = clockOf(session.stop.signal)
  let asking: Promise<void> | null = null
  const pause = async (seconds: number): Promise<void> => {
    await clock.pause(seconds)
    // Many things are waited for at one time.
    asking ??= refuseBusy(session).finally(() => {
      asking = null
    })
    await asking
  }
  return { ...clock, pause }
}

/** What is said of a look that meets another run at work. */
export const busyText = (stack: string, busy: HeldLock): string =>
  `${heldText(stack, busy)} What it is changing may be shown as it was.`

/** The manifest in the engine's words. What an earlier look of this run has waited for is not waited for again. */
export async function recall(session: Session, record: Recorded, before?: Memory): Promise<Memory> {
  const { manifest } = record.loaded
  const entries = Object.entries(manifest.announced).map(([address, { token }]) => {
    const known = before?.announced.get(address as Address)
    return { address: address as Address, token, known: known?.token === token ? known : null }
  })
  const isNew = entries.some(({ known }) => known === null)
  // Nobody is dead whose holder lives: it is not waited for, for it may go on for hours.
  const doubtUntil = isNew && record.busy === null ? await endOfDoubt(session, record.dead) : 0
  return {
    resources: new Map(Object.entries(manifest.resources)) as Memory['resources'],
    announced: new Map(entries.map(({ address, token, known }) => [address, known ?? { token, doubtUntil }])),
  }
}

/**
 * When AWS would surely show what a dead run may have made. Ages are told by S3's clock, never by ours. Where its lock
 * has been broken or taken over meanwhile, what was kept of that tells when its last call has arrived; else it has
 * ended by itself, and it counts from now.
 */
async function endOfDoubt({ store, stack, stop }: Session, dead: HeldLock | null): Promise<number> {
  const since = dead ? lastArrivalOf(dead, await here.gone(dead.document)) - dead.date : 0
  const arrived = Math.max(since, (await arrivalLeft(store, stack)) ?? since)
  // The lease is not scaled by the pace, nor is what a call may last; how long AWS hides things is.
  return clockOf(stop.signal).now() + (arrived + scaled(HIDDEN)) / pace()
}

/** Waits until all that was announced would surely be shown: who forgets that it was would not look for it twice. */
export async function outlast(session: Session, { loaded, dead }: Omit<Recorded, 'busy'>): Promise<void> {
  if (Object.keys(loaded.manifest.announced).length === 0) return
  const clock = clockOf(session.stop.signal)
  const left = ((await endOfDoubt(session, dead)) - clock.now()) / 1000
  if (left <= 0) return
  const seconds = Math.ceil(left * clock.pace)
  session.say(`an interrupted run may have made something: waiting until AWS would surely show it, ${seconds} s`)
  await clock.pause(left)
}

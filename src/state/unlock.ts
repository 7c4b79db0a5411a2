import { keepArrival } from './arrival.ts'
import { markKilled } from './history.ts'
import { type Here, here as thisProcess } from './holder.ts'
import { lockKeyOf } from './keys.ts'
import { isExpired, type LockDocument, Locked, readLock } from './lock-document.ts'
import type { StateStore } from './store.ts'

export interface Unlocking {
  readonly stack: string
  /** Even while its holder lives. That run then stops before its next change. */
  readonly force: boolean
  readonly here?: Here
}

/** Breaks a lock whose holder is dead, and says whose it was; null: there was none. Throws `Locked` when the holder lives. */
export async function breakLock(
  store: StateStore,
  { stack, force, here = thisProcess }: Unlocking,
): Promise<LockDocument | null> {
  const key = lockKeyOf(stack)
  for (;;) {
    const held = await readLock(store, key)
    if (held === null) return null
    const dead = isExpired(held) || (await here.gone(held.document))
    if (!dead && !force) throw new Locked(stack, held)
    await keepArrival(store, stack, { lock: held, here })
    // When it was renewed in between, it is judged again.
    if (!(await store.delete(key, held.etag))) continue
    await markKilled(store, stack, held)
    return held.document
  }
}

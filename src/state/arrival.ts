import { here as thisProcess } from './holder.ts'
import { arrivalKeyOf } from './keys.ts'
import { type HeldLock, lastArrivalOf } from './lock-document.ts'
import type { StateStore } from './store.ts'

const ARRIVAL = 'ecom-infra/arrival/1'

/** Milliseconds. A damaged lock may speak of any lease; nobody should have to wait for that. */
const LONGEST = 3_600_000

/**
 * Keeps when all that the holder of a lock had sent has surely reached AWS, for its lock is about to be gone, or is
 * another's already. Where it has arrived there is nothing to keep.
 */
export async function keepArrival(
  store: StateStore,
  stack: string,
  { lock, here = thisProcess }: { readonly lock: HeldLock; readonly here?: typeof thisProcess },
): Promise<void> {
  const { date, document } = lock
  const until = Math.min(lastArrivalOf(lock, await here.gone(document)), date + LONGEST)
  // An earlier one may take longer.
  if (until <= date || until <= date + ((await arrivalLeft(store, stack)) ?? 0)) return
  const kept = { schema: ARRIVAL, run: document.run, until: new Date(until).toISOString() }
  await store.put(arrivalKeyOf(stack), `${JSON.stringify(kept, null, 2)}\n`, null)
}

/** Milliseconds until that, by the store's clock: below zero when it is over; null: nothing is kept. */
export async function arrivalLeft(store: StateStore, stack: string): Promise<number | null> {
  const item = await store.get(arrivalKeyOf(stack))
  if (item === null) return null
  const left = untilIn(item.body) - item.date
  return Number.isFinite(left) ? Math.min(left, LONGEST) : null
}

function untilIn(body: string): number {
  try {
    const value = JSON.parse(body) as { readonly until?: unknown } | null
    return typeof value?.until === 'string' ? Date.parse(value.until) : Number.NaN
  } catch {
    return Number.NaN
  }
}

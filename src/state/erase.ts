import { lockKeyOf } from './keys.ts'
import type { StateStore } from './store.ts'

/**
 * Removes everything that is stored of a stack but the lock, which its holder gives up last.
 * The bucket keeps older versions, as it does of everything.
 */
export async function eraseStack(store: StateStore, stack: string): Promise<void> {
  const listed = await store.list(`${stack}/`)
  for (const { key } of listed) if (key !== lockKeyOf(stack)) await store.delete(key)
}

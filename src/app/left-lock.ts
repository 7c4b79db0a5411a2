import { eraseStack } from '../state/erase.ts'
import type { Loaded } from '../state/load.ts'
import { isAbandoned } from '../state/take-lock.ts'
import { lockStack, orNote, releaseLock } from './run.ts'
import type { Session } from './session.ts'

/** A run that was killed when all but its last word was said has left its lock, and the next one nothing else to do. */
export async function removeLeftLock(session: Session, command: string, before: Loaded): Promise<void> {
  await orNote(session, 'the lock of a dead run could not be removed', async () => {
    if (!(await isAbandoned(session.store, session.stack))) return
    const { lock } = await lockStack(session, command, before)
    await releaseLock(session, lock)
  })
}

/** A teardown that was killed while it removed the state may have left some of it, without the manifest. */
export async function eraseRest(session: Session, command: string, before: Loaded): Promise<void> {
  const { store, stack } = session
  if ((await store.list(`${stack}/`)).length === 0) return
  const { lock } = await lockStack(session, command, before)
  try {
    await eraseStack(store, stack)
  } finally {
    await releaseLock(session, lock)
  }
}

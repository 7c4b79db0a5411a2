import { beforeEach, describe, expect, it } from 'vitest'
import { type Held, lockStack, perform, type Work } from '../../src/app/run.ts'
import type { Session } from '../../src/app/session.ts'
import { Interrupted } from '../../src/engine/errors.ts'
import { loadManifest } from '../../src/state/load.ts'
import { takeLock } from '../../src/state/take-lock.ts'
import { FaultyStore } from '../state-unit/fakes.ts'

const place = { account: '123456789012', region: 'us-east-1' }
const startedAt = '2026-01-01T00:00:00.000Z'

describe('a run that is told to end', () => {
  let store: FaultyStore
  let session: Session
  beforeEach(() => {
    store = new FaultyStore()
    const { account, region } = place
    const loaded = { config: { region, tags: {} } }
    const told = { emit: () => undefined, guard: () => undefined, stop: new AbortController() }
    session = { ...told, identity: { account }, loaded, stack: 'shop-dev', store } as unknown as Session
    session.stop.abort(new Interrupted('SIGTERM'))
  })

  it('before it has the lock takes none, and makes no bucket for it', async () => {
    const before = await loadManifest(store, 'shop-dev', place)
    await expect(lockStack(session, 'up', before)).rejects.toBe(session.stop.signal.reason)
    await expect(lockStack(session, 'up', { ...before, etag: 'there' })).rejects.toBe(session.stop.signal.reason)
    expect(store.puts).toEqual([])
  })

  it('before its first change writes nothing', async () => {
    const lock = await takeLock(store, { stack: 'shop-dev', run: 'a', command: 'up', startedAt, fence: 0 })
    const held: Held = { lock, loaded: await loadManifest(store, 'shop-dev', place), startedAt }
    await expect(perform(session, held, { command: 'up' } as Work)).rejects.toBe(session.stop.signal.reason)
    await lock.release()
    expect(store.puts.map(({ key }) => key)).toEqual(['shop-dev/lock.json'])
  })
})

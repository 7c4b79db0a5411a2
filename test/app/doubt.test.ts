import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { outlast, recall, recorded, watchful } from '../../src/app/doubt.ts'
import { lockStack, releaseLock } from '../../src/app/run.ts'
import type { Session } from '../../src/app/session.ts'
import { forgetStack } from '../../src/app/stacks.ts'
import { here } from '../../src/state/holder.ts'
import { loadManifest } from '../../src/state/load.ts'
import { emptyManifest, serialise } from '../../src/state/manifest.ts'
import { breakLock } from '../../src/state/unlock.ts'
import { FaultyStore } from '../state-unit/fakes.ts'

const place = { account: '123456789012', region: 'us-east-1' }
const VPC = 'ec2:vpc/main'
const LOCK = 'shop-dev/lock.json'

describe('what a run finds of another one', () => {
  let now: number
  let store: FaultyStore
  let session: Session
  const said: string[] = []

  beforeEach(async () => {
    vi.stubEnv('ECOM_INFRA_PACE', '0.5')
    now = Date.UTC(2026, 0, 1)
    store = new FaultyStore(() => now)
    said.length = 0
    const told = { emit: () => undefined, say: (line: string) => said.push(line), guard: () => undefined }
    const { account, region } = place
    const loaded = { config: { region, tags: {} } }
    const stop = new AbortController()
    session = { ...told, stop, identity: { account }, loaded, stack: 'shop-dev', store } as unknown as Session
    const announced = { [VPC]: { token: 'a', run: 'dead', at: '2026-01-01T00:00:00.000Z' } }
    await store.put('shop-dev/manifest.json', serialise({ ...emptyManifest('shop-dev', place), announced }), null)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.useRealTimers()
  })

  /** A lock of a process of this machine. */
  const lock = async (more: object) => {
    const self = await here.self()
    await store.put(LOCK, JSON.stringify({ ...self, run: 'dead', command: 'up', lease: 60, ...more }), null)
  }
  const GONE = { pidStartedAt: 'long ago' }
  const breaking = (force: boolean) => breakLock(store, { stack: 'shop-dev', force })

  /** Seconds of wall clock for which a look would wait for what was announced. */
  const doubt = async () => {
    const { announced } = await recall(session, await recorded(session, place))
    const until = announced.get(VPC)?.doubtUntil ?? Number.NaN
    return until === 0 ? 0 : Math.round((until * 0.5 - performance.now()) / 1000)
  }

  it('waits for AWS alone where it has ended by itself', async () => {
    expect(await doubt()).toBe(30)
  })

  it('waits for its calls too where its process is gone', async () => {
    await lock(GONE)
    expect(await doubt()).toBe(20 + 30)
  })

  it('does not wait for one that lives', async () => {
    await lock({})
    expect((await recorded(session, place)).busy?.document.run).toBe('dead')
    expect(await doubt()).toBe(0)
  })

  it.each([
    ['when its process was gone', GONE, false, 20],
    ['by force', {}, true, 60],
  ])('still waits for its calls when its lock has been broken %s', async (_, more, force, calls) => {
    await lock(more)
    await breaking(force)
    expect(await doubt()).toBe(calls + 30)
    now += 7_000
    expect(await doubt()).toBe(calls + 30 - 7)
    now += 3_600_000
    expect(await doubt()).toBe(30)
  })

  it('still waits for its calls when its lock has been taken over, and given up', async () => {
    await lock(GONE)
    const held = await lockStack(session, 'up', await loadManifest(store, 'shop-dev', place))
    await releaseLock(session, held.lock)
    expect(await doubt()).toBe(20 + 30)
  })

  it('stops waiting when somebody else begins meanwhile', async () => {
    const clock = watchful(session)
    await clock.pause(0.001)
    await lock(GONE)
    await clock.pause(0.001)
    await lock({})
    const both = await Promise.allSettled([clock.pause(0.001), clock.pause(0.001)])
    for (const one of both) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'Locked', exit: 4 } })
  })

  it('is not forgotten before all that it announced would be shown', async () => {
    await lock(GONE)
    await breaking(false)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const forgotten = forgetStack(session, () => Promise.resolve(true))
    const says = /^an interrupted run may have made something: waiting .*, 50 s$/
    await vi.waitFor(() => expect(said).toEqual([expect.stringMatching(says)]))
    await vi.advanceTimersByTimeAsync(48_000)
    expect((await loadManifest(store, 'shop-dev', place)).manifest.announced).toHaveProperty([VPC])
    await vi.advanceTimersByTimeAsync(3_000)
    await forgotten
    expect(await store.list('')).toEqual([])
  })

  it('is forgotten at once when nothing is announced, or all of it is long over', async () => {
    await lock(GONE)
    now += 3_600_000
    const dead = (await recorded(session, place)).dead
    const loaded = await loadManifest(store, 'shop-dev', place)
    await outlast(session, { loaded, dead })
    const without = { ...loaded, manifest: emptyManifest('shop-dev', place) }
    await outlast(session, { loaded: without, dead: null })
    expect(said).toEqual([])
  })
})

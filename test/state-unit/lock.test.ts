import { beforeEach, describe, expect, it } from 'vitest'
import { arrivalLeft, keepArrival } from '../../src/state/arrival.ts'
import type { Lock } from '../../src/state/lock.ts'
import { type HeldLock, type Locked, lastArrivalOf, lastCallOf, readLock } from '../../src/state/lock-document.ts'
import { takeLock, type Wanted } from '../../src/state/take-lock.ts'
import { breakLock } from '../../src/state/unlock.ts'
import { FakeClock, FakeHost, FaultyStore, settle } from './fakes.ts'

const KEY = 'shop-dev/lock.json'
let clock: FakeClock
let host: FakeHost
let store: FaultyStore

beforeEach(() => {
  clock = new FakeClock()
  host = new FakeHost()
  // The store's clock is an hour ahead of ours: no age may depend on ours.
  store = new FaultyStore(() => clock.wall() + 3_600_000)
})

const wanted = (run: string, more: Partial<Wanted> = {}): Wanted => ({
  stack: 'shop-dev',
  run,
  command: 'up --yes',
  startedAt: '2026-01-01T00:00:00.000Z',
  fence: 0,
  holder: 'alice@laptop',
  lease: 60,
  clock,
  here: host,
  ...more,
})
const held = () => readLock(store, KEY) as Promise<HeldLock>

describe('taking', () => {
  it('says who holds it', async () => {
    const lock = await takeLock(store, wanted('a', { fence: 41 }))
    expect(lock.fence).toBe(42)
    expect((await held()).document).toEqual({
      schema: 'ecom-infra/lock/1',
      run: 'a',
      holder: 'alice@laptop',
      host: 'laptop',
      bootId: 'boot-1',
      pid: 101,
      pidStartedAt: '7',
      command: 'up --yes',
      startedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-01T00:01:00.000Z',
      lease: 60,
      renewal: 0,
      fence: 42,
    })
  })

  it('refuses what another holds, with who, where, since when, and what to do', async () => {
    await takeLock(store, wanted('a'))
    await clock.pass(5)
    const error = await takeLock(store, wanted('b')).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'Locked',
      exit: 4,
      message:
        'Another run holds the lock of shop-dev: "up --yes" by alice@laptop on laptop (process 101), since 2026-01-01T00:00:00.000Z, at work.',
      details: {
        hint: 'Wait until it has ended. Should it die, its lock is free in 60 s; `ecom-infra state unlock` breaks it, with --force even while its holder lives.',
      },
    })
  })

  it('says so when nothing has been heard of the other for two renewals', async () => {
    const told = async () => (await takeLock(store, wanted('b')).catch((caught: unknown) => caught)) as Locked
    await takeLock(store, wanted('a'))
    clock.sleep(20)
    expect((await told()).message).toMatch(/, at work\.$/)
    clock.sleep(1)
    expect((await told()).message).toMatch(/, not heard of for 21 s\.$/)
    expect((await told()).details.hint).toContain('If it is dead, its lock is free in 39 s;')
  })

  it('knows its own when the answer was lost', async () => {
    store.faults.push('lose-answer')
    const lock = await takeLock(store, wanted('a'))
    expect(lock.permit()).toBe(20_000)
    await clock.pass(11)
    expect((await held()).document).toMatchObject({ run: 'a', renewal: 1 })
  })

  it('lets one of many win, in every round', async () => {
    for (let round = 0; round < 100; round++) {
      const runs = ['a', 'b', 'c'].map((run) => takeLock(store, wanted(`${run}${round}`)))
      const takes = await Promise.allSettled(runs)
      const winners = takes.flatMap((take) => (take.status === 'fulfilled' ? [take.value] : []))
      expect(winners).toHaveLength(1)
      await winners[0]?.release()
      expect(await readLock(store, KEY)).toBeNull()
    }
  })

  it('lets one of two win a dead lock, in every round', async () => {
    for (let round = 0; round < 100; round++) {
      await store.put(KEY, JSON.stringify({ run: 'dead', host: 'laptop', pid: 7, fence: round, lease: 60 }), null)
      host.dead.add(7)
      const takes = await Promise.allSettled(['a', 'b'].map((run) => takeLock(store, wanted(`${run}${round}`))))
      const winners = takes.flatMap((take) => (take.status === 'fulfilled' ? [take.value] : []))
      expect(winners).toHaveLength(1)
      expect(winners[0]?.fence).toBe(round + 1)
      await winners[0]?.release()
    }
  })

  it('treats a lock that cannot be read as held, until its time is over', async () => {
    await store.put(KEY, '{"run": "tru', null)
    await expect(takeLock(store, wanted('a'))).rejects.toMatchObject({ code: 'Locked' })
    await clock.pass(61)
    expect((await takeLock(store, wanted('a'))).fence).toBe(1)
  })
})

describe('what a dead run had sent', () => {
  const arrival = async (seconds: number, gone: boolean) => {
    await takeLock(store, wanted('a'))
    const { lastModified } = await held()
    const now = lastModified + seconds * 1000
    return (lastArrivalOf({ ...(await held()), date: now }, gone) - now) / 1000
  }

  it('may arrive for a third of its lease from when its process is seen to be gone', async () => {
    expect(await arrival(0, true)).toBe(20)
    expect(await arrival(9, true)).toBe(20)
  })

  it('has arrived when its lease is over', async () => {
    expect(await arrival(50, true)).toBe(10)
    expect(await arrival(70, true)).toBe(-10)
  })

  it('counts from the end of its lease where its process may still be there', async () => {
    expect(await arrival(9, false)).toBe(51)
  })
})

describe('taking over', () => {
  const dead = { host: 'elsewhere', run: 'dead', fence: 4, lease: 60, pid: 7 }

  it('waits for the lease to end by the clock of the store', async () => {
    await store.put(KEY, JSON.stringify(dead), null)
    await clock.pass(60)
    // Our own clock is wrong by a year, and nobody cares.
    const elsewhere = new FakeClock()
    elsewhere.setWall(Date.UTC(2027, 0, 1))
    await expect(takeLock(store, wanted('a', { clock: elsewhere }))).rejects.toMatchObject({ code: 'Locked' })
    await clock.pass(1)
    const lock = await takeLock(store, wanted('a', { clock: elsewhere }))
    expect(lock.fence).toBe(5)
    expect(lock.predecessor?.document.run).toBe('dead')
    expect(lastCallOf(lock.predecessor as HeldLock)).toBe(Date.UTC(2026, 0, 1, 1) + 60_000)
  })

  it('goes by the lease of the dead one, not by its own', async () => {
    await store.put(KEY, JSON.stringify({ ...dead, lease: 300 }), null)
    await clock.pass(200)
    await expect(takeLock(store, wanted('a'))).rejects.toMatchObject({ code: 'Locked' })
  })

  it('does so at once when the process is gone from this host', async () => {
    const first = await takeLock(store, wanted('a'))
    host.dead.add(101)
    const lock = await takeLock(store, wanted('b'))
    expect(lock.predecessor?.document.run).toBe('a')
    await clock.pass(11)
    expect(() => first.permit()).toThrow('was taken over by alice@laptop on laptop ("up --yes")')
    expect(lock.permit()).toBe(20_000)
  })

  it('keeps the predecessor in mind when the answer was lost', async () => {
    await store.put(KEY, JSON.stringify({ ...dead, host: 'laptop' }), null)
    host.dead.add(7)
    // First the refused creation, then the takeover that works without our hearing of it.
    store.faults.push('lose-answer', 'lose-answer')
    const lock = await takeLock(store, wanted('a'))
    expect(lock).toMatchObject({ run: 'a', fence: 5, predecessor: { document: { run: 'dead' } } })
  })

  it('is not possible once it has been renewed', async () => {
    await takeLock(store, wanted('a'))
    await clock.pass(120)
    await expect(takeLock(store, wanted('b'))).rejects.toMatchObject({ code: 'Locked' })
    expect((await held()).document.renewal).toBeGreaterThanOrEqual(11)
  })
})

describe('holding', () => {
  it('renews each sixth of the lease, never twice the same', async () => {
    await takeLock(store, wanted('a'))
    const etags = new Set<string>()
    for (let beat = 0; beat < 6; beat++) {
      etags.add((await held()).etag)
      await clock.pass(10.2)
    }
    expect(etags.size).toBe(6)
  })

  it('permits a third of the lease, until half of it has passed without a renewal', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.faults.push(...Array<'refuse'>(100).fill('refuse'))
    await clock.pass(29)
    expect(lock.permit()).toBe(20_000)
    await clock.pass(1)
    expect(() => lock.permit()).toThrow(expect.objectContaining({ code: 'LeaseLost', exit: 1 }))
  })

  it('is sure again when S3 answers before the lease is over', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.faults.push(...Array<'refuse'>(30).fill('refuse'))
    await clock.pass(35)
    expect(() => lock.permit()).toThrow('could not be renewed in time')
    await clock.pass(10)
    expect(lock.permit()).toBe(20_000)
  })

  it('renews again when a renewal hangs', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.faults.push('hang')
    await clock.pass(25)
    expect(lock.permit()).toBe(20_000)
    expect((await held()).document.renewal).toBe(2)
  })

  it('knows its own renewal when the answer was lost, and counts it from its first try', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.faults.push('lose-answer')
    await clock.pass(10)
    expect((await held()).document.renewal).toBe(1)
    expect(lock.remaining()).toBeGreaterThan(59_000)
  })

  it('ends for good when the machine slept longer than the lease', async () => {
    const lock = await takeLock(store, wanted('a'))
    clock.sleep(61)
    expect(() => lock.permit()).toThrow(expect.objectContaining({ code: 'LeaseLost' }))
    await clock.pass(30)
    expect(() => lock.permit()).toThrow('ran out: this machine slept')
    expect((await held()).document.renewal).toBe(0)
  })

  it('sees the sleep by the wall clock, and a wall clock that is set back by the other', async () => {
    const slept = await takeLock(store, wanted('a'))
    clock.sleep(31)
    expect(() => slept.permit()).toThrow()
    await slept.release()
    const lock = await takeLock(store, wanted('b'))
    store.faults.push(...Array<'refuse'>(100).fill('refuse'))
    await clock.pass(31)
    clock.setWall(Date.UTC(2025, 0, 1))
    expect(() => lock.permit()).toThrow()
  })

  it('stops when it was stolen', async () => {
    const lock = await takeLock(store, wanted('a'))
    await store.put(KEY, JSON.stringify({ run: 'thief', holder: 'mallory', host: 'cave', command: 'down' }), null)
    await clock.pass(11)
    expect(() => lock.permit()).toThrow('was taken over by mallory on cave ("down")')
    expect(() => lock.remaining()).toThrow(expect.objectContaining({ code: 'LeaseLost' }))
    await lock.release()
    expect((await held()).document.run).toBe('thief')
  })

  it('stops when it was broken', async () => {
    const lock = await takeLock(store, wanted('a'))
    await breakLock(store, { stack: 'shop-dev', force: true, here: host })
    await clock.pass(11)
    expect(() => lock.permit()).toThrow('was broken')
  })

  it('asks before each change whose it is, once for all that begin at one moment', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.gets.length = 0
    expect(await Promise.all([lock.confirmed(), lock.confirmed()])).toEqual([20_000, 20_000])
    expect(store.gets).toEqual([KEY])
    await store.put(KEY, JSON.stringify({ run: 'thief', holder: 'mallory', host: 'cave', command: 'down' }), null)
    await expect(lock.confirmed()).rejects.toThrow('was taken over by mallory on cave ("down")')
  })

  it('stops before the next change when it was broken', async () => {
    const lock = await takeLock(store, wanted('a'))
    await breakLock(store, { stack: 'shop-dev', force: true, here: host })
    await expect(lock.confirmed()).rejects.toMatchObject({ code: 'LeaseLost', exit: 1 })
  })

  it('goes by the clocks where the store does not answer', async () => {
    const lock = await takeLock(store, wanted('a'))
    store.get = () => Promise.reject(Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }))
    await expect(lock.confirmed()).resolves.toBe(20_000)
    store.get = () => new Promise(() => undefined)
    const asked = lock.confirmed()
    await clock.pass(11)
    await expect(asked).resolves.toBe(20_000)
  })

  it('lets a renewal that is late come in before a change', async () => {
    const lock = await takeLock(store, wanted('a'))
    clock.sleep(40)
    expect(() => lock.permit()).toThrow('could not be renewed in time')
    await expect(lock.confirmed()).resolves.toBe(20_000)
    expect((await held()).document.renewal).toBe(1)
    clock.sleep(61)
    await expect(lock.confirmed()).rejects.toThrow('ran out: this machine slept')
  })

  /** A renewal that is under way while the machine sleeps for so long, and the change that wants to begin then. */
  async function confirmedAfter(asleep: number): Promise<{ readonly asked: Promise<number>; readonly lock: Lock }> {
    const lock = await takeLock(store, wanted('a'))
    const [put, { promise: awake, resolve }] = [store.put.bind(store), Promise.withResolvers<void>()]
    store.put = async (...args) => {
      store.put = put
      const written = await put(...args)
      await awake
      return written
    }
    await clock.pass(10.1)
    clock.sleep(asleep)
    const asked = lock.confirmed()
    asked.catch(() => undefined)
    resolve()
    await settle()
    return { asked, lock }
  }

  it('renews once more when the renewal that is late had begun before a sleep', async () => {
    const { asked } = await confirmedAfter(40)
    await expect(asked).resolves.toBe(20_000)
    expect((await held()).document.renewal).toBe(2)
  })

  it('says that the machine slept when the renewal that is answered then had begun before', async () => {
    const { asked, lock } = await confirmedAfter(61)
    await expect(asked).rejects.toThrow('ran out: this machine slept')
    expect(() => lock.permit()).toThrow('ran out: this machine slept')
  })

  it('never renews twice at one time', async () => {
    await takeLock(store, wanted('a', { lease: 6 }))
    let running = 0
    const put = store.put.bind(store)
    store.put = async (...args) => {
      expect(++running).toBe(1)
      await settle()
      const written = await put(...args)
      running -= 1
      return written
    }
    await clock.pass(60)
    expect((await held()).document.renewal).toBeGreaterThan(30)
  })
})

describe('giving up', () => {
  it('deletes it, and permits nothing after', async () => {
    const lock = await takeLock(store, wanted('a'))
    await lock.release()
    expect(await readLock(store, KEY)).toBeNull()
    expect(() => lock.permit()).toThrow('has been given up')
    await clock.pass(20)
    expect(await readLock(store, KEY)).toBeNull()
  })

  it('deletes a renewal whose answer was never seen', async () => {
    const lock = await takeLock(store, wanted('a'))
    await store.put(KEY, JSON.stringify({ ...(await held()).document, renewal: 1 }), null)
    await lock.release()
    expect(await readLock(store, KEY)).toBeNull()
  })
})

describe('breaking', () => {
  it('has nothing to do without a lock', async () => {
    expect(await breakLock(store, { stack: 'shop-dev', force: false, here: host })).toBeNull()
  })

  it('refuses while the holder lives', async () => {
    await takeLock(store, wanted('a'))
    await expect(breakLock(store, { stack: 'shop-dev', force: false, here: host })).rejects.toMatchObject({ exit: 4 })
    expect((await held()).document.run).toBe('a')
  })

  it.each([
    ['by force', () => undefined, true],
    ['when the process is gone', () => host.dead.add(101), false],
    ['when its time is over', () => clock.sleep(62), false],
  ])('works %s', async (_, happen, force) => {
    await takeLock(store, wanted('a'))
    happen()
    expect(await breakLock(store, { stack: 'shop-dev', force, here: host })).toMatchObject({ run: 'a' })
    expect(await readLock(store, KEY)).toBeNull()
  })

  it.each([
    ['by force', () => undefined, 60_000],
    ['when the process is gone', () => host.dead.add(101), 20_000],
    ['when its time is over', () => clock.sleep(62), null],
  ])('keeps when its last call has arrived: %s', async (_, happen, left) => {
    await takeLock(store, wanted('a'))
    happen()
    await breakLock(store, { stack: 'shop-dev', force: true, here: host })
    expect(await arrivalLeft(store, 'shop-dev')).toBe(left)
  })

  it('keeps the longer of two, and no longer than an hour', async () => {
    await store.put(KEY, JSON.stringify({ run: 'a', host: 'laptop', pid: 7, lease: 1e15 }), null)
    const lock = await held()
    await keepArrival(store, 'shop-dev', { lock, here: host })
    expect(await arrivalLeft(store, 'shop-dev')).toBe(3_600_000)
    await keepArrival(store, 'shop-dev', { lock: { ...lock, document: { ...lock.document, lease: 60 } }, here: host })
    expect(await arrivalLeft(store, 'shop-dev')).toBe(3_600_000)
  })

  it('waits no longer than an hour, whatever somebody has put there', async () => {
    await store.put('shop-dev/arrival.json', '{"until": "2099-01-01T00:00:00.000Z"}', null)
    expect(await arrivalLeft(store, 'shop-dev')).toBe(3_600_000)
  })

  it.each(['', 'null', '{"until": 7}', '{"until": "soon"}'])('is not misled by what it keeps: %s', async (body) => {
    await store.put('shop-dev/arrival.json', body, null)
    expect(await arrivalLeft(store, 'shop-dev')).toBeNull()
  })
})

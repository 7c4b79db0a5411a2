import { expect, it } from 'vitest'
import { eraseStack } from '../../src/state/erase.ts'
import { beginRun, endRun, listRuns, markKilled } from '../../src/state/history.ts'
import { readLock } from '../../src/state/lock-document.ts'
import { MemoryStore } from '../../src/state/memory-store.ts'
import type { StateStore } from '../../src/state/store.ts'
import { takeLock } from '../../src/state/take-lock.ts'
import { breakLock } from '../../src/state/unlock.ts'
import { FakeClock, FakeHost, FaultyStore } from './fakes.ts'

const STACK = 'shop-dev'
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const ending = { outcome: 'done', summary: { created: 84 }, apiCalls: { total: 400 }, failures: [] } as const

const holding = (store: StateStore, run: string, startedAt: string, host = new FakeHost()) =>
  takeLock(store, { stack: STACK, run, command: 'up', startedAt, fence: 0, clock: new FakeClock(), here: host })

it('tells the runs, newest first, and no more than were asked for', async () => {
  const store = new MemoryStore()
  for (const minute of [1, 3, 2]) {
    const begun = await beginRun(store, STACK, { run: `r${minute}`, command: 'up', started: at(minute) })
    if (minute !== 3) await endRun(store, STACK, begun, ending)
  }
  await beginRun(store, 'shop-dev2', { run: 'other', command: 'up', started: at(9) })
  await holding(store, 'r3', at(3))
  const { runs } = await listRuns(store, STACK)
  expect(runs.map(({ run, outcome }) => [run, outcome])).toEqual([
    ['r3', 'running'],
    ['r2', 'done'],
    ['r1', 'done'],
  ])
  expect(runs[1]).toMatchObject({ schema: 'ecom-infra/run/1', summary: { created: 84 }, started: at(2) })
  expect((await listRuns(store, STACK, 1)).runs.map(({ run }) => run)).toEqual(['r3'])
})

it('names what it cannot read, and tells the rest', async () => {
  const store = new MemoryStore()
  await beginRun(store, STACK, { run: 'a', command: 'up', started: at(1) })
  await store.put(`${STACK}/runs/${at(2)}.json`, '{"schema":', null)
  const history = await listRuns(store, STACK)
  expect(history.runs).toHaveLength(1)
  expect(history.unreadable).toEqual([`memory://state/${STACK}/runs/${at(2)}.json`])
})

it('marks a killed run as interrupted, at the last moment that it can have been alive, and not in the future', async () => {
  const clock = new FakeClock()
  const store = new MemoryStore(() => clock.wall())
  const host = new FakeHost()
  await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) })
  await takeLock(store, { stack: STACK, run: 'a', command: 'up', startedAt: at(0), fence: 0, clock, here: host })
  host.dead.add(101)
  await breakLock(store, { stack: STACK, force: false, here: host })
  expect((await listRuns(store, STACK)).runs).toMatchObject([{ run: 'a', outcome: 'interrupted', ended: at(0) }])
})

it('tells of a killed run by its lock before anybody has marked it, and writes nothing', async () => {
  const store = new FaultyStore(() => new FakeClock().wall())
  const host = new FakeHost()
  await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) })
  await holding(store, 'a', at(0), host)
  const told = async () => (await listRuns(store, STACK, 20, host)).runs.map(({ outcome, ended }) => [outcome, ended])
  const written = store.puts.length
  expect(await told()).toEqual([['running', null]])
  host.dead.add(101)
  expect(await told()).toEqual([['interrupted', at(0)]])
  expect(store.puts).toHaveLength(written)
})

it('does not take a run for killed that ends while the history is read', async () => {
  class Racing extends MemoryStore {
    override async get(key: string) {
      // Between the record and the lock it writes its end, and gives the lock up.
      if (key.endsWith('lock.json')) await endRun(this, STACK, begun, ending)
      return super.get(key)
    }
  }
  const store = new Racing()
  const begun = await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) })
  expect((await listRuns(store, STACK)).runs).toMatchObject([{ outcome: 'done', ended: expect.any(String) }])
})

it('asks for the lock only when a record says that a run is under way', async () => {
  const store = new FaultyStore()
  await endRun(store, STACK, await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) }), ending)
  await listRuns(store, STACK)
  expect(store.gets).toEqual([`${STACK}/runs/${at(0)}.json`])
})

it('leaves a run alone that has told its own end, or is another', async () => {
  const clock = new FakeClock()
  const store = new MemoryStore(() => clock.wall())
  const options = { stack: STACK, command: 'up', startedAt: at(0), fence: 0, clock, here: new FakeHost() }
  await takeLock(store, { ...options, run: 'a' })
  const held = await readLock(store, `${STACK}/lock.json`)
  if (!held) throw new Error('no lock')
  await markKilled(store, STACK, held)
  expect((await listRuns(store, STACK)).runs).toEqual([])
  const begun = await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) })
  await endRun(store, STACK, begun, ending)
  await markKilled(store, STACK, held)
  expect((await listRuns(store, STACK)).runs).toMatchObject([{ outcome: 'done' }])
  await beginRun(store, STACK, { run: 'b', command: 'up', started: at(0) })
  await markKilled(store, STACK, held)
  // Nobody holds the lock for b.
  expect((await listRuns(store, STACK)).runs).toMatchObject([{ run: 'b', outcome: 'interrupted', ended: null }])
  expect((await store.get(`${STACK}/runs/${at(0)}.json`))?.body).toContain('"running"')
})

it('leaves a record as others have ended or erased it', async () => {
  const store = new MemoryStore()
  const begun = await beginRun(store, STACK, { run: 'a', command: 'up', started: at(0) })
  const key = `${STACK}/runs/${at(0)}.json`
  await store.put(key, JSON.stringify({ ...begun.record, outcome: 'interrupted' }), null)
  await endRun(store, STACK, begun, ending)
  expect((await listRuns(store, STACK)).runs).toMatchObject([{ outcome: 'interrupted' }])
  await store.delete(key)
  await endRun(store, STACK, begun, ending)
  expect(await store.list('')).toEqual([])
})

it('erases all of a stack but the lock, and nothing of another', async () => {
  const store = new MemoryStore()
  const keys = ['shop-dev/manifest.json', 'shop-dev/lock.json', 'shop-dev/runs/1.json', 'shop-dev-2/manifest.json']
  for (const key of keys) await store.put(key, '{}', null)
  await eraseStack(store, STACK)
  expect((await store.list('')).map(({ key }) => key)).toEqual(['shop-dev-2/manifest.json', 'shop-dev/lock.json'])
})

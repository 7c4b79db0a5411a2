import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Journal } from '../../src/state/journal.ts'
import { loadManifest } from '../../src/state/load.ts'
import type { ManifestResource } from '../../src/state/manifest.ts'
import type { Lease } from '../../src/state/manifest-writer.ts'
import { FaultyStore } from './fakes.ts'

const KEY = 'shop-dev/manifest.json'
const place = { account: '123456789012', region: 'us-east-1' }
const entry = (id: string): ManifestResource => ({ type: 'ec2:vpc', id, dependsOn: [], out: { id }, place: null })

class FakeLease implements Lease {
  readonly run: string
  fence = 1
  left = 60_000

  constructor(run = 'a') {
    this.run = run
  }

  raiseFence(above: number): void {
    this.fence = Math.max(this.fence, above + 1)
  }

  remaining(): number {
    if (this.left <= 0) throw Object.assign(new Error('over'), { code: 'LeaseLost' })
    return this.left
  }
}

let store: FaultyStore
let lease: FakeLease

beforeEach(() => {
  vi.stubEnv('ECOM_INFRA_PACE', '0.05')
  store = new FaultyStore()
  lease = new FakeLease()
  return () => vi.unstubAllEnvs()
})

const open = async (failed?: (error: unknown) => void) =>
  new Journal({ store, lease, loaded: await loadManifest(store, 'shop-dev', place), ...(failed ? { failed } : {}) })
const stored = async () => JSON.parse((await store.get(KEY))?.body ?? 'null')
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the journal', () => {
  it('has written all announcements, once, when it says so', async () => {
    const journal = await open()
    await journal.announce([
      { address: 'ec2:vpc/main', token: 't1' },
      { address: 'ec2:subnet/a', token: 't2' },
    ])
    expect(store.puts).toHaveLength(1)
    expect(await stored()).toMatchObject({
      run: 'a',
      fence: 1,
      stack: 'shop-dev',
      ...place,
      announced: { 'ec2:vpc/main': { token: 't1', run: 'a' }, 'ec2:subnet/a': { token: 't2', run: 'a' } },
    })
  })

  it('gathers what comes, in about one write a window', async () => {
    const journal = await open()
    await journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    for (let count = 0; count < 50; count++) {
      journal.record(`ec2:subnet/${count}`, entry(`subnet-${count}`))
      if (count % 10 === 0) await rest(20)
    }
    await journal.close()
    // 100 ms and a bit at a window of 50 ms, the announcement, and the end.
    expect(store.puts.length).toBeGreaterThanOrEqual(3)
    expect(store.puts.length).toBeLessThanOrEqual(6)
    expect(Object.keys((await stored()).resources)).toHaveLength(50)
  })

  it('writes by itself, without being closed', async () => {
    const journal = await open()
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await vi.waitFor(async () => expect((await stored())?.resources).toHaveProperty(['ec2:vpc/main']))
  })

  it('writes nothing when nothing has changed', async () => {
    const first = await open()
    first.config({ name: 'shop', web: { minSize: 1 } })
    first.outputs({ a: '1', b: '2' })
    first.record('ec2:vpc/main', entry('vpc-1'))
    await first.close()
    const { length } = store.puts
    const second = await open()
    second.config({ web: { minSize: 1 }, name: 'shop' })
    second.outputs({ b: '2', a: '1' })
    second.record('ec2:vpc/main', entry('vpc-1'))
    second.withdraw('ec2:vpc/main')
    second.forget('ec2:vpc/other')
    await second.announce([])
    await second.close()
    expect(store.puts).toHaveLength(length)
  })

  it('confirms, withdraws and forgets', async () => {
    const journal = await open()
    await journal.announce(['a', 'b', 'c'].map((name) => ({ address: `ec2:vpc/${name}`, token: name })))
    journal.record('ec2:vpc/a', entry('vpc-a'))
    journal.withdraw('ec2:vpc/b')
    journal.forget('ec2:vpc/c')
    await journal.close()
    const { announced, resources } = await stored()
    expect([Object.keys(announced), Object.keys(resources)]).toEqual([['ec2:vpc/c'], ['ec2:vpc/a']])
  })

  it('counts its fence on from what it found', async () => {
    const first = await open()
    lease.fence = 7
    first.outputs({ a: '1' })
    await first.close()
    lease = new FakeLease('b')
    const second = await open()
    second.outputs({ a: '2' })
    await second.close()
    expect(await stored()).toMatchObject({ fence: 8, run: 'b' })
  })

  it('knows its own write when the answer was lost', async () => {
    const journal = await open()
    store.faults.push('lose-answer')
    await journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    store.faults.push('lose-answer')
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await journal.close()
    journal.forget('ec2:vpc/main')
    await journal.close()
    expect(store.puts).toHaveLength(3)
    expect((await stored()).resources).toEqual({})
  })

  it('goes on from an own write that it had given up', async () => {
    const journal = await open()
    store.faults.push('refuse')
    await expect(journal.announce([{ address: 'ec2:vpc/main', token: 't' }])).rejects.toThrow('could not be written')
    // The request arrives after all, late.
    const late = JSON.stringify({ ...journal.manifest, run: 'a', savedAt: 'earlier' })
    await store.put(KEY, late, null)
    await journal.close()
    expect((await stored()).announced).toHaveProperty(['ec2:vpc/main'])
  })

  it('stops when another run has written', async () => {
    const journal = await open()
    await journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    const theirs = JSON.stringify({ ...(await stored()), run: 'b' })
    await store.put(KEY, theirs, null)
    journal.record('ec2:vpc/main', entry('vpc-1'))
    const lost = expect.objectContaining({ code: 'LeaseLost', message: expect.stringContaining('another run (b)') })
    await expect(journal.close()).rejects.toEqual(lost)
    expect(() => journal.record('ec2:vpc/main', entry('vpc-2'))).toThrow(lost)
    await expect(journal.announce([])).rejects.toEqual(lost)
    await expect(journal.close()).rejects.toEqual(lost)
    expect((await store.get(KEY))?.body).toBe(theirs)
  })

  it('stops when the manifest has been deleted meanwhile', async () => {
    const journal = await open()
    await journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    await store.delete(KEY)
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await expect(journal.close()).rejects.toMatchObject({ code: 'LeaseLost' })
    expect(await store.get(KEY)).toBeNull()
  })

  it('never writes once the lease is over', async () => {
    const journal = await open()
    lease.left = 0
    await expect(journal.announce([{ address: 'ec2:vpc/main', token: 't' }])).rejects.toThrow()
    expect(store.puts).toHaveLength(0)
  })

  it('tells of the lease, not of S3, where a write was cut off because that was over', async () => {
    const journal = await open()
    lease.left = 20
    store.faults.push('hang')
    const written = journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    await rest(10)
    lease.left = 0
    await expect(written).rejects.toMatchObject({ code: 'LeaseLost' })
  })

  it('tells of a write that failed behind the back of the run, at once and with the next call', async () => {
    const failed = vi.fn()
    const journal = await open(failed)
    store.faults.push('refuse')
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(1))
    const error = expect.objectContaining({ code: 'StateNotSaved', message: expect.stringContaining(KEY) })
    expect(() => journal.record('ec2:vpc/main', entry('vpc-1'))).toThrow(error)
    await expect(journal.announce([])).rejects.toEqual(error)
    // The end is one more chance, and holds everything.
    await journal.close()
    expect((await stored()).resources).toHaveProperty(['ec2:vpc/main'])
  })

  it('keeps a copy of a manifest that it cannot read before it replaces it', async () => {
    await store.put(KEY, '{"schema": "ecom-in', null)
    const loaded = await loadManifest(store, 'shop-dev', place)
    expect(loaded.damage?.problem).toMatchObject({ code: 'ManifestDamaged' })
    const journal = new Journal({ store, lease, loaded })
    expect(await store.list('shop-dev/damaged/')).toEqual([])
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await journal.close()
    const [copy] = await store.list('shop-dev/damaged/')
    expect((await store.get(copy?.key ?? ''))?.body).toBe('{"schema": "ecom-in')
    expect((await stored()).resources).toHaveProperty(['ec2:vpc/main'])
  })

  it('writes nothing more once it is abandoned', async () => {
    const journal = await open()
    journal.record('ec2:vpc/main', entry('vpc-1'))
    await journal.abandon()
    await rest(80)
    expect(store.puts).toHaveLength(0)
  })
})

import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failed } from '../../src/engine/errors.ts'
import { loadManifest } from '../../src/state/load.ts'
import { Locked, readLock } from '../../src/state/lock-document.ts'
import { emptyManifest, type Manifest, serialise } from '../../src/state/manifest.ts'
import { parseManifest } from '../../src/state/manifest-read.ts'
import { MemoryStore } from '../../src/state/memory-store.ts'
import { corpus, corpusText, expectTellable, nasty, spoiled, working } from '../support/hostile.ts'

const place = { account: '123456789012', region: 'eu-west-1' }
const expected = { ...place, stack: 'shop-dev', name: 's3://bucket/shop-dev/manifest.json' }
const CODES = ['Damaged', 'Newer', 'OfOtherStack', 'OfOtherAccount', 'OfOtherRegion'].map((end) => `Manifest${end}`)

function outcomeOf(body: string): Manifest | Failed {
  const worked = working()
  try {
    return parseManifest(body, expected)
  } catch (error) {
    if (error instanceof Failed) return error
    throw error
  } finally {
    expect(worked()).toBeLessThan(2)
  }
}

function expectSound(body: string): void {
  const outcome = outcomeOf(body)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  if (outcome instanceof Failed) {
    expect(CODES).toContain(outcome.code)
    expect(outcome.exit).toBe(1)
    expect(outcome.message).toContain(expected.name)
    expectTellable(outcome.message, 400)
    return
  }
  // What is accepted is written back as it was, and read again as it is.
  expect(JSON.parse(serialise(outcome))).toEqual(JSON.parse(body))
  expect(serialise(parseManifest(serialise(outcome), expected))).toBe(serialise(outcome))
  expect(Number.isSafeInteger(outcome.fence + 1)).toBe(true)
}

describe('the corpus', () => {
  test.each(corpus('manifest'))('%s', (file) => {
    const body = corpusText('manifest', file)
    expectSound(body)
    const outcome = outcomeOf(body)
    expect(outcome instanceof Failed ? outcome.code : 'ok').toMatch(
      basename(file).startsWith('ok-') ? /^ok$/ : /^Manifest/,
    )
  })

  test('is refused by its size before it is read, with the limit', () => {
    const whole = serialise({ ...emptyManifest('shop-dev', place), config: { x: 'y'.repeat(10 * 1024 * 1024) } })
    for (const body of [whole, '['.repeat(10 * 1024 * 1024)]) {
      expect(outcomeOf(body)).toMatchObject({ message: `${expected.name} is damaged: it is larger than 4 MiB.` })
    }
  })
})

describe('whatever the object holds, it is a manifest or a failure that can be told', () => {
  const good = corpusText('manifest', 'ok-plain.manifest')

  test('noise', () => fc.assert(fc.property(nasty, expectSound), { numRuns: 300 }))
  test('a good one that somebody has spoiled', () =>
    fc.assert(fc.property(spoiled(good), expectSound), { numRuns: 500 }))

  test('a good one with something else in one of its fields', () => {
    const fields = [...Object.keys(JSON.parse(good)), '__proto__', 'constructor']
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), nasty, fc.double(), fc.dictionary(nasty, fc.jsonValue()))
    const body = fc
      .tuple(fc.constantFrom(...fields), value)
      .map(([field, one]) => JSON.stringify({ ...JSON.parse(good), [field]: one }))
    fc.assert(fc.property(body, expectSound), { numRuns: 500 })
  })

  test('what is damaged is kept to be copied, whole, and nothing of it is believed', async () => {
    for (const file of corpus('manifest').filter((one) => !one.startsWith('ok-'))) {
      const store = new MemoryStore()
      await store.put('shop-dev/manifest.json', corpusText('manifest', file), null)
      const { manifest, damage } = await loadManifest(store, 'shop-dev', place)
      expect(manifest).toEqual(emptyManifest('shop-dev', place))
      expect(damage?.body).toBe(corpusText('manifest', file))
    }
  })
})

describe('a lock that somebody has put there', () => {
  const field = fc.oneof(nasty, fc.jsonValue({ maxDepth: 2 }), fc.double())
  const names = ['run', 'holder', 'host', 'bootId', 'pid', 'pidStartedAt', 'command', 'lease', 'renewal', 'fence']
  const lock = fc.oneof(
    nasty,
    fc
      .dictionary(fc.constantFrom(...names, '__proto__'), fc.oneof(field, fc.constant('x'.repeat(5_000))))
      .map((one) => JSON.stringify(one)),
  )

  test('is a lock all the same, is told in few words, and cannot spoil the count of the holders', async () => {
    await fc.assert(
      fc.asyncProperty(lock, async (body) => {
        const store = new MemoryStore()
        await store.put('shop-dev/lock.json', body, null)
        const held = await readLock(store, 'shop-dev/lock.json')
        expect(held).not.toBeNull()
        if (held === null) return
        expect(Number.isSafeInteger(held.document.fence + 1) && held.document.fence >= 0).toBe(true)
        expect(new Locked('shop-dev', held).message.length).toBeLessThan(2_000)
      }),
      { numRuns: 300 },
    )
  })
})

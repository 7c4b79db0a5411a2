import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../src/state/store.ts'

/** What every store has to do, in memory and in S3 alike. `rounds` is how often two writers race. */
export function storeContract(name: string, make: () => StateStore, rounds: number): void {
  describe(`${name} as a state store`, () => {
    const fresh = () => ({ store: make(), key: `${randomUUID()}/manifest.json` })

    it('has nothing where nothing was put', async () => {
      const { store, key } = fresh()
      expect(await store.get(key)).toBeNull()
      expect(await store.list(key)).toEqual([])
    })

    it('gives back what was put, with the times of its own clock', async () => {
      const { store, key } = fresh()
      const written = await store.put(key, '{"ü":1}', null)
      const item = await store.get(key)
      expect(item).toMatchObject({ body: '{"ü":1}', etag: written?.etag })
      expect(Math.abs((item?.date ?? 0) - Date.now())).toBeLessThan(10_000)
      expect(item?.date).toBeGreaterThanOrEqual(item?.lastModified ?? Number.NaN)
      expect(Math.abs((written?.date ?? 0) - (item?.lastModified ?? 0))).toBeLessThanOrEqual(1000)
    })

    it('creates only what is not there', async () => {
      const { store, key } = fresh()
      expect(await store.put(key, 'first', { ifNoneMatch: '*' })).not.toBeNull()
      expect(await store.put(key, 'second', { ifNoneMatch: '*' })).toBeNull()
      expect((await store.get(key))?.body).toBe('first')
    })

    it('replaces only the version that was seen', async () => {
      const { store, key } = fresh()
      expect(await store.put(key, 'nothing there', { ifMatch: '"0123456789abcdef0123456789abcdef"' })).toBeNull()
      const first = await store.put(key, 'first', null)
      const second = await store.put(key, 'second', { ifMatch: first?.etag ?? '' })
      expect(second?.etag).not.toBe(first?.etag)
      expect(await store.put(key, 'late', { ifMatch: first?.etag ?? '' })).toBeNull()
      expect((await store.get(key))?.body).toBe('second')
    })

    it('deletes only the version that was seen', async () => {
      const { store, key } = fresh()
      const first = await store.put(key, 'first', null)
      const second = await store.put(key, 'second', null)
      expect(await store.delete(key, first?.etag)).toBe(false)
      expect(await store.delete(key, second?.etag)).toBe(true)
      expect(await store.get(key)).toBeNull()
      expect(await store.delete(key, second?.etag)).toBe(false)
      expect(await store.delete(key)).toBe(true)
      expect(await store.put(key, 'again', { ifNoneMatch: '*' })).not.toBeNull()
    })

    it('lists what begins with a prefix, and nothing else', async () => {
      const store = make()
      const stack = randomUUID()
      for (const key of [`${stack}/b`, `${stack}/a`, `${stack}-other/c`]) await store.put(key, key, null)
      const listed = await store.list(`${stack}/`)
      expect(listed.map(({ key }) => key)).toEqual([`${stack}/a`, `${stack}/b`])
      expect(listed[0]?.etag).toBe((await store.get(`${stack}/a`))?.etag)
    })

    it('gives up when it is told to', async () => {
      const { store, key } = fresh()
      await expect(store.put(key, 'late', null, AbortSignal.abort())).rejects.toThrow()
      expect(await store.get(key)).toBeNull()
    })

    it('lets one of two creators win, in every round', async () => {
      const { store, key } = fresh()
      for (let round = 0; round < rounds; round++) {
        const takes = await Promise.all(['a', 'b'].map((who) => store.put(key, `${who}${round}`, { ifNoneMatch: '*' })))
        const winners = takes.filter((written) => written !== null)
        expect(winners).toHaveLength(1)
        expect(await store.delete(key, winners[0]?.etag)).toBe(true)
      }
    })

    it('loses no update of two writers that count together', async () => {
      const { store, key } = fresh()
      await store.put(key, '0', null)
      const count = async () => {
        for (let done = 0; done < rounds; ) {
          const item = await store.get(key)
          const next = String(Number(item?.body) + 1)
          if (await store.put(key, next, { ifMatch: item?.etag ?? '' })) done++
        }
      }
      await Promise.all([count(), count()])
      expect((await store.get(key))?.body).toBe(String(2 * rounds))
    })
  })
}

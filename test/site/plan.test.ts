import { describe, expect, test } from 'vitest'
import type { SiteFile } from '../../src/site/files.ts'
import { isPage, planSite, undecided, type Verdict } from '../../src/site/plan.ts'
import { inParallel } from '../../src/site/pool.ts'

const file = (key: string, bytes: number): SiteFile => ({ key, bytes, path: `/site/${key}`, stamp: '' })
const FILES = [
  file('app.js', 10),
  file('index.html', 20),
  file('new.css', 5),
  file('same.png', 30),
  file('size.txt', 1),
]
const BUCKET = new Map(
  Object.entries({ 'app.js': 10, 'index.html': 20, 'old.html': 7, 'same.png': 30, 'size.txt': 2, a: 1 }).map(
    ([key, bytes]) => [key, { bytes, etag: 'x' }],
  ),
)
const SUMS = { md5: 'm', sha256: 's' }
const VERDICTS = new Map<string, Verdict>([
  ['app.js', SUMS],
  ['index.html', SUMS],
  ['same.png', 'same'],
])

describe('the plan', () => {
  test('reads only what has kept its size', () => {
    expect(undecided(FILES, BUCKET).map(({ key }) => key)).toEqual(['app.js', 'index.html', 'same.png'])
  })

  test('uploads what is new or another, counts the rest, and deletes nothing by itself', () => {
    const plan = planSite(FILES, BUCKET, VERDICTS, { remove: false })
    expect(plan.uploads.map(({ file: { key }, reason, sums }) => [key, reason, sums])).toEqual([
      ['app.js', 'changed', SUMS],
      ['index.html', 'changed', SUMS],
      ['new.css', 'new', null],
      ['size.txt', 'changed', null],
    ])
    expect(plan).toMatchObject({ unchanged: 1, extra: ['a', 'old.html'], deletes: [] })
    expect(plan.uploads[1]).toMatchObject({ contentType: 'text/html; charset=utf-8', cacheControl: 'no-cache' })
  })

  test('deletes what is in the bucket alone when that is wanted', () => {
    expect(planSite(FILES, BUCKET, VERDICTS, { remove: true }).deletes).toEqual(['a', 'old.html'])
    expect(planSite([], BUCKET, new Map(), { remove: true })).toMatchObject({ uploads: [], deletes: { length: 6 } })
  })

  test('knows the pages, which go last', () => {
    const { uploads } = planSite(FILES, BUCKET, VERDICTS, { remove: false })
    expect(uploads.filter(isPage).map((one) => one.file.key)).toEqual(['index.html'])
  })
})

test('so many work at a time, each on the next, until all is done', async () => {
  const [seen, most]: [number[], number[]] = [[], []]
  let running = 0
  await inParallel([5, 1, 1, 1, 1, 1, 1], 3, async (item) => {
    running++
    most.push(running)
    await new Promise((resolve) => setTimeout(resolve, item))
    seen.push(item)
    running--
  })
  expect(seen.sort()).toEqual([1, 1, 1, 1, 1, 1, 5])
  expect(Math.max(...most)).toBe(3)
})

import { describe, expect, test } from 'vitest'
import { explain } from '../../src/aws/explain.ts'
import { Failed, Interrupted } from '../../src/engine/errors.ts'
import { type SiteReport, siteDocument } from '../../src/report/site-document.ts'
import { siteText } from '../../src/report/site-text.ts'
import type { Upload } from '../../src/site/plan.ts'
import { lines, PLAIN } from './steps.ts'

const upload = (key: string, bytes: number, reason: Upload['reason'] = 'new'): Upload => ({
  file: { key, bytes, path: `/site/${key}`, stamp: '' },
  ...{ reason, contentType: 'text/css; charset=utf-8', cacheControl: 'public, max-age=3600', sums: null },
})
const done = (key: string) => ({ key, outcome: 'done' as const, error: null })

const report = (rest: Partial<SiteReport> = {}): SiteReport => ({
  ...{ stack: 'shop-dev', bucket: 'shop-dev-assets', dryRun: false, stopped: null, leftOut: [], explain },
  plan: {
    uploads: [upload('a.css', 1_200), upload('b.css', 34, 'changed')],
    ...{ extra: ['old.css'], deletes: ['old.css'], unchanged: 7 },
  },
  fates: [done('a.css'), done('b.css'), done('old.css')],
  ...{ apiCalls: { total: 6, mutating: 3 }, durationMs: 1_240.4 },
  ...rest,
})

describe('the document', () => {
  test('counts what was done, and tells each change', () => {
    expect(siteDocument(report())).toEqual({
      schema: 'ecom-infra/site-push/1',
      ...{ stack: 'shop-dev', bucket: 'shop-dev-assets', dryRun: false },
      ...{ uploaded: 2, unchanged: 7, deleted: 1, failed: 0, skipped: 0, bytes: 1_234 },
      files: [
        { key: 'a.css', action: 'upload', reason: 'new', bytes: 1_200, ...HEADERS, outcome: 'done' },
        { key: 'b.css', action: 'upload', reason: 'changed', bytes: 34, ...HEADERS, outcome: 'done' },
        { key: 'old.css', action: 'delete', reason: 'not in the folder', ...NOTHING, outcome: 'done' },
      ],
      ...{ extra: 0, leftOut: [], failures: [], stopped: null },
      ...{ apiCalls: { total: 6, mutating: 3 }, durationMs: 1240 },
    })
  })

  test('of a dry run counts what would be done', () => {
    const document = siteDocument(report({ dryRun: true, fates: [] }))
    expect(document).toMatchObject({ dryRun: true, uploaded: 2, deleted: 1, bytes: 1_234, skipped: 0 })
    expect(document.files.map(({ outcome }) => outcome)).toEqual(['planned', 'planned', 'planned'])
  })

  test('of one that failed tells what did, and counts what was not begun', () => {
    const error = new Failed('FileChanged', 'a.css was changed.', { hint: 'Build first.' })
    const document = siteDocument(report({ fates: [{ key: 'a.css', outcome: 'failed', error }, done('b.css')] }))
    expect(document).toMatchObject({ uploaded: 1, bytes: 34, failed: 1, skipped: 1, deleted: 0 })
    expect(document.failures).toMatchObject([{ key: 'a.css', code: 'FileChanged', message: 'a.css was changed.' }])
  })
})

describe('the text', () => {
  test('after an upload', () => {
    expect(siteText(siteDocument(report({ leftOut: ['.DS_Store', '.git/'] })), PLAIN)).toBe(lines`
      ✔ shop-dev-assets: 2 uploaded (1.2 kB), 1 deleted, 7 unchanged. 1.2 s, 6 API calls.
      The web servers have it under /static/ within a minute.
      Never uploaded: .DS_Store, .git/.
    `)
  })

  test('when there was nothing to do, and more in the bucket', () => {
    const plan = { uploads: [], extra: ['x', 'y'], deletes: [], unchanged: 7 }
    expect(siteText(siteDocument(report({ plan, fates: [] })), PLAIN)).toBe(lines`
      ✔ shop-dev-assets: 7 unchanged. 1.2 s, 6 API calls.
      2 objects are in the bucket alone, and stay: --delete removes what is not in the folder.
    `)
  })

  test('of a dry run', () => {
    expect(siteText(siteDocument(report({ dryRun: true, fates: [] })), PLAIN)).toBe(
      [
        '  + a.css  1.2 kB  text/css; charset=utf-8  public, max-age=3600',
        '  ~ b.css  34 B  text/css; charset=utf-8  public, max-age=3600',
        '  - old.css',
        '',
        'Would be in shop-dev-assets: 2 uploaded (1.2 kB), 1 deleted, 7 unchanged. Nothing was changed. 1.2 s, 6 API calls.',
      ].join('\n'),
    )
  })

  test('after an interrupt says what stays', () => {
    const text = siteText(siteDocument(report({ fates: [done('a.css')], stopped: new Interrupted() })), PLAIN)
    expect(text).toBe(lines`
      ✖ shop-dev-assets is not complete: 1 uploaded (1.2 kB), 2 not done, 7 unchanged. 1.2 s, 6 API calls.
      The web servers have it under /static/ within a minute.

      ✖ Interrupted by SIGINT.

      What was uploaded stays. The same command goes on from there.
    `)
  })

  test('after a failure names the file', () => {
    const error = new Failed('FileChanged', 'It was changed.', { hint: 'Build first.' })
    const fates = [{ key: 'a\u001b[31m.css', outcome: 'failed' as const, error }]
    expect(siteText(siteDocument(report({ fates })), PLAIN)).toContain(
      '✖ a�[31m.css failed\n  It was changed.\n  Build first.',
    )
  })

  test('does not count endless hidden files', () => {
    const leftOut = Array.from({ length: 9 }, (_, index) => `.h${index}`)
    const text = siteText(siteDocument(report({ leftOut })), PLAIN)
    expect(text).toContain('Never uploaded: .h0, .h1, .h2, .h3, .h4 and 4 more.')
  })
})

const HEADERS = { contentType: 'text/css; charset=utf-8', cacheControl: 'public, max-age=3600' }
const NOTHING = { bytes: null, contentType: null, cacheControl: null }

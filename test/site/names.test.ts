import { describe, expect, test } from 'vitest'
import { cacheControlOf } from '../../src/site/caching.ts'
import { contentTypeOf } from '../../src/site/content-type.ts'
import { sizeOf } from '../../src/site/files.ts'
import { badName, badSize, isLeftOut } from '../../src/site/names.ts'

describe('how long a browser may keep a file', () => {
  test.each(['index.html', 'shop/page.htm', 'old.xhtml', 'app.3f2a9c1b.html'])('%s: not without asking', (key) => {
    expect(cacheControlOf(key)).toBe('no-cache')
  })

  test.each([
    ...['app.3f2a9c1b.js', 'main-5d41402abc4b2a76.css', 'css/site_0a1b2c3d4e5f.min.css', '3f2a9c1b77aa.png'],
    ...[
      'chunk.0c3f1b2a.chunk.js',
      'app.3f2a9c1b.js.map',
      'fonts/inter-0f3c2d1e.woff2',
      'deep/0123abcd/0123456789abcdef.jpg',
    ],
    ...['assets/index-BX3kF9aZ.js', 'assets/style-D3kfj2Ab.css', 'chunk-ABCD2345.mjs', 'index-BX3kF9aZ.js.map'],
  ])('%s: for a year, for another content has another name', (key) => {
    expect(cacheControlOf(key)).toBe('public, max-age=31536000, immutable')
  })

  test.each([
    ...['site.css', 'logo.svg', 'photo-portrait.jpg', 'report-20240101.pdf', 'jquery-3.7.1.min.js', 'a-defaced.txt'],
    ...['app.3f2a9c1.js', '3f2a9c1b77aa/logo.png', 'my-component.js', 'big-headline.css', 'Photo-Version2.jpg'],
    ...['robots.txt', '.well-known/security.txt', 'feed.xml', 'sw.js', 'vendor-bootstrap5.js'],
  ])('%s: for an hour, for it keeps its name when it changes', (key) => {
    expect(cacheControlOf(key)).toBe('public, max-age=3600')
  })
})

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['a/b.CSS', 'text/css; charset=utf-8'],
  ['app.mjs', 'text/javascript; charset=utf-8'],
  ['data.json', 'application/json'],
  ['logo.svg', 'image/svg+xml'],
  ['photo.webp', 'image/webp'],
  ['font.woff2', 'font/woff2'],
  ['LICENSE', 'application/octet-stream'],
  ['strange.nobody-knows', 'application/octet-stream'],
])('%s is %s', (key, type) => {
  expect(contentTypeOf(key)).toBe(type)
})

test('hidden files and litter are left out, but not the hidden folder of the web', () => {
  const all = ['.git', '.DS_Store', '.env', '.htpasswd', 'Thumbs.db', 'desktop.ini', '.well-known', 'a.b', 'git']
  expect(all.filter(isLeftOut)).toEqual(['.git', '.DS_Store', '.env', '.htpasswd', 'Thumbs.db', 'desktop.ini'])
})

test('names and sizes that S3 does not take are told as they are', () => {
  expect([badName('ü'.repeat(512)), badSize(5 * 1024 ** 3)]).toEqual([null, null])
  expect(badName(`${'ü'.repeat(512)}a`)).toContain('1025 bytes')
  expect(badSize(5 * 1024 ** 3 + 1)).toContain('5368709121 bytes')
  for (const key of ['a\nb', 'a\u0000', 'a\ufffd.txt', 'a\u0085']) expect(badName(key)).toContain('UTF-8')
})

test('sizes are told in thousands', () => {
  const sizes = [0, 999, 1_000, 12_345, 999_900, 3_000_000, 123_456_789, 5_368_709_120, 2e12]
  expect(sizes.map(sizeOf)).toEqual([
    ...['0 B', '999 B', '1.0 kB', '12.3 kB', '1000 kB', '3.0 MB', '123 MB', '5.4 GB', '2.0 TB'],
  ])
})

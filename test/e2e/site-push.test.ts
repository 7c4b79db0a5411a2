import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { holding } from './support/holding.ts'
import { openStack, type Stack } from './support/stack.ts'

interface Pushed {
  readonly schema: string
  readonly bucket: string
  readonly dryRun: boolean
  readonly uploaded: number
  readonly unchanged: number
  readonly deleted: number
  readonly failed: number
  readonly skipped: number
  readonly bytes: number
  readonly extra: number
  readonly leftOut: readonly string[]
  readonly files: readonly { readonly key: string; readonly action: string; readonly outcome: string }[]
  readonly failures: readonly { readonly key: string; readonly code: string; readonly awsCode: string | null }[]
  readonly stopped: { readonly code: string } | null
  readonly apiCalls: { readonly total: number; readonly mutating: number }
}

let stack: Stack
let bucket: string
beforeAll(async () => {
  stack = await openStack()
  bucket = `${stack.id}-assets-${stack.account.id}-us-east-1`
  lay({
    'index.html': '<h1>Shop</h1>',
    'css/site.css': 'body {}',
    'app.3f2a9c1b.js': 'console.log(1)',
    'Bücher & mehr/a+b %20.txt': 'text',
    '.well-known/security.txt': 'contact',
    'empty.txt': '',
    '.git/config': 'secret',
    'css/.DS_Store': 'litter',
  })
  writeFileSync(join(stack.dir, 'site/film.mp4'), Buffer.alloc(3_000_000, 'film'))
})
afterAll(() => stack?.close())
beforeEach(() => stack.account.proxy.reset())

function lay(files: Readonly<Record<string, string>>): void {
  for (const [key, text] of Object.entries(files)) {
    mkdirSync(dirname(join(stack.dir, 'site', key)), { recursive: true })
    writeFileSync(join(stack.dir, 'site', key), text)
  }
}
const push = (...flags: string[]): Promise<Pushed> => stack.json<Pushed>(['site', 'push', 'site', ...flags])
const keys = async () => {
  const { Contents = [] } = await stack.raw.s3.listObjectsV2({ Bucket: bucket })
  return Contents.map(({ Key }) => Key ?? '')
}
const changes = () => stack.account.proxy.calls.filter(({ mutating }) => mutating).map(({ action }) => action)
const content = async (Key: string) =>
  Buffer.from((await (await stack.raw.s3.getObject({ Bucket: bucket, Key })).Body?.transformToByteArray()) ?? [])

const SITE = [
  ...['.well-known/security.txt', 'Bücher & mehr/a+b %20.txt', 'app.3f2a9c1b.js', 'css/site.css', 'empty.txt'],
  ...['film.mp4', 'index.html'],
]

describe('before there is a stack', () => {
  it('says that it has to be made first', async () => {
    const { code, hint } = await failing(stack, ['site', 'push', 'site'], 2)
    expect(code).toBe('NoBucket')
    expect(hint).toContain('ecom-infra up')
    expect(changes()).toEqual([])
  })
})

describe('pushing a site', () => {
  beforeAll(async () => {
    await stack.json(['up', '--yes', '--target', 's3:bucket/assets'])
  })

  it('only tells what it would do, on a dry run', async () => {
    const { schema, dryRun, uploaded, files, leftOut } = await push('--dry-run')
    expect({ schema, dryRun, uploaded }).toEqual({ schema: 'ecom-infra/site-push/1', dryRun: true, uploaded: 7 })
    expect(files.map(({ key }) => key)).toEqual(SITE)
    expect(leftOut).toEqual(['.git/', 'css/.DS_Store'])
    expect(changes()).toEqual([])
    expect(await keys()).toEqual([])
  })

  it('uploads every file with its content, type and cache rule, pages last', async () => {
    const done = await push()
    expect(done).toMatchObject({ bucket, dryRun: false, uploaded: 7, unchanged: 0, deleted: 0, bytes: 3_000_045 })
    expect(done.apiCalls).toMatchObject({ total: 10, mutating: 7 })
    expect(await keys()).toEqual(SITE)
    for (const key of SITE) expect(await content(key)).toEqual(readFileSync(join(stack.dir, 'site', key)))
    const puts = stack.account.proxy.calls.filter(({ action }) => action === 'PutObject')
    expect(puts.at(-1)?.path).toContain('/index.html')
    const head = (Key: string) => stack.raw.s3.headObject({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' })
    const wanted: Readonly<Record<string, readonly [string, string]>> = {
      'index.html': ['text/html; charset=utf-8', 'no-cache'],
      'css/site.css': ['text/css; charset=utf-8', 'public, max-age=3600'],
      'app.3f2a9c1b.js': ['text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      'film.mp4': ['video/mp4', 'public, max-age=3600'],
      'Bücher & mehr/a+b %20.txt': ['text/plain; charset=utf-8', 'public, max-age=3600'],
    }
    for (const [key, [ContentType, CacheControl]] of Object.entries(wanted)) {
      const sum = execFileSync('openssl', ['dgst', '-sha256', '-binary', join(stack.dir, 'site', key)]).toString(
        'base64',
      )
      expect(await head(key)).toMatchObject({
        ContentType,
        CacheControl,
        ChecksumSHA256: sum,
        Metadata: { sha256: sum },
      })
    }
  })

  it('uploads nothing the second time', async () => {
    expect(await push()).toMatchObject({ uploaded: 0, unchanged: 7, deleted: 0, files: [], apiCalls: { total: 3 } })
    expect(changes()).toEqual([])
  })

  it('finds what changed, though its size did not, and what was uploaded in pieces', async () => {
    lay({ 'css/site.css': 'main {}' })
    const pieces = { Bucket: bucket, Key: 'film.mp4' }
    const { UploadId } = await stack.raw.s3.createMultipartUpload(pieces)
    const Body = readFileSync(join(stack.dir, 'site/film.mp4'))
    const { ETag } = await stack.raw.s3.uploadPart({ ...pieces, UploadId, PartNumber: 1, Body })
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
    await stack.raw.s3.completeMultipartUpload({ ...pieces, UploadId, MultipartUpload })
    // Nobody knows the sum of those pieces: uploaded once more, it is known.
    const { files, unchanged } = await push()
    expect(files).toMatchObject([
      { key: 'css/site.css', reason: 'changed', outcome: 'done' },
      { key: 'film.mp4', reason: 'changed', outcome: 'done' },
    ])
    expect(unchanged).toBe(5)
    expect((await content('css/site.css')).toString()).toBe('main {}')
    expect((await push()).uploaded).toBe(0)
  })

  it('deletes only when told to, and only what is not in the folder', async () => {
    rmSync(join(stack.dir, 'site/app.3f2a9c1b.js'))
    await stack.raw.s3.putObject({ Bucket: bucket, Key: 'strange/thing.txt', Body: 'x' })
    expect(await push()).toMatchObject({ uploaded: 0, deleted: 0, extra: 2 })
    const gone = ['app.3f2a9c1b.js', 'strange/thing.txt']
    const dry = await push('--delete', '--dry-run')
    expect(dry).toMatchObject({ deleted: 2, files: gone.map((key) => ({ key, action: 'delete', outcome: 'planned' })) })
    expect(await keys()).toEqual(expect.arrayContaining(gone))
    stack.account.proxy.reset()
    expect(await push('--delete')).toMatchObject({ uploaded: 0, deleted: 2, extra: 0 })
    expect(changes()).toEqual(['DeleteObjects'])
    expect(await keys()).toEqual(SITE.filter((key) => key !== 'app.3f2a9c1b.js'))
  })

  it('tells people a line a file, and how it ended', async () => {
    lay({ 'css/site.css': 'nav {}' })
    const { code, stdout } = await stack.run(['site', 'push', 'site'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^comparing 6 files with .*\nuploaded css\/site\.css {2}6 B\n✔ .*: 1 uploaded \(6 B\), 5 unchanged\./,
    )
    expect(stdout).toContain('Never uploaded: .git/, css/.DS_Store.')
  })

  it('refuses bad input without a single call', async () => {
    const refused = async (args: readonly string[]) => {
      const { code, message } = await failing(stack, ['site', 'push', ...args], 2)
      expect(stack.account.proxy.calls).toEqual([])
      return `${code}: ${message}`
    }
    expect(await refused([])).toMatch(/^Usage:.*dir/i)
    expect(await refused(['nowhere'])).toMatch(/^NoFolder:.*nowhere/)
    expect(await refused(['ecom-infra.yaml'])).toMatch(/^NotAFolder:/)
    mkdirSync(join(stack.dir, 'empty'))
    expect(await refused(['empty', '--delete'])).toMatch(/^EmptyFolder:/)
    symlinkSync('/etc/hostname', join(stack.dir, 'site/out.txt'))
    expect(await refused(['site'])).toMatch(/^BadFiles:[\s\S]*out\.txt is a link out of the folder/)
    unlinkSync(join(stack.dir, 'site/out.txt'))
    expect(await refused(['site', '--frobnicate'])).toMatch(/^Usage:.*--frobnicate/)
  })

  it('stays away from a bucket that does not carry its stack’s tag', async () => {
    const { TagSet } = await stack.raw.s3.getBucketTagging({ Bucket: bucket })
    const stranger = [{ Key: 'ecom-infra:stack', Value: 'other-dev' }]
    await stack.raw.s3.putBucketTagging({ Bucket: bucket, Tagging: { TagSet: stranger } })
    expect((await failing(stack, ['site', 'push', 'site', '--delete'], 2)).code).toBe('ForeignBucket')
    expect(changes()).toEqual([])
    await stack.raw.s3.putBucketTagging({ Bucket: bucket, Tagging: { TagSet } })
  })
})

describe('what goes wrong on the way', () => {
  const several = () =>
    lay(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`many/${index}.txt`, `${Date.now()} ${index}`])))

  it('a refusal of AWS ends it: no page is uploaded that names what is not there, nothing is deleted', async () => {
    several()
    lay({ 'index.html': '<h1>new</h1>' })
    await stack.raw.s3.putObject({ Bucket: bucket, Key: 'old.txt', Body: 'x' })
    stack.account.proxy.intercept(({ action, path }) =>
      action === 'PutObject' && path.includes('/many/3.txt')
        ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' }
        : 'forward',
    )
    const done = await stack.json<Pushed>(['site', 'push', 'site', '--delete'], 1)
    stack.account.proxy.intercept(null)
    expect(done.failures).toMatchObject([{ key: 'many/3.txt', code: 'Permission', awsCode: 'AccessDenied' }])
    expect(done.failed).toBe(1)
    expect(done.uploaded + done.skipped).toBe(21)
    expect(done.deleted).toBe(0)
    expect((await content('index.html')).toString()).toBe('<h1>Shop</h1>')
    expect(await push('--delete')).toMatchObject({ failed: 0, uploaded: 21 - done.uploaded, deleted: 1 })
  })

  it('Ctrl-C: what is on its way is awaited, what was uploaded stays, the same command goes on', async () => {
    several()
    const { reached, intercept, release } = holding('PutObject')
    stack.account.proxy.intercept(intercept)
    const run = stack.start(['site', 'push', 'site', '--json'])
    await reached
    run.kill('SIGINT')
    await run.said(/finishing the calls in flight/)
    release()
    const { code, json } = await run.result
    stack.account.proxy.intercept(null)
    expect(code).toBe(130)
    const done = json<Pushed>()
    expect(done).toMatchObject({ stopped: { code: 'Interrupted' }, failures: [], failed: 0 })
    expect(done.uploaded).toBeGreaterThan(0)
    expect(done.uploaded + done.skipped).toBe(20)
    expect(done.skipped).toBeGreaterThan(0)
    expect(await push()).toMatchObject({ uploaded: done.skipped })
  })

  it('a file that is written meanwhile is told and not uploaded; the others are', async () => {
    several()
    writeFileSync(join(stack.dir, 'site/film.mp4'), Buffer.alloc(4_000_000, 'new film'))
    // The first upload is answered when the film has been written anew, which is then under way or not yet begun.
    stack.account.proxy.intercept(({ action, path }) => {
      if (action === 'PutObject' && path.includes('/film.mp4')) {
        writeFileSync(join(stack.dir, 'site/film.mp4'), Buffer.alloc(4_000_000, 'newest film'))
      }
      return 'forward'
    })
    const done = await stack.json<Pushed>(['site', 'push', 'site'], 1)
    stack.account.proxy.intercept(null)
    expect(done.failures).toMatchObject([{ key: 'film.mp4', code: 'FileChanged' }])
    expect(done).toMatchObject({ failed: 1, uploaded: 20, skipped: 0 })
    expect((await content('film.mp4')).length).toBe(3_000_000)
    expect(await push()).toMatchObject({ uploaded: 1, failed: 0 })
    expect((await content('film.mp4')).subarray(0, 11).toString()).toBe('newest film')
  })
})

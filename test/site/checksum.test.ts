import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { Interrupted } from '../../src/engine/errors.ts'
import { checked, isOfFile, readWhole, sumsOf } from '../../src/site/checksum.ts'
import { type SiteFile, stampOf } from '../../src/site/files.ts'

let path: string
beforeEach(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ecom-infra-sums-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  path = join(dir, 'file.bin')
})

async function found(content: Buffer): Promise<SiteFile> {
  await writeFile(path, content)
  return { key: 'file.bin', path, bytes: content.length, stamp: stampOf(await stat(path, { bigint: true })) }
}
const base64 = (content: Buffer) => createHash('sha256').update(content).digest('base64')
const never = new AbortController().signal
const LARGE = Buffer.alloc(1_000_000, 'abcdefg')

/** What comes out of a stream, and how it ends. */
async function drained(stream: AsyncIterable<Buffer>): Promise<{ got: Buffer; error: unknown }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch (error) {
    return { got: Buffer.concat(chunks), error }
  }
  return { got: Buffer.concat(chunks), error: null }
}

test.each([0, 1, 1_000_000])('a file of %i bytes has both sums, and streams whole', async (bytes) => {
  const content = LARGE.subarray(0, bytes)
  const file = await found(content)
  const sums = await sumsOf(file, never)
  expect(sums).toEqual({ md5: createHash('md5').update(content).digest('hex'), sha256: base64(content) })
  expect(await drained(checked(file, sums.sha256))).toEqual({ got: content, error: null })
  expect(await readWhole(file)).toEqual({ content, sha256: sums.sha256 })
})

test.each([
  [
    'in the middle',
    (content: Buffer) => Buffer.concat([content.subarray(0, 500_000), Buffer.from('X'), content.subarray(500_001)]),
  ],
  ['to something shorter', (content: Buffer) => content.subarray(0, 300_000)],
  ['to nothing', () => Buffer.alloc(0)],
])('what was changed %s since it was summed up never comes out whole', async (_where, change) => {
  const file = await found(LARGE)
  const { sha256 } = await sumsOf(file, never)
  await writeFile(path, change(LARGE))
  const { got, error } = await drained(checked(file, sha256))
  expect(error).toMatchObject({ code: 'FileChanged', exit: 1 })
  expect(isOfFile(error)).toBe(true)
  expect(got.length).toBeLessThan(LARGE.length)
})

test('what has grown since comes out as it was', async () => {
  const file = await found(LARGE)
  const { sha256 } = await sumsOf(file, never)
  await appendFile(path, 'more')
  expect((await drained(checked(file, sha256))).got).toEqual(LARGE)
})

test('a small file that was written since it was found is not taken, whether its size tells or not', async () => {
  const file = await found(Buffer.from('one'))
  await writeFile(path, 'two')
  await utimes(path, 1, 1)
  await expect(readWhole(file)).rejects.toMatchObject({ code: 'FileChanged', details: { hint: /build/ } })
  const other = await found(Buffer.from('one'))
  await appendFile(path, 'more')
  await expect(readWhole(other)).rejects.toMatchObject({ code: 'FileChanged' })
})

test('a file that has gone is told by its name, and stands in nobody else’s way', async () => {
  const file = await found(LARGE)
  await unlink(path)
  const errors = [
    await readWhole(file).catch((error) => error),
    await sumsOf(file, never).catch((error) => error),
    (await drained(checked(file, ''))).error,
  ]
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'FileUnreadable', message: expect.stringContaining('file.bin') })
    expect(isOfFile(error)).toBe(true)
  }
})

test('summing up ends with the run', async () => {
  const stop = new AbortController()
  stop.abort(new Interrupted())
  await expect(sumsOf(await found(LARGE), stop.signal)).rejects.toBeInstanceOf(Interrupted)
})

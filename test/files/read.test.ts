import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseJson } from '../../src/files/json.ts'
import { readText, whyUnread } from '../../src/files/read.ts'
import { working } from '../support/hostile.ts'
import { asNobody, pipeIn, scratch } from './scratch.ts'

const LIMIT = 64 * 1024
const IMPATIENT = { nobody: 200, silent: 400 }

/** Why it was not read, in time. */
function why(path: string, patience = IMPATIENT): string | null {
  const began = performance.now()
  try {
    readText(path, LIMIT, patience)
    return null
  } catch (error) {
    expect(performance.now() - began).toBeLessThan(10_000)
    return whyUnread(error, LIMIT)
  }
}

const fileOf = (content: string | Uint8Array): string => {
  const path = join(scratch(), 'file')
  writeFileSync(path, content)
  return path
}

describe('a file', () => {
  test('is read to the letter, its mark of byte order included', () => {
    for (const text of ['', 'a: b\r\n', '\ufeffx', '寿司 😀'.repeat(5_000)]) {
      expect(readText(fileOf(text), 256 * 1024)).toBe(text)
    }
  })

  test('of the largest size is read, and none that is larger, however large', () => {
    expect(readText(fileOf('x'.repeat(LIMIT)), LIMIT)).toHaveLength(LIMIT)
    expect(why(fileOf('x'.repeat(LIMIT + 1)))).toBe('is larger than 64 KiB')
    expect(why(fileOf(Buffer.alloc(10 * 1024 * 1024, 'x')))).toBe('is larger than 64 KiB')
    expect(whyUnread(Object.assign(new Error('x'), { code: 'EFBIG' }), 8 * 1024 * 1024)).toBe('is larger than 8 MiB')
  })

  test.each([
    ['UTF-16', Buffer.from('\ufeffname: shop', 'utf16le')],
    ['zeros', Buffer.from('name: sh\0op')],
    ['Latin 1', Buffer.from('M\xfcller', 'latin1')],
    ['half a letter', Buffer.from([0xe5, 0xaf])],
    ['a letter that is too long', Buffer.from([0xc0, 0xaf])],
  ])('of %s is no text', (_, content) => {
    expect(why(fileOf(content))).toBe('is not text in UTF-8')
  })
})

describe('what is no file', () => {
  test('is said to be none, at once', async () => {
    const folder = scratch()
    symlinkSync('circle', join(folder, 'circle'))
    mkdirSync(join(folder, 'folder'))
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    expect(why(join(folder, 'folder'))).toBe('is a directory')
    expect(why(join(folder, 'socket'))).toBe('is not a file')
    expect(why(join(folder, 'circle'))).toBe('is a link that leads to itself')
    expect(why(join(folder, 'x'.repeat(300)))).toBe('has too long a name')
    expect(why(join(folder, 'none'))).toBe('does not exist')
    for (const device of ['/dev/zero', '/dev/null', '/dev/urandom']) expect(why(device)).toBe('is not a file')
  })

  test('may not be read by everybody', () => {
    const path = fileOf('x')
    chmodSync(path, 0o000)
    expect(asNobody(dirname(path), () => why(path))).toBe('may not be read by this user')
  })
})

describe('a pipe', () => {
  test('that nobody writes into holds nobody up', () => {
    expect(why(pipeIn(scratch()))).toBe('is a pipe that nothing comes out of')
  })

  test('that somebody writes into slowly is waited for, but not for ever', async () => {
    const pipe = pipeIn(scratch())
    const slow = spawn('sh', ['-c', 'exec 3>"$0"; sleep 0.1; printf a >&3; sleep 0.1; printf b >&3', pipe])
    expect(readText(pipe, LIMIT, { nobody: 3_000, silent: 3_000 })).toBe('ab')
    await once(slow, 'exit')
    const silent = spawn('sh', ['-c', 'exec 3>"$0"; exec sleep 3', pipe])
    onTestFinished(() => void silent.kill())
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(why(pipe)).toBe('is a pipe that nothing comes out of')
  })

  test('that never ends is left', () => {
    const pipe = pipeIn(scratch())
    const endless = spawn('sh', ['-c', 'exec cat /dev/zero >"$0"', pipe])
    onTestFinished(() => void endless.kill())
    expect(why(pipe, { nobody: 3_000, silent: 3_000 })).toBe('is larger than 64 KiB')
  })
})

describe('JSON of others', () => {
  test('is what JSON says', () => {
    const value = { a: [1, { b: '[[[["\\' }], '\\"{': null }
    expect(parseJson(JSON.stringify(value))).toEqual(value)
    expect(parseJson(`${'['.repeat(100)}${']'.repeat(100)}`)).toHaveLength(1)
  })

  test('is not deeper than anything of ours, and says so in time', () => {
    for (const text of [
      '['.repeat(101) + ']'.repeat(101),
      '{"a":'.repeat(1e6),
      `${'"\\'.repeat(1e6)}`,
      '["'.repeat(1e6),
    ]) {
      const worked = working()
      expect(() => parseJson(text)).toThrow(SyntaxError)
      expect(worked()).toBeLessThan(1)
    }
  })
})

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, writeText } from '../../src/files/write.ts'
import { asNobody, pipeIn, scratch } from './scratch.ts'

const modeOf = (path: string): number => lstatSync(path).mode & 0o777
const WRITE = resolve(import.meta.dirname, '../../src/files/write.ts')

describe('a file that is written', () => {
  test('is there whole, with nothing beside it', () => {
    const folder = scratch()
    const path = join(folder, 'x')
    for (const text of ['one', '', '寿司'.repeat(100_000)]) {
      writeText(path, text)
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
    expect(readdirSync(folder)).toEqual(['x'])
  })

  test('keeps the rights that it had', () => {
    const path = join(scratch(), 'x')
    writeFileSync(path, 'old')
    for (const mode of [0o600, 0o664, 0o777]) {
      chmodSync(path, mode)
      writeText(path, 'new')
      expect(modeOf(path)).toBe(mode)
    }
  })

  test('is its owner’s alone where it is private, whatever was there, and its folder, too', () => {
    const folder = join(scratch(), 'a', 'b')
    const before = process.umask(0)
    try {
      makeFolder(folder)
      writeFileSync(join(folder, 'x'), 'old', { mode: 0o666 })
      for (const name of ['x', 'y']) writeText(join(folder, name), 'new', { secret: true })
    } finally {
      process.umask(before)
    }
    expect([modeOf(folder), modeOf(join(folder, '..'))]).toEqual([0o700, 0o700])
    expect(['x', 'y'].map((name) => modeOf(join(folder, name)))).toEqual([0o600, 0o600])
  })

  test('goes through a link where it is public, and takes its place where it is private or leads nowhere', () => {
    const folder = scratch()
    const [real, link, nowhere] = [join(folder, 'real'), join(folder, 'link'), join(folder, 'nowhere')]
    writeFileSync(real, 'old')
    symlinkSync('real', link)
    symlinkSync('gone', nowhere)
    writeText(link, 'public')
    expect([readFileSync(real, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual(['public', true])
    writeText(link, 'private', { secret: true })
    expect([readFileSync(real, 'utf8'), readFileSync(link, 'utf8'), modeOf(link)]).toEqual(['public', 'private', 0o600])
    writeText(nowhere, 'here')
    expect(readdirSync(folder).sort()).toEqual(['link', 'nowhere', 'real'])
  })

  test('is left alone where it was not to be replaced', () => {
    const folder = scratch()
    const path = join(folder, 'x')
    writeText(path, 'one', { keep: true })
    symlinkSync('gone', join(folder, 'link'))
    for (const taken of [path, join(folder, 'link')]) {
      expect(() => writeText(taken, 'two', { keep: true })).toThrow('it is there already')
    }
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['one', ['link', 'x']])
  })

  test('takes away what a kill has left, and nothing else', () => {
    const folder = scratch()
    const names = ['x.0123456789ab.tmp', 'x.ba9876543210.tmp', 'x.tmp', 'xy.0123456789ab.tmp', 'x.0123456789ab.tmp.txt']
    for (const name of names) writeFileSync(join(folder, name), '')
    const old = new Date(Date.now() - 120_000)
    for (const name of names.filter((one) => !one.includes('ba98'))) utimesSync(join(folder, name), old, old)
    writeText(join(folder, 'x'), 'new')
    expect(readdirSync(folder).sort()).toEqual(['x', ...names.slice(1)].sort())
  })
})

describe('a kill in the middle', () => {
  test('leaves the old one or the new one, and never a part', async () => {
    const folder = scratch()
    const path = join(folder, 'x')
    writeText(path, 'a'.repeat(1e6), { secret: true })
    const program = `import { writeText } from ${JSON.stringify(WRITE)}
      process.stdout.write('.')
      for (let i = 0; ; i++) writeText(${JSON.stringify(path)}, (i % 2 ? 'a' : 'b').repeat(1e6), { secret: true })`
    for (const ms of [1, 4, 9, 17]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, ms))
      child.kill('SIGKILL')
      await once(child, 'exit')
      expect(readFileSync(path, 'utf8')).toMatch(/^(a{1000000}|b{1000000})$/)
      for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe(0o600)
    }
  })
})

describe('a place that cannot be written', () => {
  const WAY = {
    code: 'NotWritten',
    exit: 2,
    details: expect.objectContaining({ hint: 'Give another place with --out FILE.' }),
  }
  const refused = (path: string, why: string, manner: object = {}) =>
    expect(() => writeText(path, 'x', manner)).toThrow(
      expect.objectContaining({ ...WAY, message: `${path} cannot be written: ${why}.` }),
    )

  test('is refused with its reason, and nothing is left there', () => {
    const folder = scratch()
    mkdirSync(join(folder, 'folder'))
    symlinkSync('folder', join(folder, 'link'))
    symlinkSync('circle', join(folder, 'circle'))
    writeFileSync(join(folder, 'file'), '')
    const before = readdirSync(folder)
    refused(join(folder, 'folder'), 'it is a directory')
    refused(join(folder, 'link'), 'it is a directory')
    refused(join(folder, 'link'), 'it is a directory', { secret: true })
    refused(join(folder, 'no', 'x'), 'its directory does not exist')
    refused(join(folder, 'file', 'x'), 'a part of its path is a file')
    refused(join(folder, 'circle'), 'it is a link that leads to itself')
    refused(join(folder, 'x'.repeat(300)), 'its name is too long')
    refused('/dev/full', 'the disk is full')
    expect(readdirSync(folder)).toEqual(before)
  })

  test('is refused where this user may not write', () => {
    const folder = scratch()
    writeFileSync(join(folder, 'file'), 'theirs', { mode: 0o444 })
    chmodSync(folder, 0o555)
    asNobody(folder, () => {
      refused(join(folder, 'new'), 'this user may not write there')
      refused(join(folder, 'file'), 'this user may not write there')
    })
    chmodSync(folder, 0o755)
    expect([readdirSync(folder), readFileSync(join(folder, 'file'), 'utf8')]).toEqual([['file'], 'theirs'])
  })

  test('is refused for what is private where it is no file, and stays what it is', () => {
    for (const device of ['/dev/null', '/dev/full']) refused(device, 'it is not a file', { secret: true })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('is refused where it is a pipe that nobody reads from, at once', () => {
    const began = performance.now()
    refused(pipeIn(scratch()), 'it is a socket, or a pipe that nobody reads from')
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

test('what is no file is written into as it is', async () => {
  const pipe = pipeIn(scratch())
  const reader = spawn('cat', [pipe])
  const heard: string[] = []
  reader.stdout.setEncoding('utf8').on('data', (text: string) => heard.push(text))
  await new Promise((resolve) => setTimeout(resolve, 100))
  writeText(pipe, 'x'.repeat(10_000))
  await once(reader, 'exit')
  expect(heard.join('')).toBe('x'.repeat(10_000))
  expect(() => writeText('/dev/null', 'x')).not.toThrow()
  const path = join(scratch(), 'x')
  const program = `import { writeText } from ${JSON.stringify(WRITE)}\nwriteText('/dev/stdout', 'two')`
  const file = openSync(path, 'a')
  writeSync(file, 'one, ')
  spawnSync(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', file, 'inherit'] })
  closeSync(file)
  expect(readFileSync(path, 'utf8')).toBe('one, two')
})

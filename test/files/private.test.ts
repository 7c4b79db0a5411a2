import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { rootCertificates } from '../../src/cli/root-certificates.ts'
import { Refused } from '../../src/engine/errors.ts'
import { type Running, readRunning, writeRunning } from '../../src/local/files.ts'
import { exclusively } from '../../src/local/lock.ts'
import { hostKeysIn } from '../../src/tunnel/host-keys.ts'
import { scratch } from './scratch.ts'

const modeOf = (path: string): number => lstatSync(path).mode & 0o777
const BASTION = { host: '203.0.113.9', port: 22, user: 'ec2-user', instanceId: 'i-1' }
const KEY = Buffer.from('0000000b7373682d65643235353139000000', 'hex')

let home: string
beforeEach(() => {
  home = scratch()
  vi.stubEnv('XDG_STATE_HOME', home)
  return () => void vi.unstubAllEnvs()
})

describe('what is remembered of the local AWS', () => {
  const state = () => join(home, 'ecom-infra')
  const running: Running = { pid: 4711, began: 'then', port: 5555, moto: '5.2.1', extended: true }

  test('is for its owner alone, and so is its folder', () => {
    mkdirSync(state(), { mode: 0o700 })
    writeRunning(running)
    expect(readRunning()).toEqual(running)
    expect([modeOf(state()), modeOf(join(state(), 'local.json'))]).toEqual([0o700, 0o600])
    expect(readdirSync(state())).toEqual(['local.json'])
  })

  test.each([
    ...['', '{', 'null', '[]', '7', '"x"', '{"pid":4711}', '\u0000', `${'['.repeat(1e5)}`, 'x'.repeat(1e6)],
    // A signal to one of these goes to many processes, or to none.
    ...[0, -1, -4711, 1.5, 2 ** 40, '4711'].map((pid) => JSON.stringify({ ...running, pid })),
    ...[0, -1, 65_536, 'x'].map((port) => JSON.stringify({ ...running, port })),
    ...[JSON.stringify({ ...running, began: 7 }), JSON.stringify({ ...running, moto: ['x'] })],
  ])('is nothing when it is %.40s', (text) => {
    mkdirSync(state())
    writeFileSync(join(state(), 'local.json'), text)
    expect(readRunning()).toBeNull()
  })

  test('is nothing when it is no file', () => {
    mkdirSync(state())
    symlinkSync('/dev/zero', join(state(), 'local.json'))
    expect(readRunning()).toBeNull()
  })

  test.each(['{', 'null', '7', '{"pid":-1,"began":null}', '{"pid":"x"}'])(
    'a lock of nobody is named: %s',
    async (text) => {
      mkdirSync(state())
      writeFileSync(join(state(), 'local.lock'), text)
      const work = vi.fn(async () => undefined)
      await expect(exclusively(() => undefined, work)).rejects.toMatchObject({ code: 'LocalLock', exit: 2 })
      expect(work).not.toHaveBeenCalled()
      expect(readdirSync(state())).toEqual(['local.lock'])
    },
  )
})

describe('the host keys of a stack', () => {
  test.each([
    ['deep', '{"a":'.repeat(5000), 'is not what was written there'],
    ['binary', '\u0000\u0001', 'is not text in UTF-8'],
    ['large', ' '.repeat(2 * 1024 * 1024), 'is larger than 1 MiB'],
  ])('are not believed when they are %s, and stay as they are', async (_, text, why) => {
    const path = join(home, 'keys')
    writeFileSync(path, text)
    const refusal = { code: 'HostKeysUnreadable', exit: 2, message: `${path} ${why}.` }
    await expect(hostKeysIn(path).check(BASTION, KEY)).rejects.toMatchObject(refusal)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('are not read from a folder or a device, nor written over a link', async () => {
    mkdirSync(join(home, 'folder'))
    symlinkSync('/dev/zero', join(home, 'device'))
    for (const name of ['folder', 'device']) {
      await expect(hostKeysIn(join(home, name)).knows(BASTION)).rejects.toBeInstanceOf(Refused)
    }
    writeFileSync(join(home, 'theirs'), '{}')
    symlinkSync('theirs', join(home, 'link'))
    expect(await hostKeysIn(join(home, 'link')).check(BASTION, KEY)).toBe('new')
    expect(readFileSync(join(home, 'theirs'), 'utf8')).toBe('{}')
    expect(modeOf(join(home, 'link'))).toBe(0o600)
  })
})

test('root certificates are in a folder of their own, for their owner alone, and go', async () => {
  const certificates = await rootCertificates({})
  expect([modeOf(certificates.path), modeOf(join(certificates.path, '..'))]).toEqual([0o600, 0o700])
  certificates[Symbol.dispose]()
  expect(() => lstatSync(certificates.path)).toThrow('ENOENT')
})

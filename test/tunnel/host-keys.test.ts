import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EphemeralKey } from '../../src/tunnel/ephemeral-key.ts'
import { hostKeysIn, learnFromConsole } from '../../src/tunnel/host-keys.ts'
import type { Bastion } from '../../src/tunnel/types.ts'

const bastion = (instanceId: string | null, host = '203.0.113.9'): Bastion => ({
  ...{ host, port: 22, user: 'ec2-user', instanceId },
})
/** A key of any kind does. */
const someKey = (): Buffer => Buffer.from(new EphemeralKey().publicLine.split(' ')[1] ?? '', 'base64')
const lineOf = (key: Buffer): string => `ssh-ed25519 ${key.toString('base64')}`

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ecom-infra-host-keys-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('the host keys of a stack', () => {
  test('are trusted on first use, and refused when they change while the instance is the same', async () => {
    const [folder, key, other] = [await scratch(), someKey(), someKey()]
    const path = join(folder, 'state', 'shop.json')
    const keys = hostKeysIn(path)

    expect(await keys.knows(bastion('i-1'))).toBe(false)
    expect(await keys.check(bastion('i-1'), key)).toBe('new')
    expect(await keys.knows(bastion('i-1'))).toBe(true)
    expect(await keys.check(bastion('i-1', '198.51.100.4'), key)).toBe('known')
    expect(await keys.check(bastion('i-1'), other)).toBe('changed')
    // A refusal teaches nothing, and somebody else reads the same file.
    expect(await hostKeysIn(path).check(bastion('i-1'), other)).toBe('changed')
    expect(await keys.check(bastion('i-2'), other)).toBe('new')
    expect(await keys.check(bastion('i-1'), key)).toBe('known')

    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'state'))).toEqual(['shop.json'])
  })

  test('go by host and port where the host was named', async () => {
    const [folder, key] = [await scratch(), someKey()]
    const keys = hostKeysIn(join(folder, 'keys.json'))
    expect(await keys.check(bastion(null, 'one.example'), key)).toBe('new')
    expect(await keys.check(bastion(null, 'one.example'), someKey())).toBe('changed')
    expect(await keys.check(bastion(null, 'two.example'), someKey())).toBe('new')
  })

  test('go by the instance and the place where a place was named for an instance', async () => {
    const keys = hostKeysIn(join(await scratch(), 'keys.json'))
    const at = (port: number, id = 'i-1') => ({ ...bastion(id, '127.0.0.1'), port, named: true })
    const [a, b] = [someKey(), someKey()]
    expect([await keys.check(at(2201), a), await keys.check(at(2202), b)]).toEqual(['new', 'new'])
    expect([await keys.check(at(2201), a), await keys.check(at(2202), b)]).toEqual(['known', 'known'])
    expect([await keys.check(at(2201), b), await keys.check(at(2202), a)]).toEqual(['changed', 'changed'])
    expect([await keys.check(at(2201, 'i-2'), b), await keys.check(bastion('i-1'), b)]).toEqual(['new', 'new'])
  })

  test('are only those of the console where it has told them', async () => {
    const [folder, key] = [await scratch(), someKey()]
    const keys = hostKeysIn(join(folder, 'keys.json'))
    await keys.learn(bastion('i-1'), [lineOf(someKey()), lineOf(key)])
    expect(await keys.check(bastion('i-1'), key)).toBe('known')
    expect(await keys.check(bastion('i-1'), someKey())).toBe('changed')
    await keys.learn(bastion('i-2'), [])
    expect(await keys.check(bastion('i-2'), key)).toBe('new')
  })

  test('are not begun anew when somebody has spoiled the file', async () => {
    const path = join(await scratch(), 'keys.json')
    for (const spoiled of ['', '[]', '{"i-1":', '{"i-1":"key"}', '{"i-1":[7]}']) {
      await writeFile(path, spoiled)
      await expect(hostKeysIn(path).check(bastion('i-1'), someKey())).rejects.toMatchObject({
        code: 'HostKeysUnreadable',
      })
      expect(await readFile(path, 'utf8')).toBe(spoiled)
    }
  })
})

test('host keys that can be written nowhere are a refusal, which no trying again changes', async () => {
  const refusal = { name: 'Refused', code: 'NotWritten', details: { hint: expect.stringContaining('XDG_STATE_HOME') } }
  const keys = hostKeysIn('/sys/none/keys.json')
  await expect(keys.check(bastion('i-1'), someKey())).rejects.toMatchObject(refusal)
  await expect(keys.learn(bastion('i-1'), [lineOf(someKey())])).rejects.toMatchObject(refusal)
})

describe('the console of an instance', () => {
  const [ed25519, ecdsa] = [lineOf(someKey()), `ecdsa-sha2-nistp256 AAAA${'B'.repeat(136)}=`]
  const boot = (keys: readonly string[], prefix = '') =>
    ['[   11.1] cloud-init[2186]: Cloud-init v. 22.2.2 running', '-----BEGIN SSH HOST KEY KEYS-----', ...keys]
      .concat('-----END SSH HOST KEY KEYS-----', '[   12.0] cloud-init[2186]: finished')
      .map((line) => `${prefix}${line}`)
      .join('\r\n')

  test('tells the keys, whatever the lines begin and end with', () => {
    const lines = [`${ecdsa} root@ip-10-0-1-7`, `${ed25519} root@ip-10-0-1-7`, 'ssh-dss AAAAB3Nza root@ip']
    expect(learnFromConsole(boot(lines))).toEqual([ecdsa, ed25519])
    expect(learnFromConsole(boot(lines, '<14>Nov 21 17:00:00 ec2: '))).toEqual([ecdsa, ed25519])
  })

  test('tells those of the last boot that it shows whole', () => {
    const later = lineOf(someKey())
    expect(learnFromConsole(`${boot([ed25519])}\n${boot([later])}`)).toEqual([later])
    expect(learnFromConsole(`${boot([ed25519])}\n-----BEGIN SSH HOST KEY KEYS-----\n${later}`)).toEqual([ed25519])
  })

  test('tells nothing where there is nothing', () => {
    expect(learnFromConsole('')).toEqual([])
    expect(learnFromConsole(`${ed25519} root@ip`)).toEqual([])
  })

  test('tells fingerprints where it has nothing more, and they are known by them', async () => {
    const key = someKey()
    const keys = hostKeysIn(join(await scratch(), 'keys.json'))
    await keys.check(bastion('i-9'), key)
    const print = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
    const learned = learnFromConsole(
      `-----BEGIN SSH HOST KEY FINGERPRINTS-----\n256 ${print} root@ip (ED25519)\n-----END SSH HOST KEY FINGERPRINTS-----`,
    )
    expect(learned).toEqual([print])
    await keys.learn(bastion('i-1'), learned)
    expect(await keys.check(bastion('i-1'), key)).toBe('known')
    expect(await keys.check(bastion('i-1'), someKey())).toBe('changed')
  })
})

test('an ephemeral key is what OpenSSH takes for one, each another', () => {
  const lines = Array.from({ length: 50 }, () => new EphemeralKey().publicLine)
  expect(new Set(lines).size).toBe(50)
  for (const line of lines) expect(line).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/)
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusFile, corpusText, expectTellable } from '../support/hostile.ts'
import { failing } from './support/failing.ts'
import { openStack, type Stack } from './support/stack.ts'

describe('hostile input, to the real binary', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
    const path = (name: string) => join(stack.dir, name)
    execFileSync('mkfifo', [path('pipe')])
    writeFileSync(path('film.yaml'), Buffer.alloc(10 * 1024 * 1024, '#'))
    mkdirSync(path('folder'))
    symlinkSync('/dev/zero', path('device'))
  })
  afterAll(() => stack?.close())

  it.each<[string, readonly string[], string, RegExp]>([
    ['a pipe that nobody writes into', ['-c', 'pipe'], 'InvalidConfig', /pipe that nothing comes out of/],
    ['10 MB of config', ['-c', 'film.yaml'], 'InvalidConfig', /larger than 128 KiB/],
    ['a device for a plan', ['--plan', 'device'], 'NoPlan', /is not a file/],
    ['a secret in a flag', ['--endpoint-url', 'ftp://me:hunter2@x'], 'Usage', /\(not shown\)@x/],
  ])('%s: exit 2, in time, without a call', async (_, args, code, says) => {
    const document = await failing(stack, ['up', '--yes', ...args], 2)
    expect([document.code, document.message]).toEqual([code, expect.stringMatching(says)])
    expect(stack.account.proxy.calls).toEqual([])
  })

  it.each(['terminal', 'secret-fields'])('a config with %s is told in words that do no harm', async (name) => {
    const { code, stdout, stderr } = await stack.run(['status', '-c', corpusFile('config', `${name}.yaml`)])
    expect([code, stdout]).toEqual([2, ''])
    expectTellable(stderr)
    expect(stderr).toContain('is not a field')
  })

  it('writes to no folder, and to no pipe that nobody reads from', async () => {
    for (const [command, out, says] of [
      ['policy', 'folder', 'it is a directory'],
      ['diagram', 'pipe', 'a pipe that nobody reads from'],
    ] as const) {
      const { code, message } = await failing(stack, [command, '--out', out], 2)
      expect([code, message]).toEqual(['NotWritten', expect.stringContaining(says)])
    }
    expect(readdirSync(stack.dir).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('tells of a hostile manifest without obeying it, in text and in documents', async () => {
    const { s3 } = stack.raw
    const Bucket = `ecom-infra-state-${stack.account.id}-us-east-1`
    await s3.createBucket({ Bucket })
    const Key = `${stack.id}/manifest.json`
    const body = corpusText('manifest', 'ok-strange-names.manifest')
      .replace('"123456789012"', JSON.stringify(stack.account.id))
      .replace('"eu-west-1"', '"us-east-1"')
    await s3.putObject({ Bucket, Key, Body: body })
    const told = await stack.run(['state', 'list'])
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('vpc\ufffd\ufffd31m') })
    expectTellable(told.stdout + told.stderr)
    const shown = await stack.run(['state', 'show', 'ec2:vpc/\u001b[2J', '--json'])
    expectTellable(shown.stdout + shown.stderr)
    expect(shown.json()).toMatchObject({ id: 'vpc\u0007\u009b31m' })
    expect((await stack.run(['state', 'pull'])).stdout).toBe(body)
    await s3.putObject({ Bucket, Key, Body: `{"schema":"${'x'.repeat(4 * 1024 * 1024)}"}` })
    const refused = await stack.run(['state', 'list', '--json'])
    expect([refused.code, refused.json()]).toEqual([1, expect.objectContaining({ code: 'ManifestDamaged' })])
    expect(refused.stdout).toContain('is larger than 4 MiB')
  })
})

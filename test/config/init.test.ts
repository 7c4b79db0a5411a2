import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import Init from '../../src/commands/init.ts'
import { loadConfig } from '../../src/config/load.ts'
import { saveConfig } from '../../src/config/save.ts'
import { Problem } from '../../src/engine/errors.ts'

const ROOT = join(import.meta.dirname, '../..')
let dir: string
let out: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ecom-infra-init-'))
  out = join(dir, 'ecom-infra.yaml')
  vi.spyOn(Init.prototype, 'log').mockReturnValue()
  vi.stubEnv('AWS_REGION', 'eu-west-1')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

/** The command itself, as oclif runs it, without the layer that prints errors. */
async function init(...argv: string[]): Promise<unknown> {
  return new Init([...argv, '--out', out], await Config.load(ROOT)).run()
}

async function refusal(...argv: string[]): Promise<Problem> {
  const error = await init(...argv).catch((thrown: unknown) => thrown)
  if (error instanceof Problem) return error
  throw error
}

const FOUR = ['--blueprint', 'ecommerce', '--name', 'shop', '--environment', 'dev', '--region', 'us-east-1']

describe('init', () => {
  test('--defaults asks nothing, and flags come first', async () => {
    const document = await init('--defaults', '--name', 'store')
    expect(loadConfig(out).config).toMatchObject({
      blueprint: 'ecommerce',
      name: 'store',
      environment: 'dev',
      region: 'eu-west-1',
    })
    expect(document).toMatchObject({
      schema: 'ecom-infra/init/1',
      stack: 'store-dev',
      file: out,
      config: { name: 'store' },
    })
  })

  test('without a person to agree no address is looked up, nobody is let in, and that is said', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('nobody asked for this'))
    for (const flag of ['--defaults', '--no-input']) {
      await init(flag, ...FOUR)
      expect(loadConfig(out).config.access.sshCidrs).toEqual([])
      rmSync(out)
    }
    expect(fetched).not.toHaveBeenCalled()
    expect(vi.mocked(Init.prototype.log).mock.calls.map(([line]) => line)).toContain(
      'Nobody may SSH yet: access.sshCidrs says who may, for example [203.0.113.7/32].',
    )
  })

  test('with all answers given nobody need be there', async () => {
    await init('--no-input', ...FOUR)
    expect(loadConfig(out).config.region).toBe('us-east-1')
  })

  test('a missing answer is refused by name, and nothing is written', async () => {
    expect(await refusal('--no-input', '--name', 'shop')).toMatchObject({
      code: 'MissingAnswer',
      exit: 2,
      message: 'Nobody can be asked here, and these are missing: blueprint, environment, region.',
    })
    expect(existsSync(out)).toBe(false)
  })

  test.each([['--no-input'], ['--defaults']])('a wrong flag is refused with %s', async (flag) => {
    expect(await refusal(flag, '--name', 'Shop')).toMatchObject({ code: 'InvalidConfig', exit: 2 })
    expect(existsSync(out)).toBe(false)
  })

  test('a shell with a region that is none is not quietly given another', async () => {
    vi.stubEnv('AWS_REGION', 'mars')
    expect((await refusal('--defaults')).message).toContain('AWS_REGION  region  "mars"  is unknown')
  })

  test('an existing file is never overwritten without asking', async () => {
    writeFileSync(out, 'mine')
    expect(await refusal('--defaults')).toMatchObject({
      code: 'FileExists',
      exit: 2,
      message: `${out} is there already, and is not overwritten without asking.`,
      details: { hint: 'Give another place with --out FILE, or remove the file first.' },
    })
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  test('a link that leads nowhere is not written through', async () => {
    symlinkSync(join(dir, 'elsewhere'), out)
    expect(await refusal('--defaults')).toMatchObject({ code: 'FileExists' })
    expect(existsSync(join(dir, 'elsewhere'))).toBe(false)
  })

  test('a directory that does not exist is told', async () => {
    out = join(dir, 'no', 'x.yaml')
    expect(await refusal('--defaults')).toMatchObject({
      code: 'NotWritten',
      exit: 2,
      message: `${out} cannot be written: its directory does not exist.`,
    })
  })

  test('its help has examples that work as they stand', () => {
    expect(Init.examples.length).toBeGreaterThanOrEqual(2)
  })
})

describe('saving', () => {
  test('a file that has appeared in the meantime is left alone', () => {
    writeFileSync(out, 'theirs')
    expect(() => saveConfig(out, 'ours', { overwrite: false })).toThrow(
      `${out} cannot be written: it is there already.`,
    )
    expect(readFileSync(out, 'utf8')).toBe('theirs')
  })

  test('overwriting replaces the whole file, and a failure leaves nothing beside it', () => {
    writeFileSync(out, 'old')
    saveConfig(out, 'new', { overwrite: true })
    expect(readFileSync(out, 'utf8')).toBe('new')
    const taken = join(dir, 'taken')
    mkdirSync(taken)
    expect(() => saveConfig(taken, 'new', { overwrite: true })).toThrow(
      `${taken} cannot be written: it is a directory.`,
    )
    expect(existsSync(`${taken}.${process.pid}.tmp`)).toBe(false)
  })
})

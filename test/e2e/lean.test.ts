import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PRELOAD, peakOf } from '../../scripts/bench-peak.ts'
import { type Account, freshAccount } from '../support/emulator.ts'
import { NOTE_LOADED } from '../support/loaded.ts'
import { runCli } from '../support/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-lean-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The packages that a command has loaded. */
async function packagesOf(args: readonly string[]): Promise<readonly string[]> {
  const file = join(folder, 'loaded')
  const env = { NODE_OPTIONS: NOTE_LOADED, LOADED_FILE: file, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  await runCli(args, { cwd: folder, env })
  const names = readFileSync(file, 'utf8').matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)(?!.*\/node_modules\/)/g)
  return [...new Set([...names].map(([, name = '']) => name))]
}

describe('starting', () => {
  const heavy = /^(@aws-sdk|@smithy|@inquirer)\/|^(zod|yaml|listr2)$/

  it('tells its version without loading anything', async () => {
    expect(await packagesOf(['--version'])).toEqual([])
  })

  it.each(['--help', 'up --help', 'state --help'])('helps without what the work needs: %s', async (args) => {
    const packages = await packagesOf(args.split(' '))
    expect(packages).toContain('@oclif/core')
    expect(packages.filter((name) => heavy.test(name))).toEqual([])
  })

  it('sees what is loaded for work', async () => {
    writeFileSync(
      join(folder, 'ecom-infra.yaml'),
      'name: lean\nenvironment: ci\nregion: us-east-1\nblueprint: ecommerce\n',
    )
    const packages = await packagesOf(['status'])
    expect(packages).toEqual(expect.arrayContaining(['@aws-sdk/client-sts', 'yaml', 'zod']))
  })
})

describe('working', () => {
  let account: Account
  beforeAll(async () => {
    account = await freshAccount()
  })
  afterAll(() => account.close())

  it.each(['up --yes', 'status', 'down --yes --delete-data'])('%s takes less than 250 MB', async (args) => {
    writeFileSync(
      join(folder, 'ecom-infra.yaml'),
      `name: m-${account.id}\nenvironment: ci\nregion: us-east-1\nblueprint: ecommerce\n`,
    )
    const file = join(folder, 'peak')
    const env = { ...account.env, NODE_OPTIONS: `--import=${PRELOAD}`, BENCH_PEAK_FILE: file }
    expect(await runCli(args.split(' '), { cwd: folder, env })).toMatchObject({ code: 0 })
    expect(peakOf(file)).toBeGreaterThan(50)
    expect(peakOf(file)).toBeLessThan(250)
  })
})

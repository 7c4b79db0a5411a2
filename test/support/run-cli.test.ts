import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from './run-cli.ts'

const code = `
process.on('SIGINT', () => { console.log('interrupted'); process.exit(130) })
const [what] = process.argv.slice(2)
if (what === 'env') console.log(JSON.stringify(process.env))
if (what === 'fail') { console.error('why'); process.exitCode = 2 }
if (what === 'echo') process.stdin.pipe(process.stdout)
if (what === 'wait') { console.error('ready'); setInterval(() => {}, 1000) }
`

describe('running the binary', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ecom-infra-cli-'))
  const program = join(directory, 'program.mjs')
  beforeAll(() => writeFileSync(program, code))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('keeps the real AWS away from it', async () => {
    process.env.AWS_PROFILE = 'production'
    const result = await runCli(['env'], { program, env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', CI: undefined } })
    delete process.env.AWS_PROFILE
    const env = result.json<Record<string, string>>()
    expect(env).toMatchObject({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'testing',
      ECOM_INFRA_PACE: '0.02',
      NO_COLOR: '1',
    })
    expect([env.AWS_PROFILE, env.CI]).toEqual([undefined, undefined])
  })

  it('tells how it ended, and what it said', async () => {
    expect(await runCli(['fail'], { program })).toMatchObject({
      code: 2,
      signal: null,
      stdout: '',
      stderr: 'why\n',
      timedOut: false,
    })
    expect((await runCli(['echo'], { program, input: 'hello' })).stdout).toBe('hello')
    const noJson = await runCli(['fail'], { program })
    expect(() => noJson.json()).toThrow('not one JSON document')
  })

  it('can be interrupted, waited for, and given up', async () => {
    const run = startCli(['wait'], { program })
    await run.said(/ready/)
    run.kill('SIGINT')
    expect(await run.result).toMatchObject({ code: 130, stdout: 'interrupted\n' })
    expect(await runCli(['wait'], { program, timeoutMs: 300 })).toMatchObject({
      code: null,
      signal: 'SIGKILL',
      timedOut: true,
    })
    const ended = startCli(['fail'], { program })
    await expect(ended.said(/never/)).rejects.toThrow('it ended without saying')
    await expect(ended.said(/never/)).rejects.toThrow('it ended without saying')
    await ended.said(/why/)
  })
})

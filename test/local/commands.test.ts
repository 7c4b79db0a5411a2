import { fileURLToPath } from 'node:url'
import { type Command, Config } from '@oclif/core'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import LocalReset from '../../src/commands/local/reset.ts'
import LocalStart from '../../src/commands/local/start.ts'
import LocalStatus from '../../src/commands/local/status.ts'
import LocalStop from '../../src/commands/local/stop.ts'
import { useStateHome } from './state-home.ts'

describe('ecom-infra local', () => {
  useStateHome()
  let config: Config
  let stdout: string

  beforeAll(async () => {
    config = await Config.load(fileURLToPath(new URL('../..', import.meta.url)))
  })
  beforeEach(() => {
    stdout = ''
    vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
      stdout += `${words.join(' ')}\n`
    })
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const take = (chunk: unknown): boolean => {
      stdout += String(chunk)
      return true
    }
    vi.spyOn(process.stdout, 'write').mockImplementation(take)
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  })
  afterEach(() => vi.restoreAllMocks())

  async function run(command: new (argv: string[], config: Config) => Command, ...argv: string[]): Promise<string> {
    stdout = ''
    await (command as unknown as { run(argv: string[], config: Config): Promise<unknown> }).run(argv, config)
    return stdout
  }

  it('start, status, reset and stop write one document each with --json', async () => {
    const nothing = { schema: 'ecom-infra/local/1', running: false, url: null, port: null, pid: null }
    expect(JSON.parse(await run(LocalStatus, '--json'))).toEqual(nothing)
    const started = JSON.parse(await run(LocalStart, '--json'))
    expect(started).toEqual({
      schema: 'ecom-infra/local/1',
      running: true,
      url: `http://127.0.0.1:${started.port}`,
      port: expect.any(Number),
      pid: expect.any(Number),
    })
    expect(JSON.parse(await run(LocalStatus, '--json'))).toMatchObject(started)
    expect(JSON.parse(await run(LocalReset, '--json'))).toEqual(started)
    expect(JSON.parse(await run(LocalStop, '--json'))).toEqual({ ...nothing, stopped: true })
  })

  it('say the same in words, and refuse a reset of what does not run', async () => {
    expect(await run(LocalStatus)).toBe('The local AWS does not run.\n')
    expect(await run(LocalStop)).toBe('The local AWS did not run.\n')
    expect(JSON.parse(await run(LocalReset, '--json'))).toMatchObject({ code: 'LocalNotRunning' })
    expect(process.exitCode).toBe(1)
    expect(JSON.parse(await run(LocalStart, '--json', '--port', '70000')).message).toContain('70000')
    expect(process.exitCode).toBe(2)
    process.exitCode = 0
    expect(await run(LocalStart)).toMatch(/^The local AWS runs at http:\/\/127\.0\.0\.1:\d+ \(process \d+\)\.\n$/)
    expect(await run(LocalStart)).toMatch(/^The local AWS already runs at /)
    expect(await run(LocalStatus)).toMatch(/moto 5\.\d/)
    expect(await run(LocalStop)).toBe('The local AWS has ended.\n')
  })

  it('each has a summary, a description and two examples', () => {
    for (const command of [LocalStart, LocalStop, LocalStatus, LocalReset]) {
      expect(command.summary.length).toBeGreaterThan(10)
      expect(command.description.length).toBeGreaterThan(10)
      expect(command.examples.length).toBeGreaterThanOrEqual(2)
    }
  })
})

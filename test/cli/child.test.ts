import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runChild } from '../../src/cli/child.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

describe('a command at our place', () => {
  it('is handed each signal, from before anybody else stops hearing them until it has ended', async () => {
    const before = SIGNALS.map((signal) => process.listenerCount(signal))
    const lost = new AbortController()
    let meanwhile: readonly number[] = []
    const deafen = () => {
      meanwhile = SIGNALS.map((signal) => process.listenerCount(signal))
    }
    expect(await runChild(['sh', '-c', 'exit 7'], { env: {}, lost: lost.signal, deafen })).toBe(7)
    // There is no moment in which a signal would end this process, and leave the command behind.
    expect(meanwhile).toEqual(before.map((count) => count + 1))
    expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(before)
  })

  it('does not outlive us, however we end', async () => {
    const module = new URL('../../src/cli/child.ts', import.meta.url).href
    const script = `import { runChild } from '${module}'
      void runChild(['sh', '-c', 'echo begun; exec sleep 60'], {
        env: {}, lost: new AbortController().signal, deafen: () => undefined })
      setTimeout(() => { throw new Error('a mistake of ours') }, 500)`
    // Whoever is left behind would keep standard output open.
    const { status, stdout, error } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...{ encoding: 'utf8', timeout: 10_000 },
    })
    expect({ status, stdout, error }).toEqual({ status: 1, stdout: 'begun\n' })
  })

  it('is ended when the way to the database is lost for good', async () => {
    const lost = new AbortController()
    const code = runChild(['sleep', '60'], { env: {}, lost: lost.signal, deafen: () => undefined })
    lost.abort()
    expect(await code).toBe(143)
  })
})

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

  it('is ended when the way to the database is lost for good', async () => {
    const lost = new AbortController()
    const code = runChild(['sleep', '60'], { env: {}, lost: lost.signal, deafen: () => undefined })
    lost.abort()
    expect(await code).toBe(143)
  })
})

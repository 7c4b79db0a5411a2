import { spawnSync } from 'node:child_process'
import { inspect } from 'node:util'
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

  it.each([
    ['by a mistake', "setTimeout(() => { throw new Error('a mistake of ours') }, 500)"],
    // As `bin/run.js` does when the process in front of it is gone.
    [
      'because nobody stands in front of us any more',
      "process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); setTimeout(() => process.emit('disconnect'), 500)",
    ],
  ])('does not outlive us, however we end: %s', (_, end) => {
    const module = new URL('../../src/cli/child.ts', import.meta.url).href
    const script = `import { runChild } from '${module}'
      ${end}
      void runChild(['sh', '-c', 'echo begun; exec sleep 60'], {
        env: {}, lost: new AbortController().signal, deafen: () => undefined })`
    // Whoever is left behind would keep standard output open.
    const { status, stdout, error } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...{ encoding: 'utf8', timeout: 10_000 },
    })
    expect({ status, stdout, error }).toEqual({ status: 1, stdout: 'begun\n' })
  })

  it('that cannot even be begun is refused without a word of its environment, and its signals are let go', async () => {
    const before = SIGNALS.map((signal) => process.listenerCount(signal))
    const env = { PGPASSWORD: 's3cret\0TAIL' }
    const begun = runChild(['true'], { env, lost: new AbortController().signal, deafen: () => undefined })
    const error = await begun.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'CannotRun', exit: 2 })
    expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|TAIL/)
    expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(before)
  })

  it('is ended when the way to the database is lost for good', async () => {
    const lost = new AbortController()
    const code = runChild(['sleep', '60'], { env: {}, lost: lost.signal, deafen: () => undefined })
    lost.abort()
    expect(await code).toBe(143)
  })
})

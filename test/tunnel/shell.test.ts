import { PassThrough } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { openShell } from '../../src/tunnel/shell.ts'
import { open, sharedSshd } from './ground.ts'

/** A terminal as far as the shell asks for one. */
function terminal() {
  const setRawMode = vi.fn()
  const stdin = Object.assign(new PassThrough(), { isTTY: true, isRaw: false, setRawMode })
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 91, rows: 17 })
  let text = ''
  stdout.on('data', (data) => {
    text += data
  })
  const shows = (words: RegExp) => vi.waitFor(() => expect(text).toMatch(words), { timeout: 10_000, interval: 20 })
  return { stdin, stdout, setRawMode, shows }
}

describe('a shell on the bastion', () => {
  const theSshd = sharedSshd()
  const shell = async (context: Parameters<typeof theSshd>[0]) => {
    const [{ tunnel }, at] = [await open(await theSshd(context)), terminal()]
    const abort = new AbortController()
    const connection = await tunnel.connection()
    const { stdin, stdout } = at
    const code = openShell(connection, { stdin, stdout, stderr: new PassThrough(), signal: abort.signal })
    code.catch(() => undefined)
    return { ...at, abort, code, tunnel }
  }

  test('has a terminal of our size, follows it, and hands on its exit code', async (context) => {
    const { stdin, stdout, setRawMode, code, shows } = await shell(context)
    // Only what the shell answers has the sum in it.
    stdin.write('echo size $(stty size) $((40 + 2))\n')
    await shows(/size 17 91 42/)
    expect(setRawMode.mock.calls).toEqual([[true]])

    Object.assign(stdout, { columns: 120, rows: 50 })
    stdout.emit('resize')
    stdin.write('echo size $(stty size) $((40 + 3)); exit 7\n')
    await shows(/size 50 120 43/)
    expect(await code).toBe(7)
    expect(setRawMode.mock.calls).toEqual([[true], [false]])
    expect(stdout.listenerCount('resize')).toBe(0)
  })

  test('hands on the signal that has ended it', async (context) => {
    const { stdin, code } = await shell(context)
    stdin.write('kill -9 $$\n')
    expect(await code).toBe(137)
  })

  test('gives the terminal back when it is told to end', async (context) => {
    const { stdin, setRawMode, code, shows, abort } = await shell(context)
    stdin.write('echo $((40 + 2))\n')
    await shows(/42/)
    abort.abort(new Error('enough'))
    await expect(code).rejects.toThrow('enough')
    expect(setRawMode).toHaveBeenLastCalledWith(false)
  })

  test('gives the terminal back when the connection is lost', async (context) => {
    const { stdin, setRawMode, code, shows } = await shell(context)
    stdin.write('echo $((40 + 2))\n')
    await shows(/42/)
    ;(await theSshd(context)).killSessions()
    await expect(code).rejects.toMatchObject({ code: 'ShellLost' })
    expect(setRawMode).toHaveBeenLastCalledWith(false)
  })
})

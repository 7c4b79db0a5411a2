import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'
import { KEY, pythonFor, Terminal, type TerminalOptions } from '../support/pty.ts'

let python: string
let account: Account
let folder: string
const open: Terminal[] = []

beforeEach(async (test) => {
  python = pythonFor(test)
  account = await freshAccount()
  folder = mkdtempSync(join(tmpdir(), 'ecom-infra-terminal-'))
})
afterEach(async () => {
  for (const terminal of open.splice(0)) await terminal.end()
  await account.close()
  rmSync(folder, { recursive: true, force: true })
})

function at(args: string, options: Partial<TerminalOptions> = {}): Terminal {
  const env = { ...account.env, ...options.env }
  const terminal = new Terminal(python, args.split(' '), { cwd: folder, ...options, env })
  open.push(terminal)
  return terminal
}

describe('the main job, at a terminal of 80 columns', () => {
  /** No line that was drawn for a moment is left, and none was broken by the edge of the screen. */
  function isClean(terminal: Terminal, end: RegExp): void {
    const { screen } = terminal
    expect(screen.text).toMatch(end)
    expect(screen.text).not.toMatch(/[⠁-⣿]/)
    expect(screen.text).not.toMatch(/^ {2}› /m)
    expect(screen.cursorVisible).toBe(true)
  }

  it('shows what is done and how long it takes; down wants the name', async () => {
    writeFileSync(
      join(folder, 'ecom-infra.yaml'),
      'name: kiosk\nenvironment: test\nregion: us-east-1\nblueprint: ecommerce\n',
    )
    account.proxy.setLatency(60)
    // One answer takes long enough for its seconds to be seen, on a machine of any speed.
    account.proxy.intercept(({ action }) => (action === 'CreateLoadBalancer' ? { pause: sleep(3_000) } : 'forward'))
    const up = at('up', { env: { NO_COLOR: '1', ECOM_INFRA_PACE: '0.1' } })
    await up.answer('Do this? (y/N)', `y${KEY.enter}`)
    expect(await up.ended()).toBe(0)
    const layers = ['Network', 'Security', 'Data', 'Compute', 'Edge', 'Watch']
    for (const layer of layers) expect(up.seen.join('\n')).toMatch(new RegExp(`[⠁-⣿] ${layer} +\\d+ of \\d+`))
    expect(up.seen.join('\n')).toMatch(/^ {2}[› ] \S+:\S+\/\S+ {2}\d+ s of ~\d/m)
    for (const layer of layers)
      expect(up.screen.text.match(new RegExp(`^✔ ${layer} +\\d+ done$`, 'gm'))).toHaveLength(1)
    const count = /Plan: (\d+) to create\./.exec(up.screen.text)?.[1]
    isClean(up, new RegExp(`✔ kiosk-test is up: ${count} created\\. `))
    expect(up.screen.styled).toBe(false)

    account.proxy.setLatency(0)
    account.proxy.intercept(null)
    const status = at('status')
    expect(await status.ended()).toBe(0)
    isClean(status, new RegExp(`✔ kiosk-test is in sync: ${count} in sync\\. `))
    expect(status.screen.styled).toBe(true)

    account.proxy.reset()
    const wrong = at('down')
    await wrong.answer('Type kiosk-test to delete all of it:', `kiosk${KEY.enter}`)
    expect(await wrong.ended()).toBe(5)
    expect(wrong.screen.text).toContain('That was not kiosk-test: nothing was changed.')
    expect(account.proxy.report().changes).toBe(0)

    // A signal from elsewhere: nobody has to answer any more.
    const killed = at('down')
    await killed.shows('Type kiosk-test to delete all of it:')
    killed.signal('SIGTERM')
    expect(await killed.ended()).toBe(143)
    expect([killed.screen.cursorVisible, account.proxy.report().changes]).toEqual([true, 0])

    const right = at('down')
    await right.answer('Type kiosk-test to delete all of it:', `kiosk-test${KEY.enter}`)
    expect(await right.ended()).toBe(0)
    isClean(right, /✔ Nothing is left of kiosk-test\.$/)
  })
})

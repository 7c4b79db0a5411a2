import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { type Account, freshAccount } from '../support/emulator.ts'
import { KEY, pythonFor, Terminal, type TerminalOptions } from '../support/pty.ts'

let python: string
let account: Account
let folder: string
const open: Terminal[] = []

beforeEach(async (test) => {
  python = pythonFor(test)
  account = await freshAccount()
  folder = join(mkdtempSync(join(tmpdir(), 'ecom-infra-wizard-')), 'Corner Shop')
  mkdirSync(folder)
})
afterEach(async () => {
  for (const terminal of open.splice(0)) await terminal.end()
  await account.close()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

function at(args: string, options: Partial<TerminalOptions> = {}): Terminal {
  const env = { ...account.env, ...options.env }
  const terminal = new Terminal(python, args.split(' '), { cwd: folder, ...options, env })
  open.push(terminal)
  return terminal
}

const config = () => join(folder, 'ecom-infra.yaml')

/** All four questions, with a wrong turn. */
async function answerAll(terminal: Terminal): Promise<void> {
  await terminal.answer('Blueprint: what to build', KEY.enter)
  await terminal.answer("Name: goes into every resource's name (corner-shop)", `Shop${KEY.enter}`)
  await terminal.answer(
    '"Shop" is not a valid name; allowed: 2-20 of a-z 0-9',
    `${KEY.backspace.repeat(4)}kiosk${KEY.enter}`,
  )
  await terminal.answer(/Environment: .* \(dev\)/, `test${KEY.enter}`)
  await terminal.answer('❯ us-east-1', KEY.down + KEY.enter)
}

const WRITTEN = { blueprint: 'ecommerce', name: 'kiosk', environment: 'test', region: 'us-east-2' }

describe('up without a config, at a terminal', () => {
  it('asks, corrects, writes the config, shows the plan; no means that nothing is made; then asks no more', async () => {
    const first = at('up')
    await answerAll(first)
    await first.answer('Do this? (y/N)', `n${KEY.enter}`)
    expect(await first.ended()).toBe(5)
    expect(loadConfig(config()).config).toMatchObject(WRITTEN)
    expect(first.screen.text).toContain('kiosk-test in us-east-2')
    expect(first.screen.text).toMatch(/\+ {3}ec2:vpc\/main/)
    expect(first.screen.text).toMatch(/Plan: \d+ to create\./)
    expect(first.screen.text).toMatch(/Nothing was changed\.$/)
    expect(account.proxy.report()).toMatchObject({ changes: 0, reads: expect.any(Number) })

    const second = at('up')
    await second.answer('Do this? (y/N)', KEY.ctrlC)
    expect(await second.ended()).toBe(130)
    expect(second.screen.text).not.toMatch(/Blueprint:|Name:|Wrote/)
    expect(account.proxy.report().changes).toBe(0)
  })

  it('Ctrl-C at a question ends it with 130, nothing written, AWS never called', async () => {
    const terminal = at('up')
    await terminal.answer('Blueprint: what to build', KEY.enter)
    await terminal.answer('Name:', KEY.ctrlC)
    expect(await terminal.ended()).toBe(130)
    expect(existsSync(config())).toBe(false)
    expect(terminal.screen.cursorVisible).toBe(true)
    expect(account.proxy.report().total).toBe(0)
  })

  it('asks nobody who has said --no-input', async () => {
    const terminal = at('up --no-input')
    expect(await terminal.ended()).toBe(2)
    expect(terminal.screen.text).toContain('There is no ecom-infra.yaml here or in any folder above.')
  })
})

describe('init, at a terminal', () => {
  it('asks, corrects, writes, and touches nothing in AWS; overwrites only after a yes', async () => {
    const first = at('init')
    await answerAll(first)
    expect(await first.ended()).toBe(0)
    expect(first.screen.text).toContain('Wrote ecom-infra.yaml: the stack kiosk-test in us-east-2.')
    expect(loadConfig(config()).config).toMatchObject(WRITTEN)

    const second = at('init --name other')
    await second.answer('(y/N)', KEY.enter)
    expect(await second.ended()).toBe(5)
    expect(loadConfig(config()).config).toMatchObject(WRITTEN)
    expect(account.proxy.report().total).toBe(0)
  })

  it('Ctrl-C at a question ends it with 130, and nothing is written', async () => {
    const terminal = at('init')
    await terminal.answer('Blueprint: what to build', KEY.ctrlC)
    expect(await terminal.ended()).toBe(130)
    expect(existsSync(config())).toBe(false)
  })

  it('is without colour under NO_COLOR, and with it else', async () => {
    const plain = at('init', { env: { NO_COLOR: '1' } })
    await plain.answer('Blueprint: what to build', KEY.ctrlC)
    await plain.ended()
    expect(plain.screen.styled).toBe(false)
    const coloured = at('init')
    await coloured.answer('Blueprint: what to build', KEY.ctrlC)
    await coloured.ended()
    expect(coloured.screen.styled).toBe(true)
  })
})

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
    writeFileSync(config(), 'name: kiosk\nenvironment: test\nregion: us-east-1\nblueprint: ecommerce\n')
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
    isClean(up, /✔ kiosk-test is up: 31 created\. /)
    expect(up.screen.styled).toBe(false)

    account.proxy.setLatency(0)
    account.proxy.intercept(null)
    const status = at('status')
    expect(await status.ended()).toBe(0)
    isClean(status, /✔ kiosk-test is in sync: 31 in sync\. /)
    expect(status.screen.styled).toBe(true)

    account.proxy.reset()
    const wrong = at('down')
    await wrong.answer('Type kiosk-test to delete all of it:', `kiosk${KEY.enter}`)
    expect(await wrong.ended()).toBe(5)
    expect(wrong.screen.text).toContain('That was not kiosk-test: nothing was changed.')
    expect(account.proxy.report().changes).toBe(0)

    const right = at('down')
    await right.answer('Type kiosk-test to delete all of it:', `kiosk-test${KEY.enter}`)
    expect(await right.ended()).toBe(0)
    isClean(right, /✔ Nothing is left of kiosk-test\.$/)
  })
})

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { QUESTIONS } from '../../src/config/wizard/questions.ts'
import { type Account, freshAccount } from '../support/emulator.ts'
import { KEY, pythonFor, Terminal, type TerminalOptions } from '../support/pty.ts'

let python: string
let account: Account
let folder: string
/** Tells everybody his address. */
let page: Server
let answerPage: RequestListener
const open: Terminal[] = []

beforeEach(async (test) => {
  python = pythonFor(test)
  account = await freshAccount()
  folder = join(mkdtempSync(join(tmpdir(), 'ecom-infra-wizard-')), 'Corner Shop')
  mkdirSync(folder)
  answerPage = (_, response) => response.end('203.0.113.7\n')
  page = createServer((request, response) => answerPage(request, response))
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const terminal of open.splice(0)) await terminal.end()
  page.closeAllConnections()
  page.close()
  await account.close()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

function at(args: string, options: Partial<TerminalOptions> = {}): Terminal {
  const { port } = page.address() as AddressInfo
  const env = { ...account.env, ECOM_INFRA_CHECKIP: `http://127.0.0.1:${port}`, ...options.env }
  const terminal = new Terminal(python, args.split(' '), { cwd: folder, ...options, env })
  open.push(terminal)
  return terminal
}

const config = () => join(folder, 'ecom-infra.yaml')
const TITLES = QUESTIONS.map(({ title }) => title)
const REVIEW = '? Your answers: Enter writes them down'

/** Enter at each question, up to this one. */
async function enterUpTo(terminal: Terminal, title?: string): Promise<void> {
  for (const one of TITLES.slice(0, title === undefined ? undefined : TITLES.indexOf(title)))
    await terminal.answer(`? ${one}: `, KEY.enter)
}

async function enterAll(terminal: Terminal): Promise<void> {
  await enterUpTo(terminal)
  await terminal.answer(REVIEW, KEY.enter)
}

/** To an entry of a list, and Enter. */
async function choose(terminal: Terminal, entry: string): Promise<void> {
  const pointed = () => /^❯ (.*)$/m.exec(terminal.screen.text.split('\n? ').at(-1) ?? '')?.[1] ?? ''
  while (!pointed().startsWith(entry)) {
    const before = pointed()
    terminal.type(KEY.down)
    await expect.poll(pointed, { interval: 5 }).not.toBe(before)
  }
  terminal.type(KEY.enter)
}

const DEFAULT = { blueprint: 'ecommerce', name: 'corner-shop', environment: 'dev', region: 'us-east-1' }

describe('init, at a terminal', () => {
  it('Enter all the way gives a good stack, asks AWS nothing, and is asked once', async () => {
    const first = at('init')
    await enterAll(first)
    expect(await first.ended()).toBe(0)
    expect(first.screen.text).toContain('Wrote ecom-infra.yaml: the stack corner-shop-dev in us-east-1.')
    expect(loadConfig(config()).config).toMatchObject({
      ...DEFAULT,
      network: { cidr: '10.20.0.0/16', availabilityZones: 2, nat: 'single' },
      access: { sshCidrs: ['203.0.113.7/32'], allowWorldSsh: false },
      web: { instanceType: 't3.micro', minSize: 1, maxSize: 2 },
      database: { instanceClass: 'db.t3.micro', storageGb: 20 },
      monitoring: { alarmEmail: null },
    })
    expect(account.proxy.report().total).toBe(0)

    const second = at('init --name other')
    await second.answer('(y/N)', KEY.enter)
    expect(await second.ended()).toBe(5)
    expect(loadConfig(config()).config).toMatchObject(DEFAULT)
  })

  const WRONG: readonly (readonly [string, string, string, string])[] = [
    ['Name', 'Shop', '"Shop" is not a valid name; allowed: 2-20 of a-z 0-9', 'kiosk'],
    ['Environment', 'pre-prod', '"pre-prod" is not a valid environment; allowed: 2-10 of a-z 0-9', 'prod'],
    ['Network range', '10.0.0.0/8', '"10.0.0.0/8" is a /8; allowed: an IPv4 network from /16 to /24', '10.9.0.0/16'],
    ['Zones', '9', '9 is more than 4; allowed: 2 to 4', '3'],
    ['SSH', '203.0.113.9', '"203.0.113.9" has no prefix length; one address is 203.0.113.9/32', '203.0.113.9/32'],
    ['Web servers', 'm7i', '"m7i" is not an instance type; allowed: a type of EC2 instance', 'm7i.large'],
    ['Fewest servers', 'two', '"two" is text, not a whole number; allowed: 1 to 100', '2'],
    ['Most servers', '1', '1 is less than "Fewest servers", 2; allowed: 2 to 100', '4'],
    ['Database', 't3.micro', '"t3.micro" is not a database instance class; allowed: a class of RDS', 'db.m7g.large'],
    ['Storage', '19', '19 is less than 20; allowed: 20 to 65536', '50'],
    ['Alarm e-mail', 'ops@', '"ops@" is not an e-mail address; allowed: none, or one', 'ops@example.com'],
  ]

  it('tells what is wrong with each answer, in a narrow terminal too, and lets it be put right', async () => {
    answerPage = (_, response) => response.writeHead(502).end('203.0.113.7')
    const terminal = at('init', { columns: 50 })
    const words = () => terminal.screen.text.replaceAll(/\s+/g, ' ')
    for (const title of TITLES) {
      await terminal.shows(`? ${title}: `)
      const [, wrong, complaint, right] = WRONG.find(([one]) => one === title) ?? []
      if (wrong === undefined || complaint === undefined) {
        terminal.type(KEY.enter)
        continue
      }
      if (['SSH', 'Web servers', 'Database'].includes(title)) {
        await choose(terminal, 'another')
        await terminal.shows(/^✔ .*: another.*\n\? /m)
      }
      terminal.type(`${wrong}${KEY.enter}`)
      await expect.poll(words, { timeout: 10_000, interval: 10 }).toContain(complaint)
      terminal.type(`${KEY.backspace.repeat(wrong.length)}${right}${KEY.enter}`)
    }
    await terminal.answer('? Your answers: ', KEY.enter)
    expect(await terminal.ended()).toBe(0)
    expect(words()).toContain('Your public address could not be found: nobody may SSH until you set access.sshCidrs.')
    expect(terminal.seen.join('\n')).not.toContain('only from here')
    expect(loadConfig(config()).config).toMatchObject({
      ...{ name: 'kiosk', environment: 'prod' },
      network: { cidr: '10.9.0.0/16', availabilityZones: 3 },
      access: { sshCidrs: ['203.0.113.9/32'] },
      web: { instanceType: 'm7i.large', minSize: 2, maxSize: 4 },
      database: { instanceClass: 'db.m7g.large', storageGb: 50 },
      monitoring: { alarmEmail: 'ops@example.com' },
    })
  })

  it('shows all answers before it writes, and lets any be changed; a document stays the only thing on stdout', async () => {
    const terminal = at('init --json', { columns: 100 })
    await enterUpTo(terminal)
    await terminal.shows(REVIEW)
    for (const title of TITLES) expect(terminal.screen.text).toMatch(new RegExp(`^ {2}${title} +\\S`, 'm'))
    await choose(terminal, 'Fewest')
    await terminal.answer('? Fewest servers: never fewer than this (1)', `7${KEY.enter}`)
    await terminal.shows(/^❯ Most servers +2: is less than "Fewest servers", 7$/m)
    expect(existsSync(config())).toBe(false)
    await terminal.answer('(one answer is still wrong)', KEY.enter)
    await terminal.answer('? Most servers: ', KEY.enter)
    await terminal.answer(REVIEW, KEY.enter)
    expect(await terminal.ended()).toBe(0)
    expect(loadConfig(config()).config.web).toMatchObject({ minSize: 7, maxSize: 7 })
    const document = terminal.screen.text.slice(terminal.screen.text.indexOf('\n{'))
    expect(JSON.parse(document)).toMatchObject({ schema: 'ecom-infra/init/1', config: { web: { minSize: 7 } } })
  })
})

describe('Ctrl-C ends it with 130, and nothing is written', () => {
  async function leaves(terminal: Terminal): Promise<void> {
    expect(await terminal.ended()).toBe(130)
    expect(terminal.screen.text).toMatch(/Interrupted by SIGINT\. Nothing was changed\.$/)
    expect(existsSync(config())).toBe(false)
    expect(terminal.screen.cursorVisible).toBe(true)
    expect(account.proxy.report().total).toBe(0)
  }

  type Leaving = (terminal: Terminal) => Promise<void>
  const LEAVING: readonly Leaving[] = [
    ...TITLES.map(
      (title): Leaving =>
        async (terminal) => {
          await enterUpTo(terminal, title)
          await terminal.answer(`? ${title}: `, KEY.ctrlC)
        },
    ),
    // What is typed instead of a choice.
    async (terminal) => {
      await enterUpTo(terminal, 'SSH')
      await terminal.shows('? SSH: ')
      await choose(terminal, 'another network')
      await terminal.answer('? SSH: IPv4 networks', KEY.ctrlC)
    },
    async (terminal) => {
      await enterUpTo(terminal)
      await terminal.answer(REVIEW, KEY.ctrlC)
    },
    async (terminal) => {
      await enterUpTo(terminal)
      await terminal.shows(REVIEW)
      await choose(terminal, 'Name')
      await terminal.answer("? Name: goes into every resource's name", KEY.ctrlC)
    },
  ]

  it('at each question and at the list of answers, under init and under up, in colour and without', async () => {
    const left = [...LEAVING.entries()]
    const somebody = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [index, leaving] = next
        const plain = index % 4 > 1
        const terminal = at(index % 2 ? 'up' : 'init', plain ? { env: { NO_COLOR: '1' } } : {})
        await leaving(terminal)
        await leaves(terminal)
        expect(terminal.screen.styled).toBe(!plain)
      }
    }
    await Promise.all([somebody(), somebody(), somebody(), somebody()])
  })

  it('and a signal from elsewhere ends it, too, with a cursor to type at', async () => {
    for (const [args, signal, code] of [
      ['init', 'SIGTERM', 143],
      ['up', 'SIGINT', 130],
    ] as const) {
      const terminal = at(args)
      await enterUpTo(terminal, 'Zones')
      await terminal.shows('? Zones: ')
      terminal.signal(signal)
      expect(await terminal.ended()).toBe(code)
      expect([existsSync(config()), terminal.screen.cursorVisible]).toEqual([false, true])
    }
  })

  it('while the own address is looked up', async () => {
    answerPage = () => undefined
    const terminal = at('init')
    await enterUpTo(terminal, 'SSH')
    await terminal.shows('✔ NAT: single')
    await sleep(100)
    terminal.type(KEY.ctrlC)
    await leaves(terminal)
    expect(terminal.screen.text).not.toContain('SSH')
  })
})

describe('up without a config, at a terminal', () => {
  it('asks, writes the config, shows the plan; no means that nothing is made; then asks no more', async () => {
    const first = at('up')
    await enterUpTo(first, 'Name')
    await first.answer('? Name: ', `kiosk${KEY.enter}`)
    await first.answer('? Environment: ', KEY.enter)
    await first.answer('❯ us-east-1', KEY.down + KEY.enter)
    for (const title of TITLES.slice(4)) await first.answer(`? ${title}: `, KEY.enter)
    await first.answer(REVIEW, KEY.enter)
    await first.answer('Do this? (y/N)', `n${KEY.enter}`)
    expect(await first.ended()).toBe(5)
    expect(loadConfig(config()).config).toMatchObject({ ...DEFAULT, name: 'kiosk', region: 'us-east-2' })
    expect(first.screen.text).toContain('kiosk-dev in us-east-2')
    expect(first.screen.text).toMatch(/\+ {3}ec2:vpc\/main/)
    expect(first.screen.text).toMatch(/Plan: \d+ to create\./)
    expect(first.screen.text).toMatch(/Nothing was changed\.$/)
    expect(account.proxy.report()).toMatchObject({ changes: 0, reads: expect.any(Number) })

    const second = at('up')
    await second.answer('Do this? (y/N)', KEY.ctrlC)
    expect(await second.ended()).toBe(130)
    expect(second.screen.text).toMatch(/Interrupted by SIGINT\. Nothing was changed\.$/)
    expect(second.screen.text).not.toMatch(/Blueprint:|Name:|Wrote/)
    const third = at('up')
    await third.shows('Do this? (y/N)')
    third.signal('SIGINT')
    expect(await third.ended()).toBe(130)
    expect(account.proxy.report().changes).toBe(0)
  })

  it('asks nobody who has said --no-input', async () => {
    const terminal = at('up --no-input')
    expect(await terminal.ended()).toBe(2)
    expect(terminal.screen.text).toContain('There is no ecom-infra.yaml here or in any folder above.')
  })
})

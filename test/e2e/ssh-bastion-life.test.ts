import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EphemeralKey } from '../../src/tunnel/ephemeral-key.ts'
import { KEY, pythonFor, Terminal } from '../support/pty.ts'
import { expired, refusal } from '../support/refusal.ts'
import { freePort } from '../support/tethered.ts'
import { shared } from '../tunnel/ground.ts'
import { type Ground, listens, openGround } from './support/tunnel-ground.ts'

const open = shared(openGround)
const run = promisify(execFile)

type Test = Parameters<typeof open>[0]

/** Asks the database through a tunnel that stands, as any program would. */
const ask = ({ password, postgres }: Ground, port: number, sql: string) =>
  run('psql', ['-X', '-At', '-c', sql], {
    env: {
      ...{ ...process.env, ...postgres.environment(port), PGHOST: postgres.endpoint, PGPASSWORD: password },
      ...{ PGUSER: 'shopadmin', PGDATABASE: 'shop' },
    },
  })

/** A tunnel that stays. It is killed with the test, should that not have ended it. */
async function stay(ground: Ground, env: Readonly<Record<string, string | undefined>> = {}) {
  const under = ground.start(['--json', '--verbose'], { env })
  onTestFinished(() => under.kill('SIGKILL'))
  await under.said(/connectionString.*\n/)
  const { port } = JSON.parse(under.heard()) as { readonly port: number }
  return { under, port }
}

/** With another port of this machine for the one or the other. */
const elsewhere = ({ stack, there, env }: Ground, flag: '--bastion' | '--database', port: number, ...args: string[]) =>
  stack.start(['ssh-bastion', ...there.with(there.indexOf(flag) + 1, `127.0.0.1:${port}`), ...args], { env })

describe('a shell at a terminal', () => {
  const shell = async (test: Test) => {
    const ground = await open(test)
    const terminal = new Terminal(pythonFor(test), ['ssh-bastion', ...ground.there, '--shell'], {
      ...{ cwd: ground.stack.dir, columns: 91, rows: 17 },
      // What a shell that knows its terminal would paint is not for the screen of a test.
      env: { ...ground.stack.account.env, ...ground.env, TERM: 'dumb' },
    })
    onTestFinished(() => terminal.end())
    await terminal.answer('meanwhile.', 'echo size $(stty size) $((40 + 2))\r')
    await terminal.shows('size 17 91 42')
    return { ground, terminal }
  }

  it('has its size, follows it, takes Ctrl-C for itself, ends with its code, and leaves the terminal as it was', async (test) => {
    const { ground, terminal } = await shell(test)
    terminal.resize(120, 50)
    // It goes another way than what is typed, and may come later.
    await sleep(300)
    terminal.type('echo size $(stty size) $((40 + 3))\r')
    await terminal.shows('size 50 120 43')
    terminal.type('echo begun $((40 + 4)); sleep 60\r')
    await terminal.shows('begun 44')
    await sleep(300)
    terminal.type(KEY.ctrlC)
    terminal.type('echo still $((40 + 5))\r')
    await terminal.shows('still 45', 10_000)
    const port = Number(/127\.0\.0\.1:(\d+) meanwhile/.exec(terminal.screen.text)?.[1])
    expect((await ask(ground, port, 'select 1')).stdout).toBe('1\n')
    terminal.type('exit 7\r')
    expect(await terminal.ended()).toBe(7)
    expect([await listens(port), ground.litter()]).toEqual([false, []])
  })

  it('ends with its connection, says so on a line of its own, and leaves the terminal as it was', async (test) => {
    const { ground, terminal } = await shell(test)
    expect(ground.sshd.killSessions()).toBeGreaterThan(0)
    expect(await terminal.ended()).toBe(1)
    expect(terminal.screen.text).toMatch(/\n✖ The shell has ended with the connection to the bastion \([^)]*\)\.$/)
    expect(terminal.screen.text).not.toContain('lost the connection')
  })
})

describe('a tunnel that is cut', () => {
  it('stands again at the same port, tells so in a line each, and holds its tongue about the password', async (test) => {
    const ground = await open(test)
    const asked: unknown[] = []
    const checkip = http.createServer((_, response) => response.end(`${asked.push('')}`)).listen(0, '127.0.0.1')
    onTestFinished(() => void checkip.close())
    await once(checkip, 'listening')
    const url = `http://127.0.0.1:${(checkip.address() as AddressInfo).port}`
    const { under, port } = await stay(ground, { ECOM_INFRA_CHECKIP: url })
    const before = ground.connect.sent.length
    expect((await ask(ground, port, 'select 1')).stdout).toBe('1\n')
    expect(ground.sshd.killSessions()).toBeGreaterThan(0)
    expect((await ask(ground, port, 'select 2')).stdout).toBe('2\n')
    under.kill('SIGINT')
    const done = await under.result
    const told = done.stderr.split('\n').map((line) => line.replace(/ [^ ]+@.*?\(i-\w+\)/, ''))
    expect(told.filter((line) => /^(lost|connect|no connection)/.test(line))).toEqual([
      ...['connecting to', 'connected to', expect.stringMatching(/^lost the connection to \(the .*\)$/)],
      ...['connecting to', 'connected to'],
    ])
    expect([done.code, done.stdout.trim().split('\n').length, await listens(port)]).toEqual([130, 1, false])
    expect(ground.connect.sent.length - before).toBe(1)
    // With --bastion nobody has to know from where the caller comes.
    expect(asked).toEqual([])
    expect(done.stdout + done.stderr).not.toContain('s3cret')
  })

  it('stands again where nobody listens to what it tells, too', async (test) => {
    const ground = await open(test)
    const { under, port } = await stay(ground)
    under.turnAway()
    for (const select of ['select 1', 'select 2']) {
      expect(ground.sshd.killSessions()).toBeGreaterThan(0)
      expect((await ask(ground, port, select)).stdout).toBe(`${select.at(-1)}\n`)
    }
    under.kill('SIGINT')
    expect((await under.result).code).toBe(130)
  })

  it('waits for credentials that have expired meanwhile, and goes on with those that take their place', async (test) => {
    const ground = await open(test)
    const { proxy } = ground.stack.account
    const file = join(ground.stack.dir, 'credentials')
    const login = (key: string) =>
      writeFileSync(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secretof${key}\n`)
    login('first')
    const own = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_SHARED_CREDENTIALS_FILE: file }
    const { under, port } = await stay(ground, { ...own, ECOM_INFRA_LEASE: '6' })
    proxy.intercept((call) => (call.accessKey === 'first' ? expired(call) : 'forward'))
    onTestFinished(() => proxy.intercept(null))
    ground.sshd.killSessions()
    await under.said(/yet \(The AWS credentials have expired\); trying again/)
    proxy.reset()
    login('second')
    expect((await ask(ground, port, 'select 3')).stdout).toBe('3\n')
    expect(new Set(proxy.calls.filter(({ status }) => status === 200).map(({ accessKey }) => accessKey))).toEqual(
      new Set(['second']),
    )
    under.kill('SIGINT')
    const done = await under.result
    expect(done.code).toBe(130)
    expect(done.stdout + done.stderr).not.toContain('secretof')
  })
})

describe('a password', () => {
  it('is in the environment of the command alone: not in ours, nor in a file, nor in what is told of each call', async (test) => {
    const ground = await open(test)
    const environment = (pid: string) => `tr '\\0' '\\n' < /proc/${pid}/environ | grep -c '^PGPASSWORD='`
    const script = `${environment('$$')}; ${environment('$PPID')}; grep -rlF s3cret "$XDG_STATE_HOME" "$TMPDIR" "$PWD"; echo done`
    const done = await ground.run(['--verbose', '--', 'sh', '-c', script])
    expect([done.code, done.stdout]).toEqual([0, '1\n0\ndone\n'])
    expect(done.stderr).toContain(':GetSecretValue ')
    expect(done.stderr).not.toContain('s3cret')
  })
})

describe('a region whose root certificates are not there', () => {
  it('is said before anything is looked for', async (test) => {
    const ground = await open(test)
    const args = ['--region', 'ca-west-1', '--', 'echo', 'it ran']
    const done = await ground.run(args, { env: { PGSSLROOTCERT: undefined } })
    expect(done).toMatchObject({ code: 2, stdout: '' })
    expect(done.stderr).toMatch(/^✖ There are no root certificates of RDS in ca-west-1 here/m)
    expect(done.stderr).toContain('global-bundle.pem && export PGSSLROOTCERT=')
    expect((await ground.run(args)).stderr).toContain('shop-dev has no bastion in ca-west-1.')
  })
})

describe('a bastion that is not what it should be', () => {
  /** What the console says of the host key, to a state that knows none. */
  const told = async (ground: Ground, key: string, folder: string) => {
    const output = `-----BEGIN SSH HOST KEY KEYS-----\n${key}\n-----END SSH HOST KEY KEYS-----\n`
    const body = `<GetConsoleOutputResponse><output>${Buffer.from(output).toString('base64')}</output></GetConsoleOutputResponse>`
    ground.stack.account.proxy.intercept(({ action }) =>
      action === 'GetConsoleOutput' ? { status: 200, headers: { 'content-type': 'text/xml' }, body } : 'forward',
    )
    const env = { XDG_STATE_HOME: join(ground.stack.dir, folder) }
    const done = await ground.run(['--', 'echo', 'it ran'], { env })
    ground.stack.account.proxy.intercept(null)
    return done
  }

  it('is known by what its console says, and refused when it has another key', async (test) => {
    const ground = await open(test)
    const own = readFileSync(join(ground.sshd.folder, 'host_key.pub'), 'utf8').trim()
    // It is not met for the first time, so there is nothing to tell.
    expect(await told(ground, own, 'state-1')).toMatchObject({ code: 0, stdout: 'it ran\n', stderr: '' })
    const other = await told(ground, new EphemeralKey().publicLine, 'state-2')
    expect([other.code, other.stdout]).toEqual([2, ''])
    expect(other.stderr).toMatch(
      /^✖ The host key of the bastion \(i-\w+\) is another one than before: SHA256:\S{43}\.$/m,
    )
    expect(other.stderr).toContain('RUNBOOK.md')
  })

  it('is trusted on first use, aloud, where AWS does not show its console', async (test) => {
    const ground = await open(test)
    const { proxy } = ground.stack.account
    for (const [status, code] of [
      [400, 'IncorrectInstanceState'],
      [500, 'InternalError'],
      [403, 'UnauthorizedOperation'],
    ] as const) {
      proxy.intercept((call) =>
        call.action === 'GetConsoleOutput' ? refusal(call, status, code, 'not now') : 'forward',
      )
      const env = { XDG_STATE_HOME: join(ground.stack.dir, code) }
      const done = await ground.run(['--', 'echo', 'it ran'], { env })
      proxy.intercept(null)
      expect(done).toMatchObject({ code: 0, stdout: 'it ran\n' })
      expect(done.stderr).toMatch(/^the console of the bastion .*: its key is trusted on first use$/m)
    }
  })

  it('is refused when its key was swapped since the last time', async (test) => {
    const ground = await open(test)
    expect((await ground.run(['--', 'true'])).code).toBe(0)
    await ground.sshd.stop()
    ground.sshd.newHostKey()
    await ground.sshd.start()
    const before = ground.connect.sent.length
    expect((await ground.run(['--', 'echo', 'it ran', '--json'])).stdout).toBe('')
    const done = await ground.run(['--json'])
    expect([done.code, done.json().code, ground.litter()]).toEqual([2, 'HostKeyChanged', []])
    expect(ground.connect.sent.length - before).toBe(2)
    // By another name it is another place, which may lead to another server.
    const other = ['--bastion', `${ground.sshd.user}@localhost:${ground.sshd.port}`]
    const args = ['ssh-bastion', ...other, ...ground.there.slice(2), '--', 'true']
    expect(await ground.stack.start(args, { env: ground.env }).result).toMatchObject({ code: 0 })
    rmSync(join(ground.stack.dir, 'state'), { recursive: true })
  })

  it('is asked for as ec2-user where nobody else was named, and given up after four fresh keys', async (test) => {
    const ground = await open(test)
    const before = ground.connect.sent.length
    const done = await elsewhere(ground, '--bastion', ground.sshd.port, '--json').result
    expect([done.code, done.json().code]).toEqual([1, 'KeyRefused'])
    const sent = ground.connect.sent.slice(before)
    expect(sent.map(({ InstanceOSUser }) => InstanceOSUser)).toEqual(Array.from({ length: 4 }, () => 'ec2-user'))
    expect(new Set(sent.map(({ SSHPublicKey }) => SSHPublicKey)).size).toBe(4)
    expect(done.stderr.match(/^no connection .*\(the key was not let in\); trying again$/gm)).toHaveLength(1)
  })

  it('is tried again while nothing answers there, until Ctrl-C', async (test) => {
    const ground = await open(test)
    const under = elsewhere(ground, '--bastion', await freePort(), '--json')
    await under.said(/yet \(nothing listens there\); trying again/)
    under.kill('SIGINT')
    const done = await under.result
    expect([done.code, done.json().code, ground.litter()]).toEqual([130, 'Interrupted', []])
  })
})

describe('a database', () => {
  it('that refuses is explained before its client has words for it', async (test) => {
    const ground = await open(test)
    const done = await elsewhere(ground, '--database', await freePort(), '--', 'psql', '-X', '-c', 'select 1').result
    expect(done.code).toBe(2)
    expect(done.stderr).toMatch(/^the bastion cannot reach 127\.0\.0\.1:\d+: connection refused\npsql: error: /)
  })

  it('that is not there is said at once; a shell on the bastion needs none', async (test) => {
    const ground = await open(test)
    const { rds } = ground.stack.raw
    await rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-dev-main', SkipFinalSnapshot: true })
    const done = await ground.run(['--json'])
    expect([done.code, done.json()]).toEqual([
      ...[2, expect.objectContaining({ code: 'NoDatabase', message: 'shop-dev has no database in us-east-1.' })],
    ])
    const shell = () => ground.run(['--shell'], { input: 'echo $((40 + 2)); exit 3\n' })
    const done42 = { code: 3, stdout: expect.stringContaining('42') }
    const none = await shell()
    expect(none).toMatchObject(done42)
    expect(none.stderr).not.toContain('database')
    ground.stack.account.proxy.intercept((call) =>
      call.action === 'DescribeDBInstances' ? refusal(call, 403, 'AccessDenied', 'not for you') : 'forward',
    )
    const denied = await shell()
    ground.stack.account.proxy.intercept(null)
    expect(denied).toMatchObject(done42)
    expect(denied.stderr).toContain(
      'Going on without the database: These credentials may not do rds:DescribeDBInstances.',
    )
  })
})

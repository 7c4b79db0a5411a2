import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { KEY, pythonFor, Terminal } from '../support/pty.ts'
import { freePort } from '../support/tethered.ts'
import { shared } from '../tunnel/ground.ts'
import { holding } from './support/holding.ts'
import { listens, openGround } from './support/tunnel-ground.ts'

const run = promisify(execFile)

interface Line {
  readonly schema: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly databaseHost: string
  readonly instance: string
  readonly rootCertificates: string
  readonly connectionString: string
}

const open = shared(openGround)

const host = 'shop-dev-main.aaaaaaaaaa.us-east-1.rds.amazonaws.com'
/** A place where the password must not go. */
function serviceElsewhere(folder: string) {
  const PGSERVICEFILE = join(folder, 'pg_service.conf')
  writeFileSync(PGSERVICEFILE, '[old]\nhost=127.0.0.1\nhostaddr=127.0.0.1\nport=9\nsslmode=disable\n')
  return { PGSERVICE: 'old', PGSERVICEFILE, PGTARGETSESSIONATTRS: 'standby' }
}

const ask = (variables: NodeJS.ProcessEnv, ...args: string[]) =>
  run('psql', ['-X', '-At', ...args, '-c', 'select 1'], { env: { ...process.env, ...variables } })

describe('a command at the end of the tunnel', () => {
  it('asks the database, with its certificate verified, and leaves nothing', async (test) => {
    const ground = await open(test)
    const before = ground.connect.sent.length
    ground.stack.account.proxy.reset()
    // Whoever works with a service of libpq's asks the stack's database, too.
    const env = serviceElsewhere(ground.stack.dir)
    const done = await ground.run(['--', 'psql', '-X', '-At', '-c', 'select current_user, current_database()'], { env })
    expect(done.stderr).not.toMatch(/rror/)
    expect(done).toMatchObject({ code: 0, stdout: 'shopadmin|shop\n' })
    expect(ground.connect.sent.slice(before)).toEqual([
      {
        ...{ InstanceId: ground.bastion, InstanceOSUser: ground.sshd.user },
        SSHPublicKey: expect.stringMatching(/^ssh-ed25519 \S+/),
      },
    ])
    expect(ground.litter()).toEqual([])
    const actions = ground.stack.account.proxy.calls.map(({ service, action }) => `${service}:${action}`)
    expect(actions.filter((action) => !/:(Describe|Get|SendSSHPublicKey)/.test(action))).toEqual([])
  })

  it('gets what the issue names, and its password only there', async (test) => {
    const ground = await open(test)
    const script =
      'env | grep ^PG | sort; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; test -r "$PGSSLROOTCERT" && wc -l < "$PGSSLROOTCERT"'
    const done = await ground.run(['--', 'sh', '-c', script], { env: { PGSSLROOTCERT: undefined } })
    expect(done.code).toBe(0)
    const lines = done.stdout.split('\n')
    const variables = Object.fromEntries(
      lines.filter((line) => line.startsWith('PG')).map((line) => line.split(/=(.*)/s)),
    )
    expect(variables).toMatchObject({
      ...{ PGHOST: host, PGHOSTADDR: '127.0.0.1', PGUSER: 'shopadmin', PGDATABASE: 'shop', PGSSLMODE: 'verify-full' },
      ...{ PGPORT: expect.stringMatching(/^\d+$/), PGPASSWORD: ground.password },
      PGSSLROOTCERT: expect.stringMatching(/\.pem$/),
    })
    expect(lines.filter((line) => line.includes(ground.password))).toEqual([`PGPASSWORD=${ground.password}`])
    expect(done.stderr).not.toContain(ground.password)
    // RDS's bundle: a hundred certificates, which go with the tunnel.
    expect(Number(lines.at(-2))).toBeGreaterThan(1_000)
    expect(existsSync(variables.PGSSLROOTCERT ?? '')).toBe(false)
  })

  it.for([
    ['its code', 'exit 7', 7],
    ["its code, which is the shell's for what there is not", 'exit 127', 127],
    ['128 and the number of the signal that ended it', 'kill -TERM $$', 143],
  ] as const)('ends with %s', async ([, script, code], test) => {
    const ground = await open(test)
    expect(await ground.run(['--', 'sh', '-c', script])).toMatchObject({ code })
  })

  it('hands signals on, and waits for what the command makes of them', async (test) => {
    const ground = await open(test)
    const script = 'trap "echo heard; exit 9" INT; echo "port $PGPORT"; while :; do sleep 0.1; done'
    const under = ground.start(['--', 'sh', '-c', script])
    await under.said(/port \d+/)
    under.kill('SIGINT')
    const done = await under.result
    expect(done).toMatchObject({ code: 9, stdout: expect.stringContaining('heard') })
    expect(await listens(Number(/port (\d+)/.exec(done.stdout)?.[1]))).toBe(false)
  })

  it.for([
    ['SIGKILL', null],
    // It is handed on, and the front ends as the command did.
    ['SIGQUIT', 131],
  ] as const)('does not outlive the process in front of it, which gets %s', async ([signal, code], test) => {
    const ground = await open(test)
    // As an older Node does, which `bin/run.js` puts the clone's own behind.
    const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:process.channel?process.versions.node:'20.20.2'})`
    const env = { NODE_OPTIONS: `--import ${older}`, PGSSLROOTCERT: undefined }
    const under = ground.start(['--', 'sh', '-c', 'echo "pid $$"; exec sleep 60'], { env, timeoutMs: 30_000 })
    await under.said(/pid \d+/)
    expect(ground.litter()).toHaveLength(1)
    under.kill(signal)
    // It ends when nobody has its outputs open any more, the command least of all.
    expect(await under.result).toMatchObject({ code, timedOut: false })
    expect(ground.litter()).toEqual([])
  })

  it('is read to the letter, and says so where there is no such program', async (test) => {
    const ground = await open(test)
    const flags = await ground.run(['--', 'echo', '--json', '--help', '--', '--shell'])
    expect(flags).toMatchObject({ code: 0, stdout: '--json --help -- --shell\n' })
    const none = await ground.run(['--', 'no-such-program'])
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no-such-program cannot be run') })
  })
})

describe('a command at a terminal', () => {
  it('has Ctrl-C for itself: psql gives up a query, and goes on', async (test) => {
    const ground = await open(test)
    const terminal = new Terminal(pythonFor(test), ['ssh-bastion', ...ground.there, '--', 'psql', '-X'], {
      ...{ cwd: ground.stack.dir, env: { ...ground.stack.account.env, ...ground.env, PAGER: 'cat' } },
    })
    await terminal.answer('shop=>', 'select pg_sleep(60);\r')
    await sleep(300)
    terminal.type(KEY.ctrlC)
    await terminal.shows('canceling statement due to user request')
    terminal.type("select 'still' || ' here';\r")
    await terminal.shows('still here')
    terminal.type('\\q\r')
    expect(await terminal.ended()).toBe(0)
  })
})

describe('Ctrl-C', () => {
  it.for([
    ['DescribeInstances', 'looks for the bastion'],
    ['DescribeDBInstances', 'looks for the database'],
    ['GetConsoleOutput', 'learns the host key'],
    ['SendSSHPublicKey', 'sends its key'],
    ['GetSecretValue', 'reads the password'],
  ] as const)('at %s, while it %s, ends it, and leaves nothing', async ([action], test) => {
    const ground = await open(test)
    const { proxy } = ground.stack.account
    const { reached, intercept, release } = holding(action)
    proxy.intercept(intercept)
    const port = await freePort()
    // A state of its own: a bastion that is known is not asked for its key.
    const env = { XDG_STATE_HOME: join(ground.stack.dir, action) }
    const under = ground.start(['--local-port', String(port), '--', 'sh', '-c', 'echo it ran'], { env })
    await reached
    under.kill('SIGINT')
    // There is something to close only where the tunnel stood already.
    await under.said(action === 'GetSecretValue' ? /closing the tunnel/ : /ending what is under way/)
    release()
    const done = await under.result
    proxy.intercept(null)
    expect(done).toMatchObject({ code: 130, stdout: '' })
    expect([ground.litter(), await listens(port)]).toEqual([[], false])
  })
})

describe('a tunnel that stays', () => {
  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('tells in one line of JSON where it is, and closes at %s', async ([signal, code], test) => {
    const ground = await open(test)
    const under = ground.start(['--json'], { env: { PGSSLROOTCERT: undefined } })
    await under.said(/connectionString.*\n/)
    const line = JSON.parse(under.heard()) as Line
    expect(line).toMatchObject({
      ...{ schema: 'ecom-infra/tunnel/1', host: '127.0.0.1', database: 'shop', user: 'shopadmin' },
      ...{ databaseHost: host, instance: ground.bastion },
    })
    const password = { PGPASSWORD: ground.password }
    const url = new URL(line.connectionString)
    url.searchParams.set('sslrootcert', ground.postgres.authority)
    expect((await ask(password, url.href)).stdout).toBe('1\n')
    expect(existsSync(line.rootCertificates)).toBe(true)
    under.kill(signal)
    const done = await under.result
    expect(done.code).toBe(code)
    expect(done.stdout.trim().split('\n')).toHaveLength(1)
    expect(done.stdout + done.stderr).not.toContain('s3cret')
    expect([await listens(line.port), existsSync(line.rootCertificates), ground.litter()]).toEqual([false, false, []])
  })

  it('prints what a shell sets, without the password', async (test) => {
    const ground = await open(test)
    const under = ground.start(['--print-env'])
    await under.said(/# PGPASSWORD/)
    const text = under.heard()
    const shell = await run('sh', ['-c', `${text}\npsql -X -At -c 'select 1'`], {
      env: { ...process.env, ...serviceElsewhere(ground.stack.dir), PGPASSWORD: ground.password },
    })
    expect(shell.stdout).toBe('1\n')
    expect(text).toContain(`export PGHOST=${host}\n`)
    expect(text).toContain(`# PGPASSWORD is not printed. It is in aws secretsmanager get-secret-value`)
    under.kill('SIGINT')
    const done = await under.result
    expect(done.code).toBe(130)
    expect(done.stdout + done.stderr).not.toContain('s3cret')
  })

  it('tells a person how to connect, by a line that works as it is', async (test) => {
    const ground = await open(test)
    const under = ground.start(['--local-port', '25432'])
    await under.said(/-- psql` does all/)
    const text = under.heard()
    expect(text).toContain('The database of shop-dev is at 127.0.0.1:25432 until Ctrl-C.')
    const line = /^ {2}psql +(.*)$/m.exec(text)?.[1] ?? ''
    const shell = await run('sh', ['-c', `${line} -X -At -c 'select 1'`], {
      env: { ...process.env, PGPASSWORD: ground.password },
    })
    expect(shell.stdout).toBe('1\n')
    under.kill('SIGINT')
    const done = await under.result
    expect(done).toMatchObject({ code: 130, stderr: expect.stringContaining('closing the tunnel') })
    expect(done.stdout + done.stderr).not.toContain('s3cret')
  })

  it('takes the next port when one is taken, and refuses the one that was asked for', async (test) => {
    const ground = await open(test)
    // Taken by us, or by somebody before us.
    const taken = createServer().listen(5432, '127.0.0.1')
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]).catch(() => undefined)
    onTestFinished(() => void taken.close())
    const refused = await ground.run(['--local-port', '5432', '--json'])
    expect(refused.code).toBe(2)
    expect(refused.json()).toMatchObject({
      ...{ schema: 'ecom-infra/error/1', code: 'PortTaken', hint: expect.stringContaining('--local-port') },
      message: '127.0.0.1:5432 cannot be used: something listens there already.',
    })
    const under = ground.start(['--json'])
    onTestFinished(() => under.kill('SIGKILL'))
    await under.said(/connectionString.*\n/)
    const { port } = JSON.parse(under.heard()) as Line
    expect(port).toBeGreaterThan(5432)
    expect(port).toBeLessThan(5532)
    under.kill('SIGINT')
    expect((await under.result).code).toBe(130)
  })
})

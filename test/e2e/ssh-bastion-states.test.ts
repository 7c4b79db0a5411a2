import { describe, expect, it } from 'vitest'
import { actionsAllow } from '../support/iam-actions.ts'
import { pythonFor, Terminal } from '../support/pty.ts'
import { runCli } from '../support/run-cli.ts'
import { shared } from '../tunnel/ground.ts'
import { expired, refusal } from './support/answers.ts'
import { failing } from './support/failing.ts'
import { openStack } from './support/stack.ts'
import { type Ground, openGround } from './support/tunnel-ground.ts'

interface PolicyDocument {
  readonly policy: { readonly Statement: readonly { readonly Action: readonly string[] }[] }
}

const open = shared(openGround)
/** Each with a stack that stands, in this order: the last ones take something of it away. */
const psql = ['--', 'psql', '-X', '-At', '-c', 'select 1'] as const

const stateOf = async ({ stack, bastion }: Ground) => {
  const { Reservations } = await stack.raw.ec2.describeInstances({ InstanceIds: [bastion] })
  return Reservations?.[0]?.Instances?.[0]?.State?.Name
}
const fails = (ground: Ground, code: number, ...args: string[]) =>
  failing(ground.stack, ['ssh-bastion', ...ground.there, ...args], code, { env: ground.env })

describe('the least policy of ssh-bastion', () => {
  it('allows each call that it makes', async (test) => {
    const ground = await open(test)
    const { policy } = await ground.stack.json<PolicyDocument>(['policy', 'ssh-bastion'])
    const allowed = policy.Statement.flatMap(({ Action }) => Action)
    const done = await ground.run(['--verbose', '--stack', 'shop-dev', '--region', 'us-east-1', ...psql])
    expect(done.code).toBe(0)
    const calls = new Set([...done.stderr.matchAll(/^([\w-]+:[A-Z]\w+) \d+ ms/gm)].map(([, call = '']) => call))
    calls.delete('sts:GetCallerIdentity')
    expect(calls.size).toBeGreaterThan(3)
    expect([...calls].filter((call) => !actionsAllow(allowed, call))).toEqual([])
  })
})

describe('what is in the way of a tunnel', () => {
  it('is nothing where EC2 Instance Connect is busy for a moment', async (test) => {
    const ground = await open(test)
    ground.connect.refuse('ThrottlingException', 'EC2InstanceUnavailableException')
    expect(await ground.run(psql)).toMatchObject({ code: 0, stdout: '1\n' })
  })

  it('is said where EC2 Instance Connect may not be used', async (test) => {
    const ground = await open(test)
    ground.connect.refuse('AuthException')
    const told = await fails(ground, 1)
    expect(told).toMatchObject({ code: 'Permission', hint: expect.stringContaining('policy ssh-bastion') })
  })

  it('is said where the credentials have expired, before and after the bastion was found', async (test) => {
    const ground = await open(test)
    const { proxy } = ground.stack.account
    proxy.intercept(expired)
    expect(await fails(ground, 1)).toMatchObject({ code: 'Credentials', awsCode: 'ExpiredToken' })
    proxy.intercept(null)
    ground.connect.refuse('ExpiredTokenException')
    expect(await fails(ground, 1)).toMatchObject({ code: 'Credentials', message: expect.stringContaining('expired') })
  })

  it('is said where the password may not be read, and the command is not run', async (test) => {
    const ground = await open(test)
    const { proxy } = ground.stack.account
    const words = 'User: arn:aws:iam::1:user/x is not authorized to perform: secretsmanager:GetSecretValue'
    proxy.intercept((call) => {
      if (call.action !== 'GetSecretValue') return 'forward'
      const headers = { 'content-type': 'application/x-amz-json-1.1' }
      return { ...refusal(call, 400, 'AccessDeniedException', words), headers, body: denied(words) }
    })
    const done = await ground.run(['--', 'sh', '-c', 'echo it ran'])
    proxy.intercept(null)
    expect(done).toMatchObject({ code: 1, stdout: '' })
    expect(done.stderr).toContain('may not do secretsmanager:GetSecretValue')
    expect(ground.litter()).toEqual([])
  })

  it.for([
    ['no JSON', 'hidden, and no JSON'],
    ['what no environment can hold', JSON.stringify({ password: 'hidden\0TAIL' })],
  ])('is said where the password is not one, without what it is: %s', async ([, secret], test) => {
    const ground = await open(test)
    await ground.setSecret(secret)
    const done = await ground.run(['--verbose', ...psql])
    await ground.setSecret()
    expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining('does not hold a password') })
    expect(done.stderr).not.toMatch(/hidden|TAIL/)
  })

  it('is a database that is stopped, but not where another place takes its own', async (test) => {
    const ground = await open(test)
    const { rds } = ground.stack.raw
    await rds.stopDBInstance({ DBInstanceIdentifier: 'shop-dev-main' })
    const without = ['ssh-bastion', ...ground.there.slice(0, 2), '--json']
    const done = [await failing(ground.stack, without, 1, { env: ground.env }), await ground.run(psql)]
    await rds.startDBInstance({ DBInstanceIdentifier: 'shop-dev-main' })
    expect(done).toMatchObject([
      { code: 'Broken', message: expect.stringContaining('is stopped') },
      { code: 0, stdout: '1\n' },
    ])
  })

  it('is a state folder that cannot be made: said at once', async (test) => {
    const ground = await open(test)
    const told = await failing(ground.stack, ['ssh-bastion', ...ground.there], 2, {
      env: { ...ground.env, XDG_STATE_HOME: '/sys/none' },
    })
    expect(told).toMatchObject({ code: 'NotWritten', hint: expect.stringContaining('XDG_STATE_HOME') })
  })

  it('is a bastion that is stopped: asked for, and started with --yes', async (test) => {
    const ground = await open(test)
    await ground.stack.raw.ec2.stopInstances({ InstanceIds: [ground.bastion] })
    const told = await fails(ground, 2)
    expect(told).toMatchObject({ code: 'MissingAnswer', hint: 'Give --yes to have it started.' })
    expect(await stateOf(ground)).toBe('stopped')
    const done = await ground.run(['--yes', ...psql])
    expect(done).toMatchObject({ code: 0, stdout: '1\n' })
    expect(await stateOf(ground)).toBe('running')
  })

  it("is a stopped bastion at a terminal, too: a no ends it, a yes starts it, and the keys are then psql's", async (test) => {
    const ground = await open(test)
    await ground.stack.raw.ec2.stopInstances({ InstanceIds: [ground.bastion] })
    const begin = () =>
      new Terminal(pythonFor(test), ['ssh-bastion', ...ground.there, '--', 'psql', '-X'], {
        ...{ cwd: ground.stack.dir, env: { ...ground.stack.account.env, ...ground.env, PAGER: 'cat' } },
      })
    const no = begin()
    await no.answer(/is stopped\. Start it\?/, 'n\r')
    expect([await no.ended(), await stateOf(ground)]).toEqual([5, 'stopped'])
    const killed = begin()
    await killed.shows(/is stopped\. Start it\?/)
    killed.signal('SIGTERM')
    expect([await killed.ended(), await stateOf(ground)]).toEqual([143, 'stopped'])
    expect(killed.screen.text).not.toContain('closing the tunnel')
    const yes = begin()
    await yes.answer(/is stopped\. Start it\?/, 'y\r')
    await yes.answer('shop=>', "select 'typed' || ' well';\r")
    await yes.answer('typed well', '\\q\r')
    expect([await yes.ended(), await stateOf(ground)]).toEqual([0, 'running'])
  })

  it('is a bastion that was terminated', async (test) => {
    const ground = await open(test)
    await ground.stack.raw.ec2.terminateInstances({ InstanceIds: [ground.bastion] })
    const told = await fails(ground, 2)
    expect(told).toMatchObject({ code: 'NoBastion', hint: expect.stringContaining('ecom-infra up') })
    expect(told.message).toContain(`${ground.bastion} of shop-dev is terminated`)
  })
})

describe('a stack that is not there', () => {
  it('has no bastion, and is told how to come to one', async () => {
    const stack = await openStack()
    try {
      const told = await failing(stack, ['ssh-bastion', '--bastion', '127.0.0.1:9'], 2)
      expect(told).toMatchObject({ code: 'NoBastion', message: 'shop-dev has no bastion in us-east-1.' })
      expect(stack.account.proxy.report().changes).toBe(0)
    } finally {
      await stack.close()
    }
  })

  it.for([
    [['--bastion', 'somewhere'], '--bastion somewhere is not [USER@]HOST:PORT.'],
    [['--database', 'me@there:5432'], '--database me@there:5432 is not HOST:PORT.'],
    [['--shell', '--', 'psql'], '--shell and a command do not go together: there is one standard output.'],
    [['--json', '--', 'psql'], '--json and a command do not go together: there is one standard output.'],
    [['--'], 'There is no command after `--`.'],
    [['--', ''], 'There is no command after `--`.'],
    [['--local', 'psql'], 'Put the command that is to be run after `--`'],
    [['--local'], 'The local AWS has no servers, so there is no bastion to connect to.'],
  ] as const)('is not even asked for where the wish is wrong: %s', async ([args, message]) => {
    const { code, stdout, stderr } = await runCli(['ssh-bastion', ...args])
    expect(code).toBe(2)
    expect(stdout + stderr).toContain(message)
  })
})

const denied = (message: string): string => JSON.stringify({ __type: 'AccessDeniedException', message })

import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pythonFor, Terminal } from '../support/pty.ts'
import type { CliRun } from '../support/run-cli.ts'
import { holding } from './support/holding.ts'
import { at, tagsIn } from './support/raw.ts'
import { openStack, type Stack, status, up } from './support/stack.ts'

const CONFIG = `# The shop's own file.
name: shop            # as on the door
environment: dev
region: us-east-1
blueprint: ecommerce
tags: { owner: web-team }
access:
  sshCidrs:
    - 198.51.100.0/24   # the office
`
const MINE = '203.0.113.9'
const QUESTION = /Add 203\.0\.113\.9\/32 there, and apply that now\?/

let stack: Stack
let checkip: http.Server
let answer = MINE
beforeAll(async () => {
  stack = await openStack()
  rewrite(CONFIG)
  checkip = http.createServer((_, response) => response.end(`${answer}\n`)).listen(0, '127.0.0.1')
  await once(checkip, 'listening')
  await up(stack)
  await bringHome()
})
afterAll(async () => {
  checkip?.close()
  await stack?.close()
})
beforeEach(() => {
  answer = MINE
  stack.account.proxy.reset()
  stack.account.proxy.intercept(null)
})

const file = () => join(stack.dir, 'ecom-infra.yaml')
const rewrite = (text: string) => writeFileSync(file(), text)
const config = () => readFileSync(file(), 'utf8')
const env = () => ({
  ECOM_INFRA_CHECKIP: `http://127.0.0.1:${(checkip.address() as AddressInfo).port}`,
  XDG_STATE_HOME: join(stack.dir, 'state'),
})
const start = (...flags: string[]): CliRun => stack.start(['ssh-bastion', ...flags], { env: env() })
const changes = () => stack.account.proxy.calls.filter(({ mutating, service }) => mutating && service === 'ec2')

/** The bastion's public address becomes one of this machine, where no SSH server is: nothing of a test leaves it. */
async function bringHome(): Promise<void> {
  const { ec2 } = stack.raw
  const { Reservations = [] } = await ec2.describeInstances({})
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  const { InstanceId } = at(instances, 'ec2:instance/bastion')
  const { AllocationId } = await ec2.allocateAddress({ Domain: 'vpc', Address: '127.0.0.99' })
  await ec2.associateAddress({ AllocationId, InstanceId })
}

/** What lets SSH in: the group's sources and the ACL's, in order. */
async function rules() {
  const { ec2 } = stack.raw
  const { SecurityGroups } = await ec2.describeSecurityGroups({})
  const group = at(SecurityGroups, 'ec2:security-group/bastion')
  const acl = (await ec2.describeNetworkAcls({})).NetworkAcls?.find(
    ({ Tags }) => tagsIn(Tags)['ecom-infra:address'] === 'ec2:network-acl/public',
  )
  const ssh = (acl?.Entries ?? []).filter(({ Egress, PortRange }) => !Egress && PortRange?.From === 22)
  return {
    group: (group.IpPermissions ?? []).flatMap(({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp)).sort(),
    acl: ssh.map(({ CidrBlock }) => CidrBlock).sort(),
  }
}
const OFFICE = { group: ['198.51.100.0/24'], acl: ['198.51.100.0/24'] }
const BOTH = { group: ['198.51.100.0/24', `${MINE}/32`], acl: ['198.51.100.0/24', `${MINE}/32`] }

/** It never gets further than to the connection, where it is stopped. */
async function until(run: CliRun, pattern: RegExp) {
  await run.said(pattern)
  run.kill('SIGINT')
  const { code, stderr } = await run.result
  expect(code, stderr).toBe(130)
  return stderr
}

describe("the caller's address", () => {
  it('that is let in already is not mentioned', async () => {
    answer = '198.51.100.77'
    expect(await until(start(), /connecting/)).not.toContain(answer)
  })

  it('that cannot be found stops nothing', async () => {
    answer = 'a page of a hotel'
    expect(await until(start(), /connecting/)).toContain('Your public address could not be found')
  })

  it('that is not in the config is said, and stops nothing; --yes opens no port', async () => {
    const told = await until(start('--yes'), /connecting/)
    expect(told).toContain(`Your address ${MINE} is not in access.sshCidrs of ecom-infra.yaml`)
    expect(told).toContain('Going on without it. --allow-my-ip lets it in.')
    expect([config(), await rules(), changes()]).toEqual([CONFIG, OFFICE, []])
  })

  it('is added on a yes at a terminal, and not on a no', async (test) => {
    const terminal = new Terminal(pythonFor(test), ['ssh-bastion'], {
      ...{ cwd: stack.dir, env: { ...stack.account.env, ...env() } },
    })
    await terminal.answer(QUESTION, 'n\r')
    await terminal.shows('Going on without it.')
    terminal.type('\u0003')
    expect(await terminal.ended()).toBe(130)
    const left = new Terminal(pythonFor(test), ['ssh-bastion'], {
      ...{ cwd: stack.dir, env: { ...stack.account.env, ...env() } },
    })
    await left.shows(QUESTION)
    left.signal('SIGINT')
    expect(await left.ended()).toBe(130)
    expect([config(), await rules()]).toEqual([CONFIG, OFFICE])
  })

  it('is put into the file before anything is let in: a run that is cut short leaves no rule that it lacks', async () => {
    const { reached, intercept, release } = holding('AuthorizeSecurityGroupIngress')
    stack.account.proxy.intercept(intercept)
    const run = start('--allow-my-ip')
    await reached
    expect(config()).toContain(MINE)
    run.kill('SIGINT')
    await run.said(/ending what is under way/)
    release()
    expect((await run.result).code).toBe(130)
    for (const cidr of [...(await rules()).group, ...(await rules()).acl]) expect(config()).toContain(cidr)
    // The config has it already: what is left is to bring AWS in line.
    stack.account.proxy.intercept(null)
    await stack.raw.ec2.revokeSecurityGroupIngress(await ruleOf(`${MINE}/32`))
    expect(await until(start(), /connecting/)).toContain('but AWS does not let it in yet')
    const told = await until(start('--allow-my-ip'), /connecting/)
    expect(told).toContain(`ecom-infra.yaml and AWS let ${MINE} in now.`)
    expect(await rules()).toEqual(BOTH)
  })

  it('is in the file with every comment where it was, and status finds nothing', async () => {
    expect(config()).toBe(CONFIG.replace('# the office\n', `# the office\n    - ${MINE}/32\n`))
    expect((await status(stack)).verdict).toBe('in-sync')
  })
})

describe('letting an address in', () => {
  it('needs a file to write it into', async () => {
    answer = '192.0.2.77'
    const { code, stderr } = await start('--stack', 'shop-dev', '--region', 'us-east-1', '--allow-my-ip').result
    expect([code, stderr]).toEqual([2, expect.stringContaining('192.0.2.77 can only be added to a config file')])
    const told = await until(start('--stack', 'shop-dev', '--region', 'us-east-1'), /connecting/)
    expect(told).toContain('192.0.2.77 is not in access.sshCidrs of the config of shop-dev:')
    expect(told).toContain('To let it in, give the config file with -c, and --allow-my-ip.')
    const other = await until(start('--bastion', '127.0.0.99:22', '--allow-my-ip'), /connecting/)
    expect(other).toContain('--allow-my-ip does nothing here')
    expect(changes()).toEqual([])
  })

  it('changes these two alone, and records no more of the config than that', async () => {
    const other = '203.0.113.10'
    answer = other
    rewrite(config().replace('owner: web-team', 'owner: web-team, cost: shop'))
    await until(start('--allow-my-ip'), /connecting/)
    const touched = new Set(changes().map(({ action }) => action))
    expect([...touched].filter((action) => !/Ingress|NetworkAclEntry|Tags/.test(action))).toEqual([])
    expect((await rules()).group).toContain(`${other}/32`)
    // The tag is still to come for everything else, and `up` knows it.
    const after = await status(stack, 3)
    expect(after.resources.filter(({ status: one }) => one === 'in-sync').map(({ address }) => address)).toEqual(
      expect.arrayContaining(['ec2:security-group/bastion', 'ec2:network-acl/public']),
    )
    await up(stack)
    expect((await status(stack)).verdict).toBe('in-sync')
  })

  it('is refused where the stack is too far from its config, and leaves the file alone', async () => {
    answer = '203.0.113.11'
    const { SecurityGroups } = await stack.raw.ec2.describeSecurityGroups({})
    const { GroupId = '' } = at(SecurityGroups, 'ec2:security-group/bastion')
    await stack.raw.ec2.createTags({ Resources: [GroupId], Tags: [{ Key: 'ecom-infra:stack', Value: 'other-dev' }] })
    const before = config()
    const { code, stderr } = await start('--allow-my-ip').result
    expect(code).toBe(2)
    expect(stderr).toContain('Run `ecom-infra up` first')
    expect([config(), changes()]).toEqual([before, []])
  })
})

async function ruleOf(cidr: string) {
  const { SecurityGroups } = await stack.raw.ec2.describeSecurityGroups({})
  const { GroupId } = at(SecurityGroups, 'ec2:security-group/bastion')
  return { GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: cidr }] }] }
}

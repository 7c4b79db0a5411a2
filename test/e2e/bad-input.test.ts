import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CliOptions } from '../support/run-cli.ts'
import { failing as fail } from './support/failing.ts'
import { openStack, type Stack } from './support/stack.ts'

describe('bad input: exit 2, and not a single call', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  const proxy = () => stack.account.proxy
  const failing = (args: readonly string[], code: number, options?: CliOptions) => fail(stack, args, code, options)

  it('tells all that is wrong with a config at once, each with its place', async () => {
    const path = join(stack.dir, 'bad.yaml')
    const lines = [
      ...['name: shop', 'environment: dev', 'region: us-west-1', 'blueprint: ecommerce', 'colour: red', 'protect: 3'],
      ...['network: { cidr: 10.20.0.1/16, availabilityZones: 4 }', 'access: { sshCidrs: [0.0.0.0/0] }'],
      'web: { minSize: 3, maxSize: 2 }',
    ]
    writeFileSync(path, lines.join('\n'))
    for (const command of [['up', '--yes'], ['status'], ['down', '--yes']]) {
      const { code, message, problems = [] } = await failing([...command, '-c', path], 2)
      expect(code).toBe('InvalidConfig')
      expect(problems.map(({ field, line }) => `${line} ${field}`)).toEqual([
        ...['5 colour', '6 protect', '7 network.cidr', '7 network.availabilityZones', '8 access.sshCidrs[0]'],
        '9 web.maxSize',
      ])
      for (const { field } of problems) expect(message).toContain(field)
      expect(proxy().calls).toEqual([])
    }
  })

  it.each([
    ['a syntax error', 'name: [shop', /bad\.yaml/],
    ['nothing in it', '', /empty/],
  ])('a config with %s', async (_what, text, says) => {
    writeFileSync(join(stack.dir, 'bad.yaml'), text)
    expect((await failing(['up', '--yes', '-c', 'bad.yaml'], 2)).message).toMatch(says)
    expect(proxy().calls).toEqual([])
  })

  it('what is offered next goes where this command went', async () => {
    const { code, hint } = await failing(['up', '--yes', '--plan', 'nope.plan', '--region', 'eu-west-1'], 2)
    expect(code).toBe('NoPlan')
    expect(hint).toContain('`ecom-infra up --region eu-west-1 --dry-run --out FILE`')
    expect(proxy().calls).toEqual([])
  })

  it.each([
    [['upp'], 'Did you mean `ecom-infra up`?'],
    [['state', 'lsit'], 'Did you mean `ecom-infra state list`?'],
  ])('%j is told the command that is near it', async (args, words) => {
    const { code, stderr } = await stack.run(args)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(words)
  })

  it('a config that is a folder, or not there', async () => {
    mkdirSync(join(stack.dir, 'folder'))
    expect((await failing(['up', '--yes', '-c', 'folder'], 2)).message).toContain('folder')
    expect((await failing(['up', '--yes', '-c', 'nowhere.yaml'], 2)).message).toContain('nowhere.yaml')
    const none = await failing(['status'], 2, { cwd: '/' })
    expect(none).toMatchObject({ code: 'NoConfig', hint: expect.stringContaining('ecom-infra init') })
    expect(proxy().calls).toEqual([])
  })

  it.each(['', 'foo', 'localhost:4566', 'ftp://127.0.0.1'])('an endpoint that is no URL of HTTP: "%s"', async (url) => {
    const { code, message } = await failing(['status', '--endpoint-url', url], 2)
    expect([code, message]).toEqual(['Usage', expect.stringContaining('begins with http:// or https://')])
    expect(proxy().calls).toEqual([])
  })

  it('a picture of dots', async () => {
    expect(await failing(['diagram', '--out', 'shop.png'], 2)).toMatchObject({ code: 'Format' })
  })

  it.each([...['--frobnicate', '--html x.html']])('a flag that does not exist: up %s', async (flags) => {
    const { code, message } = await failing(['up', '--yes', ...flags.split(' ')], 2)
    expect(code).toBe('Usage')
    expect(message).toContain(flags.split(' ')[0])
    expect(proxy().calls).toEqual([])
  })

  it.each(['status --html x.html', 'status --markdown x.md', 'down --adopt ec2:vpc/main'])(
    'a flag that does not exist: %s',
    async (command) => {
      await failing(command.split(' '), 2)
      expect(proxy().calls).toEqual([])
    },
  )

  it.each(['state frobnicate', 'frobnicate'])('a command that does not exist: %s', async (command) => {
    proxy().reset()
    const { code, stderr } = await stack.run(command.split(' '))
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(command.split(' ')[0])
    expect(proxy().calls).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionsAllow } from '../support/iam-actions.ts'
import { openStack, type Stack } from './support/stack.ts'

interface PolicyDocument {
  readonly schema: string
  readonly characters: number
  readonly policy: { readonly Statement: readonly { readonly Action: readonly string[] }[] }
}

/** What everybody may ask. */
const FREE = 'sts:GetCallerIdentity'

describe('the least policy', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack({ monitoring: { alarmEmail: 'ops@example.com' } })
  })
  afterAll(() => stack?.close())

  /** Each call that the command makes, as it tells it itself: `ec2:DescribeVpcs`. */
  async function callsOf(args: readonly string[]): Promise<readonly string[]> {
    const { code, stderr } = await stack.run([...args, '--verbose'])
    expect(code).toBe(0)
    return [...new Set([...stderr.matchAll(/\b([a-z0-9-]+):([A-Z][A-Za-z0-9]+)\b/g)].map(([call]) => call))]
  }

  it.each([
    ['up', ['up', '--yes']],
    ['status', ['status']],
    ['down', ['down', '--yes']],
  ])('of %s allows each call that it makes', async (command, args) => {
    const { policy } = await stack.json<PolicyDocument>(['policy', command])
    const allowed = policy.Statement.flatMap(({ Action }) => Action)
    const calls = (await callsOf(args)).filter((call) => call !== FREE)
    expect(calls.length).toBeGreaterThan(50)
    expect(calls.filter((call) => !actionsAllow(allowed, call))).toEqual([])
  })

  it('is printed as it is, written where it is wanted, and asks AWS for nothing', async () => {
    stack.account.proxy.reset()
    const printed = await stack.run(['policy', 'status'])
    const written = await stack.run(['policy', 'status', '--out', 'status.json'])
    expect([printed.code, written.code]).toEqual([0, 0])
    expect(JSON.parse(printed.stdout)).toMatchObject({ Version: '2012-10-17' })
    expect(readFileSync(join(stack.dir, 'status.json'), 'utf8')).toBe(printed.stdout)
    expect(printed.stderr).toMatch(/^[\d,]+ characters: it fits into a managed policy\.$/m)
    expect(stack.account.proxy.report().total).toBe(0)
  })

  it('says what is wrong with the wish', async () => {
    expect(await stack.run(['policy', 'sideways'])).toMatchObject({ code: 2 })
    const nowhere = await stack.run(['policy', '--out', 'no/such/folder.json'])
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('Give another place with --out FILE.') })
  })
})

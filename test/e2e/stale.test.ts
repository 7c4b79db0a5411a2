import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults } from '../support/faults.ts'
import type { Call } from '../support/proxy.ts'
import { openStack, type Stack, up } from './support/stack.ts'

describe('a teardown whose look is older than 30 s when it has the lock', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
  })
  afterAll(() => stack?.close())

  it('looks again, and does not begin where data has come meanwhile', async () => {
    const bucket = `shop-dev-assets-${stack.account.id}-us-east-1`
    const held = new Set<string>()
    // Each hold is shorter than what a call may take; together they are longer than a look counts.
    stack.account.proxy.intercept(async ({ action, path }) => {
      if (action === 'PutObject' && path.includes('lock.json') && !held.has('late')) {
        held.add('late')
        await stack.raw.s3.putObject({ Bucket: bucket, Key: 'late.html', Body: 'late' })
      }
      if (!['DescribeVpcs', 'ListObjectVersions'].includes(action) || held.has(action)) return 'forward'
      held.add(action)
      return { pause: sleep(16_000) }
    })
    const { code, stderr } = await stack.run(['down', '--yes'])
    stack.account.proxy.intercept(null)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('s3:bucket/assets')
    const { verdict } = await stack.json<{ verdict: string }>(['status'])
    expect(verdict).toBe('in-sync')
  })

  it('does not delete what has come since, where nobody can be asked', async () => {
    let held = false
    const first = ({ action, path }: Call) => {
      const hit = !held && action === 'PutObject' && path.includes('lock.json')
      held ||= hit
      return hit
    }
    const { reached, intercept, release } = faults([{ kind: 'pause', aim: { where: first } }])
    stack.account.proxy.intercept(intercept)
    // A long lease: the call is held longer than a third of the usual one.
    const long = { env: { ECOM_INFRA_LEASE: '600' } }
    const down = stack.start(['down', '--yes', '--delete-data', '--json'], long)
    await reached
    stack.configure({ monitoring: { alarmEmail: 'ops@example.com' } })
    await up(stack)
    release()
    const { code, stderr, json } = await down.result
    stack.account.proxy.intercept(null)
    expect(code, stderr).toBe(2)
    expect(json()).toMatchObject({ code: 'PlanChanged', address: expect.stringMatching(/^sns:subscription\//) })
    expect((await stack.json<{ verdict: string }>(['status'])).verdict).toBe('in-sync')
  })
})

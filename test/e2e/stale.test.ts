import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
      if (path.includes('lock.json') && !held.has('late')) {
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
})

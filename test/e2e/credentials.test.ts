import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../support/proxy.ts'
import { expired } from '../support/refusal.ts'
import type { CliResult } from '../support/run-cli.ts'
import { addressesOf, inventory, taggable } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status } from './support/stack.ts'

/** Nothing of the environment: what cannot be renewed is not waited for. */
const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }

const secretOf = (key: string): string => `secretof${key}`
const isOurs = ({ accessKey }: Call): boolean => accessKey !== 'stranger'

describe('credentials that expire midway', () => {
  let stack: Stack
  let file: string
  const proxy = () => stack.account.proxy
  const tells: string[] = []

  /** As `aws configure`, or whatever a company has instead of it, writes them. */
  const login = (key: string): void =>
    writeFileSync(
      file,
      `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${secretOf(key)}\naws_session_token = token${key}\n`,
    )

  /** Refuses a key for good from the call of an action on, and tells when that was. */
  function killing(key: string, action: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let dead = false
    proxy().intercept((call) => {
      if (call.action === action) dead = true
      if (!dead || call.accessKey !== key) return 'forward'
      resolve()
      return expired(call)
    })
    return promise
  }

  async function finished(run: Promise<CliResult>, code: number): Promise<Document> {
    const result = await run
    expect(result.code, result.stderr).toBe(code)
    tells.push(result.stdout, result.stderr)
    return result.json<Document>()
  }

  beforeAll(async () => {
    stack = await openStack()
    file = join(stack.dir, 'credentials')
  })
  afterEach(() => proxy().intercept(null))
  afterAll(() => stack?.close())

  const env = (more: Readonly<Record<string, string>> = {}) => ({
    env: { ...NO_KEYS, AWS_SHARED_CREDENTIALS_FILE: file, ...more },
  })

  it('end the run when nobody renews them: nothing is begun, and it says what to do', async () => {
    login('first')
    const dead = killing('first', 'CreateSubnet')
    // A third of it is what the run waits at most, and more.
    const run = stack.start(['up', '--yes', '--json', '--verbose'], env({ ECOM_INFRA_LEASE: '6' }))
    await dead
    await run.said(/waiting up to 4 s for others/)
    await sleep(300)
    const waiting = proxy().calls.length
    const told = await finished(run.result, 1)
    expect(told).toMatchObject({ stopped: { code: 'Credentials', hint: expect.stringContaining('Renew them') } })
    // What was in doubt is asked for once more at the end: to save, and to give up the lock.
    const late = proxy().calls.slice(waiting)
    expect(late.filter(({ mutating, service }) => mutating && service !== 's3')).toEqual([])
  })

  it('are awaited: renewed by a person, the run goes on to its end, and makes nothing twice', async () => {
    login('second')
    const dead = killing('second', 'CreateNatGateway')
    const run = stack.start(['up', '--yes', '--json', '--verbose'], env())
    await dead
    await run.said(/waiting up to 40 s for others/)
    await sleep(300)
    const held = proxy().calls.length
    await sleep(1_200)
    expect(proxy().calls.slice(held)).toEqual([])
    login('third')
    const done = await finished(run.result, 0)
    expect(done.failures).toEqual([])
    const { resources, ...told } = await status(stack)
    expect(astray({ resources, ...told })).toEqual([])
    expect(addressesOf(await inventory(stack.raw))).toEqual(taggable(resources))
  })

  it('come from a process that gives others each time, and end again and again', async () => {
    const process = join(stack.dir, 'process.sh')
    const config = join(stack.dir, 'config')
    const expiration = new Date(Date.now() + 3_600_000).toISOString()
    writeFileSync(
      process,
      `#!/bin/sh\necho x >> ${stack.dir}/asked\nn=$(wc -l < ${stack.dir}/asked | tr -d ' ')\n` +
        `echo '{"Version":1,"AccessKeyId":"p'$n'","SecretAccessKey":"secretofp'$n'","Expiration":"${expiration}"}'\n`,
    )
    chmodSync(process, 0o755)
    writeFileSync(config, `[default]\ncredential_process = ${process}\n`)
    const used = new Map<string, number>()
    proxy().reset()
    proxy().intercept((call) => {
      const times = (used.get(call.accessKey) ?? 0) + 1
      used.set(call.accessKey, times)
      return isOurs(call) && times > 120 ? expired(call) : 'forward'
    })
    const down = stack.start(
      ['down', '--yes', '--delete-data', '--json', '--verbose'],
      env({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }),
    )
    const told = await finished(down.result, 0)
    expect(told).toMatchObject({ summary: { failed: 0 }, leftovers: [] })
    expect(addressesOf(await inventory(stack.raw))).toEqual([])
    expect(used.size).toBeGreaterThan(2)
  })

  it('never told a secret', () => {
    expect(tells.length).toBeGreaterThan(0)
    for (const text of tells) expect(text).not.toMatch(/secretof|token(first|second|third)/)
  })
})

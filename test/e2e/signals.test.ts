import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { environment, NODE } from '../support/run-cli.ts'
import { openStack, type Stack } from './support/stack.ts'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** As an older Node does: `bin/run.js` starts itself again with the clone's own one, and stands in front of it. */
const OLDER = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:process.channel?process.versions.node:'20.20.2'})`

describe('in front of another Node', () => {
  let stack: Stack
  beforeEach(async () => {
    stack = await openStack()
  })
  afterEach(() => stack?.close())

  /** Starts `up`, and holds its first creation until it has been signalled. */
  async function signalled(signal: NodeJS.Signals, whom: 'front' | 'both' = 'front') {
    const { promise: there, resolve: reached } = Promise.withResolvers<void>()
    stack.account.proxy.intercept(async ({ action }) => {
      if (action !== 'CreateVpc') return 'forward'
      reached()
      return { pause: sleep(1_000) }
    })
    const child = spawn(NODE, ['--import', OLDER, BIN, 'up', '--yes'], {
      cwd: stack.dir,
      env: environment({ env: stack.account.env }),
      stdio: 'ignore',
      // A group of its own, as a shell makes one.
      detached: true,
    })
    const exit = once(child, 'exit')
    await there
    process.kill((whom === 'both' ? -1 : 1) * (child.pid ?? Number.NaN), signal)
    const [code, by] = await exit
    stack.account.proxy.intercept(null)
    return { code, by }
  }

  it.each([
    ['SIGTERM', 'front', 143],
    ['SIGINT', 'front', 130],
    // Ctrl-C: the run has it from the terminal, and from the front.
    ['SIGINT', 'both', 130],
  ] as const)(
    '%s to %s reaches the run: it saves, unlocks, and the front ends as it did',
    async (signal, whom, code) => {
      expect(await signalled(signal, whom)).toEqual({ code, by: null })
      const state = await stack.raw.s3.listObjectsV2({ Bucket: `ecom-infra-state-${stack.account.id}-us-east-1` })
      const keys = (state.Contents ?? []).map(({ Key }) => Key)
      expect(keys).toContain('shop-dev/manifest.json')
      expect(keys).not.toContain('shop-dev/lock.json')
    },
  )

  it('a front that is killed takes the run with it', async () => {
    expect(await signalled('SIGKILL')).toEqual({ code: null, by: 'SIGKILL' })
    await sleep(300)
    stack.account.proxy.reset()
    await sleep(1_500)
    expect(stack.account.proxy.report().total).toBe(0)
  })
})

describe('before anything is begun', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it with its code', async (signal, code) => {
    // Signalled by itself, as soon as it can hear.
    const early = `process.on('newListener',(name)=>{if(name==='${signal}')setImmediate(()=>process.kill(process.pid,name))})`
    const child = spawn(NODE, ['--import', `data:text/javascript,${early}`, BIN, 'status'], { stdio: 'ignore' })
    expect(await once(child, 'exit')).toEqual([code, null])
  })
})

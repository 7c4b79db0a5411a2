import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { here, holderName } from '../../src/state/holder.ts'

describe.skipIf(process.platform !== 'linux')('where a run is', () => {
  it('tells this process, and that it lives', async () => {
    const self = await here.self()
    expect(self).toMatchObject({ pid: process.pid, bootId: expect.stringMatching(/^[0-9a-f-]{36}\/pid:\[\d+\]$/) })
    expect(Number(self.pidStartedAt)).toBeGreaterThan(0)
    expect(await here.gone(self)).toBe(false)
    expect(holderName()).toMatch(/.+@.+/)
  })

  it('knows a process that has ended, and one that was given its number', async () => {
    const self = await here.self()
    const child = spawn('sleep', ['60'])
    const other = { ...self, pid: child.pid ?? 0, pidStartedAt: null }
    expect(await here.gone(other)).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await here.gone(other)).toBe(true)
    expect(await here.gone({ ...self, pidStartedAt: '1' })).toBe(true)
  })

  it('takes a zombie for what it is', async () => {
    const self = await here.self()
    // A shell that never asks after its child.
    const parent = spawn('bash', ['-c', 'sleep 0.05 & echo $!; cut -d" " -f22 /proc/$!/stat; exec sleep 60'])
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
    const [pid, start] = String(printed).split('\n')
    const other = { ...self, pid: Number(pid), pidStartedAt: start ?? 'x' }
    await expect.poll(() => here.gone(other), { timeout: 3000 }).toBe(true)
    parent.kill('SIGKILL')
  })

  it('says nothing of other machines, other boots, other name spaces', async () => {
    const dead = { ...(await here.self()), pid: 2 ** 22 + 1 }
    expect(await here.gone(dead)).toBe(true)
    expect(await here.gone({ ...dead, host: 'elsewhere' })).toBe(false)
    expect(await here.gone({ ...dead, bootId: 'another' })).toBe(false)
    expect(await here.gone({ ...dead, bootId: null })).toBe(false)
  })
})

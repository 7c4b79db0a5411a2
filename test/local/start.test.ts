import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { localEnv, localStatus, resetLocal, startLocal, stopLocal } from '../../src/local/index.ts'
import { beganAt } from '../../src/local/process.ts'
import { useStateHome } from './state-home.ts'

const quiet = { say: (): void => undefined }

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return beganAt(pid) !== null
  } catch {
    return false
  }
}

async function call(url: string, service: string, init: RequestInit & { path?: string } = {}): Promise<Response> {
  const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
  return fetch(`${url}${init.path ?? '/'}`, { ...init, headers: { authorization, ...init.headers } })
}

describe('the local AWS', () => {
  const home = useStateHome()

  it('is started once, found again, emptied, and ended', async () => {
    expect(await localStatus()).toEqual({ running: false })
    const first = await startLocal(quiet)
    expect(first.started).toBe(true)
    expect(first.url).toBe(`http://127.0.0.1:${first.port}`)
    const again = await startLocal(quiet)
    expect(again).toEqual({ ...first, started: false })
    expect(await localStatus()).toMatchObject({
      running: true,
      pid: first.pid,
      port: first.port,
      extended: true,
      moto: expect.stringMatching(/^5\./),
    })

    await call(first.url, 's3', { method: 'PUT', path: '/some-bucket' })
    expect(await (await call(first.url, 's3')).text()).toContain('<Name>some-bucket</Name>')
    expect(await resetLocal()).toMatchObject({ running: true, pid: first.pid })
    expect(await (await call(first.url, 's3')).text()).not.toContain('some-bucket')

    expect(await stopLocal()).toEqual({ stopped: true })
    expect(isThere(first.pid)).toBe(false)
    expect(await localStatus()).toEqual({ running: false })
    expect(await stopLocal()).toEqual({ stopped: false })
    expect(existsSync(home.file('local.json'))).toBe(false)
    expect(existsSync(home.file('local.lock'))).toBe(false)
  })

  it('is the same one for two commands that start it at the same moment, and outlives both', async () => {
    const index = new URL('../../src/local/index.ts', import.meta.url).href
    const code = `const { startLocal } = await import(${JSON.stringify(index)}); console.log(JSON.stringify(await startLocal({ say() {} })))`
    const node = new URL('../../node_modules/.bin/node', import.meta.url).pathname
    const starts = [1, 2].map(() => promisify(execFile)(node, ['--input-type=module', '-e', code]))
    const [one, two] = (await Promise.all(starts)).map(
      ({ stdout }) => JSON.parse(stdout) as { pid: number; started: boolean },
    )
    expect(one?.pid).toBe(two?.pid)
    expect([one?.started, two?.started].sort()).toEqual([false, true])
    expect(isThere(one?.pid ?? 0)).toBe(true)
    expect(await startLocal(quiet)).toMatchObject({ pid: one?.pid, started: false })
  })

  it('is started anew where the remembered process is gone, was killed, or is now another one', async () => {
    const gone = spawnSync('true').pid
    writeFileSync(
      home.file('local.json'),
      JSON.stringify({ pid: gone, began: 'x', port: 1, moto: '5.2.1', extended: true }),
    )
    const first = await startLocal(quiet)
    expect(first.started).toBe(true)
    process.kill(first.pid, 'SIGKILL')
    await expect.poll(() => isThere(first.pid)).toBe(false)
    expect(await localStatus()).toEqual({ running: false })
    // the pid of this very process: were it taken for the local AWS, the test would be ended here
    const reused = { pid: process.pid, began: 'another boot:1', port: first.port, moto: '5.2.1', extended: true }
    writeFileSync(home.file('local.json'), JSON.stringify(reused))
    expect(await stopLocal()).toEqual({ stopped: false })
    writeFileSync(home.file('local.json'), '{"pid":')
    const second = await startLocal(quiet)
    expect(second).toMatchObject({ started: true })
    expect(second.pid).not.toBe(first.pid)
  })

  it('is not held up by the lock of a command that died', async () => {
    const dead = { pid: spawnSync('true').pid, began: 'x' }
    writeFileSync(home.file('local.lock'), JSON.stringify(dead))
    expect(await stopLocal()).toEqual({ stopped: false })
  })

  it('takes the port that is asked for, and says when it cannot', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const port = (other.address() as { port: number }).port
    await expect(startLocal({ ...quiet, port })).rejects.toMatchObject({ code: 'PortInUse', exit: 1 })
    await new Promise((resolve) => other.close(resolve))
    expect(await startLocal({ ...quiet, port })).toMatchObject({ port, started: true })
    await expect(startLocal({ ...quiet, port: port + 1 })).rejects.toMatchObject({
      code: 'LocalRunsElsewhere',
      exit: 2,
    })
  })

  it('is plain moto under ECOM_INFRA_STOCK_MOTO=1', async () => {
    process.env.ECOM_INFRA_STOCK_MOTO = '1'
    const { url } = await startLocal(quiet)
    expect(await localStatus()).toMatchObject({ running: true, extended: false })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await call(url, 'autoscaling', {
      method: 'POST',
      headers,
      body: 'Action=DescribeAccountLimits&Version=2011-01-01',
    })
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('<!doctype html>')
    const lines: string[] = []
    delete process.env.ECOM_INFRA_STOCK_MOTO
    await stopLocal()
    await startLocal(quiet)
    process.env.ECOM_INFRA_STOCK_MOTO = '1'
    await startLocal({ say: (line) => lines.push(line) })
    expect(lines.join()).toContain('is not stock moto')
  })

  it('says what a reset needs, and gives the SDK its environment', async () => {
    await expect(resetLocal()).rejects.toMatchObject({
      code: 'LocalNotRunning',
      details: { hint: 'ecom-infra local start' },
    })
    expect(localEnv('http://127.0.0.1:1')).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    })
  })

  it('gives the server neither the real AWS nor a proxy', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://wrong'
    process.env.HTTPS_PROXY = 'http://wrong'
    const { pid } = await startLocal(quiet)
    delete process.env.AWS_ENDPOINT_URL
    delete process.env.HTTPS_PROXY
    if (process.platform !== 'linux') return
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    expect(environment.filter((line) => line.includes('wrong'))).toEqual([])
    expect(environment).toContain('MOTO_IAM_LOAD_MANAGED_POLICIES=true')
  })

  it('ends with who started it when it is tied, however that one ends', async () => {
    const at = (path: string): string => JSON.stringify(new URL(`../../src/local/${path}`, import.meta.url).href)
    const code = `
      const { launch } = await import(${at('server.ts')})
      const { findMoto } = await import(${at('moto.ts')})
      const moto = await findMoto(() => {})
      console.log(launch({ moto, port: 0, log: ${JSON.stringify(home.file('tied.log'))}, stock: false, tied: true }).pid)
      setInterval(() => {}, 1000)`
    const node = new URL('../../node_modules/.bin/node', import.meta.url).pathname
    const starter = spawn(node, ['--input-type=module', '-e', code])
    const server = Number(await new Promise((resolve) => starter.stdout.once('data', resolve)))
    await expect.poll(() => readFileSync(home.file('tied.log'), 'utf8'), { timeout: 20_000 }).toContain('Running on')
    expect(isThere(server)).toBe(true)
    starter.kill('SIGKILL')
    await expect.poll(() => isThere(server), { timeout: 10_000 }).toBe(false)
  })
})

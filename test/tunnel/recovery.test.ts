import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openTunnel } from '../../src/tunnel/tunnel.ts'
import { Sshd } from '../support/sshd.ts'
import { dial, ending, open, psql, serve, sharedPostgres, sharedSshd, wishFor } from './ground.ts'

/** All of it in `npm run test:tunnel`, where there is time. */
const WHOLE = process.env.ECOM_INFRA_TUNNEL_GB !== undefined
const [KILLS, DOWN] = WHOLE ? [20, 30_000] : [5, 3_000]

const echo = () => serve((socket) => socket.pipe(socket))

/** Sends a word through the tunnel and waits for it to come back. */
async function answers(port: number): Promise<boolean> {
  const local = await dial(port)
  local.write('ping')
  return new Promise((resolve) => {
    local.once('data', () => resolve(true)).once('error', () => resolve(false))
    local.once('close', () => resolve(false))
  })
}

describe('a tunnel whose SSH connection dies', () => {
  const theSshd = sharedSshd()
  const thePostgres = sharedPostgres()

  test(`answers the next query within two seconds, ${KILLS} times under load`, {
    timeout: 120_000,
  }, async (context) => {
    const [sshd, postgres] = [await theSshd(context), await thePostgres(context)]
    const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port: postgres.port } })
    const { port } = tunnel
    const env = postgres.environment(port)
    const before = sshd.admission.keys.length
    const outcomes: { readonly code: number; readonly output: string }[] = []
    const load = new AbortController()
    const busy = Array.from({ length: 2 }, async () => {
      while (!load.signal.aborted)
        outcomes.push(await psql(env, "select repeat('x', 999) from generate_series(1, 10000)"))
    })

    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(200)
      expect(sshd.killSessions()).toBeGreaterThan(0)
      const begun = performance.now()
      expect(await psql(env, 'select 1')).toEqual({ code: 0, output: '1' })
      expect(performance.now() - begun).toBeLessThan(2_000)
    }
    load.abort()
    await Promise.all(busy)

    expect(tunnel.port).toBe(port)
    expect(sshd.admission.keys.length - before).toBe(KILLS)
    expect(new Set(sshd.admission.keys).size).toBe(sshd.admission.keys.length)
    expect(events.filter(({ kind }) => kind === 'lost')).toHaveLength(KILLS)
    // Whatever was cut has failed, and nothing that came through was half of the truth.
    for (const { code, output } of outcomes) if (code === 0) expect(output.length).toBe(9_999_999)
  })

  test('resets what is in flight instead of ending it', async (context) => {
    const [sshd, { port }] = [await theSshd(context), await echo()]
    const { tunnel } = await open(sshd, { destination: { host: '127.0.0.1', port } })
    const local = await dial(tunnel.port)
    local.write('ping')
    await new Promise((resolve) => local.once('data', resolve))
    const end = ending(local)
    sshd.killSessions()
    expect(await end).toBe('reset')
  })

  test('lets new connections wait for a server that is down', { timeout: 90_000 }, async (context) => {
    const [sshd, { port }] = [await theSshd(context), await echo()]
    const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port } })
    await sshd.stop()
    await sleep(DOWN / 3)
    const waiting = [answers(tunnel.port), answers(tunnel.port)]
    await sleep((DOWN * 2) / 3)
    await sshd.start()
    const begun = performance.now()
    expect(await Promise.all(waiting)).toEqual([true, true])
    expect(performance.now() - begun).toBeLessThan(4_000)
    expect(events.map(({ kind }) => kind)).toContain('waiting')
    expect(events.at(-1)?.kind).toBe('connected')
  })

  test('cuts those that have waited for too long', async (context) => {
    const [sshd, { port }] = [await theSshd(context), await echo()]
    const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port }, limits: { wait: 500 } })
    await sshd.stop()
    expect(await answers(tunnel.port)).toBe(false)
    expect(events.at(-1)?.text).toBe('a local connection was cut: there is no SSH connection yet')
    await sshd.start()
  })

  test('finds the bastion anew, wherever it is now', async (context) => {
    const [old, fresh, { port }] = [await Sshd.start(context), await theSshd(context), await echo()]
    let now = old
    const find = async () => ({ host: '127.0.0.1', port: now.port, user: now.user, instanceId: `i-${now.port}` })
    const admit = (_bastion: unknown, key: string) => now.admission.admit(key)
    const { tunnel } = await open(fresh, { find, admit, destination: { host: '127.0.0.1', port } })
    expect(await answers(tunnel.port)).toBe(true)
    now = fresh
    await old.end()
    expect(await answers(tunnel.port)).toBe(true)
  })

  test('notices a peer that has fallen silent', async (context) => {
    const [sshd, { port }] = [await Sshd.start(context), await echo()]
    const { tunnel, events } = await open(sshd, {
      destination: { host: '127.0.0.1', port },
      limits: { keepalive: 300, attempt: 500 },
    })
    sshd.signalSessions('SIGSTOP')
    await expect
      .poll(() => events.map(({ text }) => text).join('\n'), { timeout: 5_000 })
      .toContain('(the server is silent)')
    expect(await answers(tunnel.port)).toBe(true)
    await sshd.end()
  })

  test('goes on when AWS has no answer for a while, but not when it says no', async (context) => {
    const { Failed, Refused } = await import('../../src/engine/errors.ts')
    const [sshd, { port }] = [await theSshd(context), await echo()]
    const destination = { host: '127.0.0.1', port }
    let trouble: Error | null = null
    const options = wishFor(sshd, { destination })
    const find = async () => {
      if (trouble) throw trouble
      return options.find()
    }
    const tunnel = await openTunnel({ ...options, find })
    trouble = new Failed('Network', 'AWS does not answer.')
    sshd.killSessions()
    const waiting = answers(tunnel.port)
    await sleep(1_000)
    trouble = null
    expect(await waiting).toBe(true)
    expect(options.events.map(({ text }) => text).join('\n')).toContain('(AWS does not answer); trying again')

    trouble = new Refused('NoBastion', 'The bastion is gone for good.')
    sshd.killSessions()
    await expect(tunnel.ended).rejects.toBe(trouble)
    await expect(dial(tunnel.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

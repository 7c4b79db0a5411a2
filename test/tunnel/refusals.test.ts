import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTunnel } from '../../src/tunnel/tunnel.ts'
import { Sshd } from '../support/sshd.ts'
import { dial, ending, open, serve, sharedSshd, wishFor } from './ground.ts'

/** Something that has this port, if nobody else has it already. */
async function occupy(port: number): Promise<number> {
  const server = createServer()
  const at = await new Promise<number>((resolve) => {
    server
      .once('error', () => resolve(port))
      .listen(port, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
  })
  onTestFinished(() => {
    server.close()
  })
  return at
}

describe('a tunnel that is refused', () => {
  const theSshd = sharedSshd()

  test('by a host key that has changed while the instance is the same', { timeout: 40_000 }, async (context) => {
    const sshd = await Sshd.start(context)
    onTestFinished(() => sshd.end())
    const { tunnel } = await open(sshd)
    await sshd.stop()
    sshd.newHostKey()
    await sshd.start()
    await expect(tunnel.ended).rejects.toMatchObject({ name: 'Refused', code: 'HostKeyChanged' })
    await expect(dial(tunnel.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(tunnel.connection()).rejects.toMatchObject({ code: 'HostKeyChanged' })

    // And to begin with: no key is let in by a host that is not the one it says it is.
    await expect(openTunnel(wishFor(sshd))).rejects.toMatchObject({ code: 'HostKeyChanged' })
    // Another instance may have another key.
    const instanceId = 'i-0123456789abcdef0'
    await open(sshd, { find: async () => ({ host: '127.0.0.1', port: sshd.port, user: sshd.user, instanceId }) })
  })

  test('by a key that was admitted too long ago', { timeout: 40_000 }, async (context) => {
    const sshd = await Sshd.start(context, { seconds: 1 })
    onTestFinished(() => sshd.end())
    let patience = 1_300
    const admit = async (_bastion: unknown, key: string) => {
      await sshd.admission.admit(key)
      await sleep(patience)
    }
    const options = wishFor(sshd, { admit, limits: { refusals: 2 } })
    await expect(openTunnel(options)).rejects.toMatchObject({ name: 'Failed', code: 'KeyRefused' })
    const told = options.events.filter(({ kind }) => kind === 'waiting').map(({ text }) => text)
    expect(told).toEqual([expect.stringMatching(/^no connection to .* yet \(the key was not let in\); trying again$/)])
    expect(new Set(sshd.admission.keys).size).toBe(2)

    patience = 0
    const { tunnel, events } = await open(sshd, { admit, limits: { refusals: 2, refusedFor: 2_000 } })
    expect((await tunnel.connection()).lost).toBe(false)
    // Once it has stood, it takes more than two refusals in a hurry.
    patience = 1_300
    sshd.killSessions()
    await expect(tunnel.ended).rejects.toMatchObject({ code: 'KeyRefused' })
    expect(events.filter(({ kind }) => kind === 'waiting').length).toBeGreaterThan(0)
  })

  test('by a bastion that may not be left', { timeout: 40_000 }, async (context) => {
    const sshd = await Sshd.start(context, { config: ['AllowTcpForwarding no'] })
    onTestFinished(() => sshd.end())
    const { tunnel, events } = await open(sshd, { destination: { host: 'db.example', port: 5432 } })
    expect(await ending((await dial(tunnel.port)).resume())).toBe('reset')
    expect(events.at(-1)).toEqual({
      kind: 'refused',
      text: "the bastion's sshd does not allow connections to db.example:5432 (AllowTcpForwarding, PermitOpen)",
    })
  })

  test('by a server that knows only what is unsound', { timeout: 40_000 }, async (context) => {
    const sshd = await Sshd.start(context, { config: ['Ciphers aes128-cbc'] })
    onTestFinished(() => sshd.end())
    await expect(openTunnel(wishFor(sshd))).rejects.toMatchObject({
      code: 'BastionUnreachable',
      message: expect.stringContaining('no matching C->S cipher'),
    })
  })

  test('by a bastion where nothing listens, after some tries', { timeout: 40_000 }, async (context) => {
    const sshd = await theSshd(context)
    const { server, port: closed } = await serve(() => undefined)
    await new Promise((resolve) => server.close(resolve))
    let tries = 0
    const find = async () => {
      tries += 1
      return { host: '127.0.0.1', port: closed, user: 'nobody', instanceId: null }
    }
    const options = wishFor(sshd, { find, limits: { first: 800 } })
    const before = sshd.admission.keys.length
    await expect(openTunnel(options)).rejects.toMatchObject({
      code: 'BastionUnreachable',
      message: `No SSH connection to nobody@127.0.0.1:${closed}: nothing listens there.`,
      details: { hint: expect.stringContaining('access.sshCidrs') },
    })
    // What is the same each time is told once.
    expect(tries).toBeGreaterThan(2)
    expect(options.events.map(({ kind }) => kind)).toEqual(['connecting', 'waiting'])
    // No key is sent for nobody.
    expect(sshd.admission.keys.length).toBe(before)
    // Where somebody has named the place, neither AWS nor port 22 has to do with it.
    const named = wishFor(sshd, { find: async () => ({ ...(await find()), named: true }), limits: { first: 100 } })
    await expect(openTunnel(named)).rejects.toMatchObject({
      details: { hint: expect.not.stringMatching(/sshCidrs|port 22/) },
    })
  })

  test('by AWS itself, in its own words and at once', async (context) => {
    const trouble = new Error('ExpiredToken')
    const admit = () => Promise.reject(trouble)
    await expect(openTunnel(wishFor(await theSshd(context), { admit }))).rejects.toBe(trouble)
    const find = () => Promise.reject(trouble)
    await expect(openTunnel(wishFor(await theSshd(context), { find }))).rejects.toBe(trouble)
  })

  test('by somebody who has the port already', async (context) => {
    const sshd = await theSshd(context)
    const port = await occupy(0)
    const before = sshd.admission.keys.length
    const options = wishFor(sshd, { listen: { host: '127.0.0.1', port } })
    await expect(openTunnel(options)).rejects.toMatchObject({ name: 'Refused', code: 'PortTaken' })
    expect(options.events).toEqual([])
    expect(sshd.admission.keys.length).toBe(before)
  })

  test('not by somebody who has 5432: it takes the next', async (context) => {
    await occupy(5432)
    const { tunnel } = await open(await theSshd(context), { listen: { host: '127.0.0.1', port: 'first-free' } })
    expect(tunnel.port).toBeGreaterThan(5432)
    expect(tunnel.port).toBeLessThan(5532)
  })
})

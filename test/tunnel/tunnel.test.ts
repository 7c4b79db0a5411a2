import { describe, expect, test } from 'vitest'
import { dial, ending, open, psql, serve, sharedPostgres, sharedSshd } from './ground.ts'

describe('a tunnel', () => {
  const theSshd = sharedSshd()
  const thePostgres = sharedPostgres()

  test('leads to the database, which proves its name', { timeout: 60_000 }, async (context) => {
    const [sshd, postgres] = [await theSshd(context), await thePostgres(context)]
    const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port: postgres.port } })

    expect(await psql(postgres.environment(tunnel.port), 'select 1')).toEqual({ code: 0, output: '1' })
    expect(sshd.admission.keys).toHaveLength(1)
    expect(sshd.admission.keys[0]).toMatch(/^ssh-ed25519 AAAA\S{64}$/)
    expect(events.map(({ kind }) => kind)).toEqual(['connecting', 'note', 'connected'])
    expect(events[1]?.text).toMatch(/trusted from now on: SHA256:\S{43}$/)
  })

  test('is for fifty connections at once', { timeout: 60_000 }, async (context) => {
    const [sshd, postgres] = [await theSshd(context), await thePostgres(context)]
    const { tunnel } = await open(sshd, { destination: { host: '127.0.0.1', port: postgres.port } })
    const env = postgres.environment(tunnel.port)
    const sql = (n: number) => `select ${n} from pg_sleep(1)`

    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => psql(env, sql(n))))
    expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => ({ code: 0, output: String(n) })))
    expect(sshd.admission.keys).toHaveLength(2)
  })

  test('closes one side at a time, in both directions', async (context) => {
    const sshd = await theSshd(context)
    const heard = Promise.withResolvers<string>()
    const { port } = await serve((socket) => {
      // Ends its own side first, and hears what comes after that.
      let text = ''
      socket.on('data', (data) => {
        text += data
      })
      socket.on('end', () => heard.resolve(text))
      socket.end('all that I had')
    })
    const { tunnel } = await open(sshd, { destination: { host: '127.0.0.1', port } })

    const local = await dial(tunnel.port)
    let got = ''
    local.on('data', (data) => {
      got += data
    })
    expect(await ending(local)).toBe('end')
    expect(got).toBe('all that I had')
    local.write('and this ')
    local.end('is mine')
    expect(await heard.promise).toBe('and this is mine')
  })

  test('says why the database refuses, and goes on', async (context) => {
    const sshd = await theSshd(context)
    const { port, server } = await serve((socket) => socket.end('hello'))
    await new Promise((resolve) => server.close(resolve))
    const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port } })

    expect(await ending((await dial(tunnel.port)).resume())).toBe('reset')
    expect(events.at(-1)).toEqual({
      kind: 'refused',
      text: `the bastion cannot reach 127.0.0.1:${port}: connection refused`,
    })
    await serve((socket) => socket.end('hello'), port)
    expect(await ending((await dial(tunnel.port)).resume())).toBe('end')
    expect(events.filter(({ kind }) => kind === 'lost')).toEqual([])
  })
})

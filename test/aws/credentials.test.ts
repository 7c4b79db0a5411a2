import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Credentials } from '../../src/aws/credentials.ts'

const keysOf = (name: string) => ({ accessKeyId: name, secretAccessKey: `secret of ${name}`, sessionToken: 'token' })
const expired = () => Object.assign(new Error('The security token is expired'), { name: 'ExpiredTokenException' })

/** What the chain gives, what AWS takes, and whose it is. */
let given: string
let taken: Set<string>
let account: Readonly<Record<string, string>>
let notes: string[]
let stop: AbortController
let asked: number
let ends: unknown[]
let credentials: Credentials

beforeEach(async () => {
  vi.useFakeTimers()
  ;[given, taken, account, notes, asked, ends] = ['old', new Set(['old']), {}, [], 0, []]
  stop = new AbortController()
  credentials = new Credentials({
    open: async () => {
      asked += 1
      const keys = keysOf(given)
      return () => Promise.resolve(keys)
    },
    accountOf: async ({ accessKeyId }) => {
      if (!taken.has(accessKeyId)) throw expired()
      return account[accessKeyId] ?? 'ours'
    },
    patience: 40,
    note: (text) => notes.push(text),
    signal: stop.signal,
    gaveUp: (refusal) => ends.push(refusal, calls.length),
  })
  expect(await call()).toBe('old')
  credentials.settle('ours')
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const calls: string[] = []
/** A call of a client: signed with what there is, and taken or not. */
function call(): Promise<string> {
  return credentials.through(async () => {
    const { accessKeyId } = await credentials.provide()
    calls.push(accessKeyId)
    if (!taken.has(accessKeyId)) throw expired()
    return accessKeyId
  })
}

const renew = (name: string) => {
  given = name
  taken = new Set([name])
}

describe('credentials that AWS takes no more', () => {
  it('give way to those that are there already, without a wait', async () => {
    renew('new')
    expect(await call()).toBe('new')
    expect(vi.getTimerCount()).toBe(0)
    expect(await call()).toBe('new')
    expect(asked).toBe(2)
  })

  it('hold all calls until somebody has renewed them, and ask once for all', async () => {
    taken.clear()
    const refused = [call(), call()]
    await vi.advanceTimersByTimeAsync(1_000)
    calls.length = 0
    const later = call()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(calls).toEqual([])
    renew('new')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await Promise.all([...refused, later])).toEqual(['new', 'new', 'new'])
    expect(notes).toEqual([expect.stringContaining('up to 40 s'), expect.stringContaining('going on')])
  })

  it('wait for new ones that AWS does not know yet', async () => {
    given = 'new'
    taken.clear()
    const refused = call()
    await vi.advanceTimersByTimeAsync(10_000)
    taken.add('new')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await refused).toBe('new')
  })

  it('end the run when nobody renews them, and are not waited for again', async () => {
    taken.clear()
    const refused = call().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(39_000)
    const held = call().catch((error: unknown) => error)
    calls.length = 0
    expect(await Promise.race([refused, Promise.resolve('waiting')])).toBe('waiting')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await refused).toMatchObject({ name: 'ExpiredTokenException' })
    expect(await held).toMatchObject({ name: 'ExpiredTokenException' })
    // Told before any of those that had waited began.
    expect(ends.slice(0, 2)).toEqual([await refused, 0])
    await expect(call()).rejects.toThrow('expired')
    // But what comes afterwards is taken: there is something to be saved.
    renew('late')
    expect(await call()).toBe('late')
  })

  it('end it at once when they are of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'old')
    taken.clear()
    await expect(call()).rejects.toThrow('expired')
    expect(notes).toEqual([])
  })

  it('end it when the new ones are of another account', async () => {
    renew('other')
    account = { other: 'theirs' }
    await expect(call()).rejects.toMatchObject({ code: 'Credentials', exit: 1 })
    expect((await credentials.provide()).accessKeyId).toBe('old')
  })

  it('are not waited for after an interrupt', async () => {
    taken.clear()
    const refused = call().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    stop.abort(new Error('Ctrl-C'))
    await vi.advanceTimersByTimeAsync(1)
    expect(await refused).toMatchObject({ name: 'ExpiredTokenException' })
  })

  it('are renewed three times for one call and no more', async () => {
    let tries = 0
    const never = credentials.through(async () => {
      await credentials.provide()
      tries += 1
      renew(`new-${tries}`)
      throw expired()
    })
    await expect(never).rejects.toThrow('expired')
    expect(tries).toBe(4)
  })

  it('are no others when they are the same, whatever AWS says of them elsewhere', async () => {
    const service = new Set(['new'])
    let tries = 0
    const refused = credentials.through(async () => {
      tries += 1
      const { accessKeyId } = await credentials.provide()
      if (!service.has(accessKeyId)) throw expired()
      return accessKeyId
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(tries).toBe(1)
    renew('new')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await refused).toBe('new')
  })

  it('are told at once when AWS never took them', async () => {
    const fresh = new Credentials({
      open: async () => () => Promise.resolve(keysOf('wrong')),
      accountOf: () => Promise.reject(expired()),
      patience: 40,
      note: (text) => notes.push(text),
      signal: stop.signal,
      gaveUp: (refusal) => ends.push(refusal),
    })
    const first = fresh.through(async () => {
      await fresh.provide()
      throw expired()
    })
    await expect(first).rejects.toThrow('expired')
    expect(notes).toEqual([])
  })

  it('are not to blame for another refusal', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied' })
    await expect(credentials.through(() => Promise.reject(denied))).rejects.toBe(denied)
    expect(asked).toBe(1)
  })
})

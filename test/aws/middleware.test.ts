import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clients, connect } from '../../src/aws/clients.ts'
import { Credentials } from '../../src/aws/credentials.ts'
import { verdictOf } from '../../src/aws/failure.ts'
import type { Gate } from '../../src/aws/middleware.ts'
import { Rates } from '../../src/aws/rate.ts'

const TEMPLATE = { LaunchTemplateName: 'web', LaunchTemplateData: {} }
const THROTTLED = '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>'

/** S3's answer to keys that have expired. */
async function refused(key: string): Promise<void> {
  if (key === 'old') throw Object.assign(new Error('The security token is expired'), { name: 'ExpiredTokenException' })
}

describe('a change that may take only so long', () => {
  let server: http.Server
  let arrivals: number
  let clients: Clients
  let open: (others: Partial<Gate>) => Clients
  let stop: AbortController
  let permit: () => Promise<number>

  // Loading it takes a while, which is not meant here.
  beforeAll(() => import('@aws-sdk/client-ec2'))
  beforeEach(async () => {
    arrivals = 0
    server = http.createServer((request, response) => {
      arrivals += 1
      request.resume().once('end', () => response.writeHead(503, { 'content-type': 'text/xml' }).end(THROTTLED))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    stop = new AbortController()
    permit = () => Promise.resolve(600)
    const gate = { rates: new Rates(), signal: stop.signal, heard: () => undefined, credentials: null }
    open = (others) =>
      connect({ region: 'us-east-1', endpoint, credentials }, { ...gate, ...others, permit: () => permit() })
    clients = open({})
    vi.stubEnv('ECOM_INFRA_PACE', '0.03')
    // The longest rests that there are between two attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    server.close()
    server.closeAllConnections()
  })

  it('is not attempted again behind the back of whoever has given it up', async () => {
    const error = await clients.ec2.createLaunchTemplate(TEMPLATE).catch((caught: unknown) => caught)
    expect(verdictOf(error)).toBe('lost')
    const before = arrivals
    expect(before).toBeGreaterThan(0)
    await sleep(1_200)
    expect(arrivals).toBe(before)
  })

  it('is not attempted again after an interrupt', async () => {
    const asked = clients.ec2.createLaunchTemplate(TEMPLATE).catch((caught: unknown) => caught)
    await vi.waitUntil(() => arrivals > 0)
    const [before, reason] = [arrivals, new Error('Ctrl-C')]
    stop.abort(reason)
    expect(await asked).toBe(reason)
    expect(arrivals).toBe(before)
  })

  it('is not begun when it is interrupted while the lock is asked for', async () => {
    const { promise: answered, resolve } = Promise.withResolvers<number>()
    permit = () => answered
    const asked = clients.ec2.createLaunchTemplate(TEMPLATE).catch((caught: unknown) => caught)
    const reason = new Error('Ctrl-C')
    await sleep(50)
    stop.abort(reason)
    resolve(600)
    expect(await asked).toBe(reason)
    expect(arrivals).toBe(0)
  })

  it('is not begun by a permit that came while other credentials are waited for', async () => {
    const keysOf = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 'b' })
    let given = 'old'
    const credentials = new Credentials({
      open: async () => () => Promise.resolve(keysOf(given)),
      accountOf: async ({ accessKeyId }) => (accessKeyId === 'new' ? 'ours' : Promise.reject(new Error('expired'))),
      ...{ patience: 6, note: () => undefined, signal: stop.signal, gaveUp: () => undefined },
    })
    await credentials.provide()
    credentials.settle('ours')
    const permits: number[] = []
    // As the lock is asked for: S3 refuses the keys, and the question is given up before there are others.
    permit = async () => {
      if (permits.push(arrivals) > 1) return 600
      void credentials.through(() => refused(given))
      await vi.waitUntil(() => credentials.renewing !== null)
      return 600
    }
    const asked = open({ credentials })
      .ec2.createLaunchTemplate(TEMPLATE)
      .catch((caught: unknown) => caught)
    await sleep(150)
    expect([permits, arrivals]).toEqual([[0], 0])
    given = 'new'
    expect(verdictOf(await asked)).toBe('lost')
    expect(permits).toEqual([0, 0])
    expect(arrivals).toBeGreaterThan(0)
  })

  it('is not attempted again when the machine slept meanwhile', async () => {
    const asked = clients.ec2.createLaunchTemplate(TEMPLATE).catch((caught: unknown) => caught)
    await vi.waitUntil(() => arrivals > 0)
    const now = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(now + 60_000)
    const before = arrivals
    expect(verdictOf(await asked)).toBe('lost')
    expect(arrivals).toBe(before)
  })
})

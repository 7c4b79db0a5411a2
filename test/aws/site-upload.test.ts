import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../src/aws/clients.ts'
import { Rates } from '../../src/aws/rate.ts'
import { type Cargo, uploadToSite } from '../../src/aws/site-upload.ts'
import { Failed, Interrupted } from '../../src/engine/errors.ts'
import { fakeCtx } from '../support/fake-ctx.ts'

/** What came in with one request. */
interface Seen {
  readonly headers: http.IncomingHttpHeaders
  body: Buffer
  /** Whether the body came to its end. */
  whole: boolean
}
type Behave = (request: http.IncomingMessage, response: http.ServerResponse, attempt: number) => void

let [server, seen, url]: [http.Server, Seen[], string] = [http.createServer(), [], '']
let behave: Behave
beforeEach(async () => {
  seen = []
  behave = (_request, response) => void response.end()
  server = http.createServer((request, response) => {
    const one: Seen = { headers: request.headers, body: Buffer.alloc(0), whole: false }
    seen.push(one)
    const attempt = seen.length
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => {
      one.body = Buffer.concat([one.body, chunk])
    })
    request.on('end', () => {
      one.whole = true
      behave(request, response, attempt)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
})

const stop = () => new AbortController()
function ctx(signal: AbortSignal = stop().signal) {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const gate = { rates: new Rates(), signal, permit: () => null, heard: () => undefined, credentials: null }
  return fakeCtx({ ...connect({ region: 'us-east-1', endpoint: url, credentials }, gate), signal })
}

const CONTENT = Buffer.alloc(3_000_000, 'abcdefghijk')
const base64 = (content: Buffer) => createHash('sha256').update(content).digest('base64')
async function* pieces(content: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < content.length; from += 100_000) yield content.subarray(from, from + 100_000)
}
const moves: number[] = []
const cargo = (content: Cargo['content'], bytes = CONTENT.length): Cargo => {
  moves.length = 0
  return {
    ...{ key: 'a/ü b.css', bytes, contentType: 'text/css; charset=utf-8', cacheControl: 'no-cache' },
    ...{ sha256: base64(CONTENT), content, moved: (count: number) => void moves.push(count) },
  }
}
const moved = () => moves.reduce((sum, count) => sum + count, 0)
const fault =
  (status: number, code: string): Behave =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
  }

describe.each([
  ['a stream', () => cargo(() => pieces(CONTENT))],
  ['a small file', () => cargo(CONTENT)],
])('%s', (_what, make) => {
  test('arrives with its length, type, cache rule and sum, and names the owner', async () => {
    await uploadToSite(ctx(), 'shop-dev-assets', make())
    expect(seen).toHaveLength(1)
    expect(seen[0]?.body.equals(CONTENT)).toBe(true)
    expect(seen[0]?.headers).toMatchObject({
      'content-length': '3000000',
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'no-cache',
      'x-amz-checksum-sha256': base64(CONTENT),
      'x-amz-meta-sha256': base64(CONTENT),
      'x-amz-expected-bucket-owner': '123456789012',
    })
    // As it is: not wrapped into chunks with a checksum behind them.
    expect(seen[0]?.headers['content-encoding']).toBe(undefined)
    expect(moved()).toBe(3_000_000)
  })

  test.each([
    ['a connection that breaks', (request: http.IncomingMessage) => request.socket.resetAndDestroy()],
    ['a server that is busy', fault(503, 'SlowDown')],
  ])('is sent again after %s', async (_why, fail) => {
    behave = (request, response, attempt) => (attempt < 3 ? fail(request, response, attempt) : void response.end())
    const warn = vi.spyOn(console, 'warn')
    await uploadToSite(ctx(), 'shop-dev-assets', make())
    expect(seen.map(({ body }) => body.length)).toEqual([3_000_000, 3_000_000, 3_000_000])
    expect(moved()).toBe(3_000_000)
    expect(warn).not.toHaveBeenCalled()
  })

  test('is refused once and for all when it may not be there', async () => {
    behave = fault(403, 'AccessDenied')
    await expect(uploadToSite(ctx(), 'shop-dev-assets', make())).rejects.toMatchObject({ name: 'AccessDenied' })
    expect([seen.length, moved()]).toEqual([1, 0])
  })
})

describe('a stream', () => {
  test('that breaks ends the upload at once, before all of it has arrived, and is not tried again', async () => {
    const changed = new Failed('FileChanged', 'It was changed.')
    async function* broken() {
      yield* pieces(CONTENT.subarray(0, 2_900_000))
      throw changed
    }
    const began = performance.now()
    await expect(uploadToSite(ctx(), 'shop-dev-assets', cargo(broken))).rejects.toBe(changed)
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(seen.map(({ whole }) => whole)).toEqual([false])
    expect(moved()).toBe(0)
  })

  test('is sent again when what arrived was not what was sent', async () => {
    behave = (request, response, attempt) =>
      attempt === 1 ? fault(400, 'BadDigest')(request, response, 1) : void response.end()
    await uploadToSite(
      ctx(),
      'shop-dev-assets',
      cargo(() => pieces(CONTENT)),
    )
    expect(seen).toHaveLength(2)
  })

  test('that stands still is given up, and tried again', async () => {
    behave = (_request, response, attempt) => (attempt === 1 ? undefined : void response.end())
    await uploadToSite(
      ctx(),
      'shop-dev-assets',
      cargo(() => pieces(CONTENT)),
      300,
    )
    expect(seen).toHaveLength(2)
    expect(moved()).toBe(3_000_000)
  })

  test('is not tried for ever', async () => {
    behave = fault(500, 'InternalError')
    await expect(
      uploadToSite(
        ctx(),
        'shop-dev-assets',
        cargo(() => pieces(CONTENT)),
      ),
    ).rejects.toMatchObject({
      name: 'InternalError',
    })
    expect(seen).toHaveLength(5)
  })

  test('that is interrupted between two attempts ends with the run', async () => {
    const stopping = stop()
    behave = (request) => {
      stopping.abort(new Interrupted())
      request.socket.resetAndDestroy()
    }
    const upload = uploadToSite(
      ctx(stopping.signal),
      'shop-dev-assets',
      cargo(() => pieces(CONTENT)),
    )
    await expect(upload).rejects.toBeInstanceOf(Interrupted)
    expect(seen).toHaveLength(1)
  })
})

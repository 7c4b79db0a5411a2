import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { publicAddress } from '../../../src/config/wizard/public-address.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

async function answering(listener: RequestListener): Promise<string> {
  const listening = createServer(listener)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

const found = async (listener: RequestListener, signal?: AbortSignal) =>
  publicAddress({ env: { ECOM_INFRA_CHECKIP: await answering(listener) }, ...(signal === undefined ? {} : { signal }) })

describe('the caller’s own public address', () => {
  test.each([['203.0.113.7\n'], ['198.51.100.23'], ['  8.8.8.8  ']])('%j is one', async (text) => {
    expect(await found((_, response) => response.end(text))).toBe(text.trim())
  })

  test.each([
    ['an IPv6 address', '2001:db8::1'],
    ['a private address', '10.1.2.3'],
    ['another private address', '172.31.0.1'],
    ['an address of this machine', '127.0.0.1'],
    ['the address of a carrier', '100.64.0.1'],
    ['several', '203.0.113.7, 203.0.113.8'],
    ['a network', '203.0.113.0/24'],
    ['too large a number', '203.0.113.256'],
    ['a leading zero', '203.0.113.07'],
    ['a page to sign in at', `<html>${'x'.repeat(5_000)}</html>`],
    ['an address and then a page', `203.0.113.7${' '.repeat(100)}`],
    ['nothing', ''],
  ])('%s is none', async (_, text) => {
    expect(await found((_, response) => response.end(text))).toBeNull()
  })

  test('an error is none, whatever stands in it', async () => {
    const refuse: RequestListener = (_, response) => response.writeHead(503).end('203.0.113.7')
    expect(await found(refuse)).toBeNull()
  })

  test('who does not answer is not waited for', async () => {
    const began = performance.now()
    expect(await found(() => undefined)).toBeNull()
    expect(performance.now() - began).toBeLessThan(4_000)
  })

  test('who answers without end is not listened to', async () => {
    const flood: RequestListener = (_, response) => {
      const more = setInterval(() => response.write('203.0.113.7 '), 1)
      response.on('close', () => clearInterval(more))
    }
    const began = performance.now()
    expect(await found(flood)).toBeNull()
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  test('it is given up with the wizard', async () => {
    const leave = new AbortController()
    const began = performance.now()
    const address = found(() => leave.abort(), leave.signal)
    expect(await address).toBeNull()
    expect(performance.now() - began).toBeLessThan(1_000)
  })

  test.each([['http://127.0.0.1:1'], ['not a URL'], ['file:///etc/hosts']])('%s gives none', async (url) => {
    expect(await publicAddress({ env: { ECOM_INFRA_CHECKIP: url } })).toBeNull()
  })
})

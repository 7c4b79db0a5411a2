import http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, expect, it } from 'vitest'
import { emulator } from '../support/emulator.ts'

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
afterAll(() => agent.destroy())

const account = '215215215215'
const ours = `kept-open-${account}`

interface Heard {
  readonly status: number
  readonly length: string
  readonly body: string
  /** The port of our end: the same one means the same connection. */
  readonly port: number
}

async function ask(service: string, what: string, body: string[] = [], headers = {}): Promise<Heard> {
  const [method, path] = what.split(' ')
  const authorization = `AWS4-HMAC-SHA256 Credential=t/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
  const options = { method, path, agent, headers: { authorization, 'x-moto-account-id': account, ...headers } }
  const request = http.request(emulator(), options)
  for (const part of body) request.write(part)
  request.end()
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
  })
  const length = answer.headers['content-length'] ?? ''
  return { status: answer.statusCode ?? 0, length, body: await text(answer), port: request.socket?.localPort ?? 0 }
}

it('a connection of the local AWS stays open, whatever is said on it', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const first = await ask('sts', 'POST /', ['Action=GetCallerIdentity&Version=2011-06-15'], form)
  expect([first.status, first.body]).toEqual([200, expect.stringContaining(account)])
  // In chunks, without a length; read by its length only; not read by anyone; none at all.
  await ask('s3', `PUT /${ours}`)
  const put = await ask('s3', `PUT /${ours}/greeting`, ['hello, ', 'world'])
  const head = await ask('s3', `HEAD /${ours}/greeting`)
  const got = await ask('s3', `GET /${ours}/greeting`)
  const unread = await ask('pricing', 'POST /', ['x'.repeat(100_000)], { 'x-amz-target': 'AWSPriceListService.No' })
  const gone = await ask('s3', `DELETE /${ours}/greeting`)
  const missing = await ask('s3', `HEAD /${ours}/greeting`)
  await ask('s3', `DELETE /${ours}`)
  expect([put.status, head.status, head.length, head.body, got.body]).toEqual([200, 200, '12', '', 'hello, world'])
  expect([unread.status, gone.status, gone.body, missing.status]).toEqual([501, 204, '', 404])
  const ports = [put, head, got, unread, gone, missing].map(({ port }) => port)
  expect(new Set(ports)).toEqual(new Set([first.port]))
})

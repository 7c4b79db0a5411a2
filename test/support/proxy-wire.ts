/** What the proxy does with requests and answers, byte by byte. */
import { once } from 'node:events'
import http from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Answer, Call, Heard } from './proxy-actions.ts'

export interface ProxyOptions {
  /** The emulator's address. */
  readonly target: string
  /** The moto account that all calls go to; see moto.md 2.4. */
  readonly account?: string
  readonly latencyMs?: number
}

interface Line {
  readonly options: ProxyOptions
  readonly listening: boolean
}

/** A form: the body of a query-protocol call, which names the operation. */
export const isForm = ({ headers }: http.IncomingMessage): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false

/** A body that says what is asked for: a form or JSON. Other bodies are streamed. */
export async function textOf(request: http.IncomingMessage): Promise<Buffer | null> {
  const json = /^application\/(x-amz-)?json/.test(request.headers['content-type'] ?? '')
  if (!json && !isForm(request)) return null
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Resolves with the emulator's answer when its head is there. Headers go as they came, but for those of the connection. */
export async function forward(
  { options, listening }: Line,
  call: Call,
  request: http.IncomingMessage,
  text: Buffer | null,
): Promise<http.IncomingMessage> {
  const headers = without(request.rawHeaders, /^(connection|keep-alive|expect|x-moto-account-id)$/i)
  if (options.account !== undefined) headers.push('x-moto-account-id', options.account)
  const upstream = http.request(options.target, { method: call.method, path: call.path, headers })
  const answered = once(upstream, 'response')
  request.on('data', (chunk: Buffer) => {
    call.requestBytes += chunk.length
    if (listening) call.sent += chunk.toString('latin1')
  })
  const sent = text === null ? pipeline(request, upstream) : pipeline([text], upstream)
  const [[head]] = await Promise.all([answered, sent])
  return head as http.IncomingMessage
}

/** Raw headers, name and value in turn, without some names. */
export function without(raw: readonly string[], names: RegExp): string[] {
  const pairs = Array.from({ length: raw.length / 2 }, (_, index) => raw.slice(index * 2, index * 2 + 2))
  return pairs.filter(([name = '']) => !names.test(name)).flat()
}

/** The whole of AWS's answer, without what holds only for its own length and coding on the wire. */
export async function heard(upstream: http.IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = []
  for await (const chunk of upstream) chunks.push(chunk as Buffer)
  const kept = without(upstream.rawHeaders, /^(connection|keep-alive|content-length|transfer-encoding)$/i)
  const headers = Object.fromEntries(
    Array.from({ length: kept.length / 2 }, (_, index) => [kept[index * 2] ?? '', kept[index * 2 + 1] ?? '']),
  )
  return { status: upstream.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() }
}

export function answer(call: Call, given: Answer, response: http.ServerResponse): void {
  const body = given.body ?? ''
  call.status = given.status
  call.responseBytes = Buffer.byteLength(body)
  response.writeHead(given.status, { 'content-type': 'text/xml', ...given.headers })
  response.end(body)
}

/** A reset of the connection, as the client sees it when a server or a wire dies. */
export function cut(request: http.IncomingMessage): void {
  request.socket.resetAndDestroy()
}

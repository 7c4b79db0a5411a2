import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Answer,
  type Call,
  type Interceptor,
  identify,
  type Report,
  reportOf,
  type Seen,
} from './proxy-actions.ts'

export type { Answer, Call, Interceptor, Report, Verdict } from './proxy-actions.ts'

export interface AwsProxy {
  readonly url: string
  readonly calls: readonly Call[]
  report(): Report
  /** Forgets the calls; an interceptor and a latency stay. */
  reset(): void
  /** Asked for every call until another one, or null, takes its place. */
  intercept(interceptor: Interceptor | null): void
  setLatency(ms: number): void
  /** From now on what is said is kept, and not only that something was. */
  listen(on: boolean): void
  close(): Promise<void>
}

export interface ProxyOptions {
  /** The emulator's address. */
  readonly target: string
  /** The moto account that all calls go to; see moto.md 2.4. */
  readonly account?: string
  readonly latencyMs?: number
}

/** A proxy between a program that uses AWS and an emulator, which counts, delays, redirects and breaks calls. */
export async function startProxy(options: ProxyOptions): Promise<AwsProxy> {
  const state: State = { options, calls: [], interceptor: null, latencyMs: options.latencyMs ?? 0, ...QUIET }
  const server = http.createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 })
  server.on('request', (request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      if (response.destroyed) return
      console.error('proxy:', error)
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get calls() {
      return state.calls
    },
    report: () => reportOf(state.calls),
    reset: () => {
      state.calls = []
    },
    intercept: (interceptor) => {
      state.interceptor = interceptor
    },
    setLatency: (ms) => {
      state.latencyMs = ms
    },
    listen: (on) => {
      state.listening = on
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface State {
  readonly options: ProxyOptions
  calls: Call[]
  interceptor: Interceptor | null
  latencyMs: number
  inFlight: number
  ticks: number
  listening: boolean
}

const QUIET = { inFlight: 0, ticks: 0, listening: false } as const

async function handle(state: State, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  state.inFlight += 1
  response.once('close', () => {
    state.inFlight -= 1
  })
  const form = await formOf(request)
  const call = record(state, request, form?.toString() ?? '')
  response.once('close', () => {
    call.ms = Date.now() - call.at
  })
  if (state.latencyMs > 0) await sleep(state.latencyMs)
  const verdict = (await state.interceptor?.(call)) ?? 'forward'
  if (verdict === 'hang') return
  if (verdict === 'reset-before') return cut(request)
  if (typeof verdict === 'object' && 'status' in verdict) {
    call.answered = tick(state)
    return answer(call, verdict, response)
  }
  if (typeof verdict === 'object') await verdict.pause
  const upstream = await forward(state, call, request, form)
  if (verdict === 'reset-after') {
    for await (const _ of upstream);
    return cut(request)
  }
  call.status = upstream.statusCode ?? 0
  call.answered = tick(state)
  upstream.on('data', (chunk: Buffer) => {
    call.responseBytes += chunk.length
    if (state.listening) call.got += chunk.toString('latin1')
  })
  response.writeHead(call.status, without(upstream.rawHeaders, /^(connection|keep-alive)$/i))
  await pipeline(upstream, response)
}

/** The body of a query-protocol call, which names the operation; other bodies are streamed. */
async function formOf(request: http.IncomingMessage): Promise<Buffer | null> {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return null
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function tick(state: State): number {
  state.ticks += 1
  return state.ticks
}

function record(state: State, request: http.IncomingMessage, form: string): Call {
  const seen: Seen = { method: request.method ?? '', path: request.url ?? '/', headers: request.headers, form }
  const call: Call = {
    ...identify(seen),
    number: state.calls.length + 1,
    at: Date.now(),
    method: seen.method,
    path: seen.path,
    form: Object.fromEntries(new URLSearchParams(form)),
    inFlight: state.inFlight,
    began: tick(state),
    ...{ answered: 0, sent: state.listening ? form : '', got: '' },
    ...{ status: 0, ms: 0 },
    requestBytes: Buffer.byteLength(form),
    responseBytes: 0,
  }
  state.calls.push(call)
  return call
}

/** Resolves with the emulator's answer when its head is there. Headers go as they came, but for those of the connection. */
async function forward(
  { options, listening }: State,
  call: Call,
  request: http.IncomingMessage,
  form: Buffer | null,
): Promise<http.IncomingMessage> {
  const headers = without(request.rawHeaders, /^(connection|keep-alive|expect|x-moto-account-id)$/i)
  if (options.account !== undefined) headers.push('x-moto-account-id', options.account)
  const upstream = http.request(options.target, { method: call.method, path: call.path, headers, agent: false })
  const answered = once(upstream, 'response')
  request.on('data', (chunk: Buffer) => {
    call.requestBytes += chunk.length
    if (listening) call.sent += chunk.toString('latin1')
  })
  const sent = form === null ? pipeline(request, upstream) : pipeline([form], upstream)
  const [[head]] = await Promise.all([answered, sent])
  return head as http.IncomingMessage
}

/** Raw headers, name and value in turn, without some names. */
function without(raw: readonly string[], names: RegExp): string[] {
  const pairs = Array.from({ length: raw.length / 2 }, (_, index) => raw.slice(index * 2, index * 2 + 2))
  return pairs.filter(([name = '']) => !names.test(name)).flat()
}

function answer(call: Call, given: Answer, response: http.ServerResponse): void {
  const body = given.body ?? ''
  call.status = given.status
  call.responseBytes = Buffer.byteLength(body)
  response.writeHead(given.status, { 'content-type': 'text/xml', ...given.headers })
  response.end(body)
}

/** A reset of the connection, as the client sees it when a server or a wire dies. */
function cut(request: http.IncomingMessage): void {
  request.socket.resetAndDestroy()
}

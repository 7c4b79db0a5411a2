import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Call,
  type Interceptor,
  identify,
  type Report,
  reportOf,
  type Seen,
  type Verdict,
} from './proxy-actions.ts'
import { answer, cut, forward, heard, isForm, type ProxyOptions, textOf, without } from './proxy-wire.ts'

export type { Answer, Call, Heard, Interceptor, Report, Verdict } from './proxy-actions.ts'
export type { ProxyOptions } from './proxy-wire.ts'

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
  const text = await textOf(request)
  const call = record(state, request, text?.toString() ?? '')
  response.once('close', () => {
    call.ms = Date.now() - call.at
  })
  if (state.latencyMs > 0) await sleep(state.latencyMs)
  const verdict = (await state.interceptor?.(call)) ?? 'forward'
  await carryOut(state, verdict, { call, request, text, response })
}

interface Exchange {
  readonly call: Call
  readonly request: http.IncomingMessage
  readonly text: Buffer | null
  readonly response: http.ServerResponse
}

async function carryOut(state: State, verdict: Verdict, exchange: Exchange): Promise<void> {
  const { call, request, text, response } = exchange
  if (verdict === 'hang') return
  if (verdict === 'reset-before') return cut(request)
  if (typeof verdict === 'object' && 'status' in verdict) {
    call.answered = tick(state)
    return answer(call, verdict, response)
  }
  if (typeof verdict === 'object' && 'pause' in verdict) await verdict.pause
  const upstream = await forward(state, call, request, text)
  if (verdict === 'reset-after') {
    for await (const _ of upstream);
    return cut(request)
  }
  if (typeof verdict === 'object' && 'rewrite' in verdict) {
    const instead = await verdict.rewrite(await heard(upstream))
    call.answered = tick(state)
    return instead === 'reset' ? cut(request) : answer(call, instead, response)
  }
  await pass(state, call, upstream, response)
}

/** Hands AWS's answer on, to the byte. */
async function pass(
  state: State,
  call: Call,
  upstream: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  call.status = upstream.statusCode ?? 0
  call.answered = tick(state)
  upstream.on('data', (chunk: Buffer) => {
    call.responseBytes += chunk.length
    if (state.listening) call.got += chunk.toString('latin1')
  })
  response.writeHead(call.status, without(upstream.rawHeaders, /^(connection|keep-alive)$/i))
  await pipeline(upstream, response)
}

function tick(state: State): number {
  state.ticks += 1
  return state.ticks
}

function record(state: State, request: http.IncomingMessage, text: string): Call {
  const form = isForm(request) ? text : ''
  const seen: Seen = { method: request.method ?? '', path: request.url ?? '/', headers: request.headers, form }
  const call: Call = {
    ...identify(seen),
    number: state.calls.length + 1,
    at: Date.now(),
    method: seen.method,
    path: seen.path,
    form: Object.fromEntries(new URLSearchParams(form)),
    text,
    inFlight: state.inFlight,
    began: tick(state),
    ...{ answered: 0, sent: state.listening ? text : '', got: '' },
    ...{ status: 0, ms: 0 },
    requestBytes: Buffer.byteLength(text),
    responseBytes: 0,
  }
  state.calls.push(call)
  return call
}

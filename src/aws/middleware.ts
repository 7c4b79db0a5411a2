import { Readable } from 'node:stream'
import type { Credentials } from './credentials.ts'
import { codeOf, isCredentials, isLost, requestIdOf, statusOf } from './failure.ts'
import { isLacking } from './lacking.ts'
import { isAdvisory, isBlind, isMutating } from './operations.ts'
import type { Rates } from './rate.ts'
import { forbidRetry } from './retry.ts'
import { blame } from './rights.ts'
import { callName, type Service } from './service.ts'

/** One attempt of one call, as it went over the wire. Never holds parameters: they may be secrets. */
export interface CallRecord {
  readonly service: Service
  readonly operation: string
  readonly mutating: boolean
  readonly ms: number
  readonly attempt: number
  readonly requestId: string | null
  readonly code: string | null
  /** Where it went: `https://ec2.us-east-1.amazonaws.com`. */
  readonly origin: string
}

/** What every call has to pass: the run may have been stopped, or have lost its lock. */
export interface Gate {
  readonly rates: Rates
  readonly signal: AbortSignal
  /**
   * Asked before a call that changes something. Throws when the lease is lost, or too old.
   * Gives how many milliseconds the call may take, retries included; null without a lease.
   */
  permit(): Promise<number | null> | null
  /** Whose keys the calls are signed with; null: they are fixed, and nobody renews them. */
  readonly credentials: Credentials | null
  heard(call: CallRecord): void
}

interface Context {
  readonly commandName?: string
  /** No attempt begins after that, by the wall's clock and by the one that may stand still in sleep. */
  ecomInfraEnd?: readonly [wall: number, mono: number]
}
type Args = object
type Next = (args: Args) => Promise<{ readonly output?: unknown; readonly response?: unknown }>
type Middleware = (next: Next, context: Context) => Next
interface Stack {
  add(middleware: Middleware, options: { step: string; name: string; priority?: string }): void
  addRelativeTo(middleware: Middleware, options: { relation: string; toMiddleware: string; name: string }): void
}

const operationOf = (context: Context): string => (context.commandName ?? '').replace(/Command$/, '')

/** Puts the gate in front of a client's calls, and the meter around each attempt. */
export function install(client: object, service: Service, gate: Gate): void {
  const stack = (client as { middlewareStack: Stack }).middlewareStack
  stack.add(guard(service, gate), { step: 'initialize', name: 'ecomInfraGate', priority: 'high' })
  stack.addRelativeTo(meter(service, gate), {
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    name: 'ecomInfraMeter',
  })
}

const guard =
  (service: Service, gate: Gate): Middleware =>
  (next, context) =>
  async (args) => {
    const operation = operationOf(context)
    gate.signal.throwIfAborted()
    await gate.rates.take(service, operation, gate.signal)
    let sent = false
    const call = async () => {
      gate.signal.throwIfAborted()
      if (sent && isStreamed(args)) throw spent()
      sent = true
      const limit = isMutating(operation) ? await permitted(gate) : null
      if (limit === null) return next(args)
      context.ecomInfraEnd = [Date.now() + limit, performance.now() + limit]
      return within(limit, next(args))
    }
    return gate.credentials ? gate.credentials.through(call, (error) => isRefused(operation, error)) : call()
  }

/** A permit that came while other credentials were waited for is asked for again: S3 could not say whose the lock is. */
async function permitted(gate: Gate): Promise<number | null> {
  for (;;) {
    const limit = await gate.permit()
    const renewing = gate.credentials?.renewing
    // Nobody may have been heard, or all stopped, while it was asked.
    await renewing
    gate.signal.throwIfAborted()
    if (!renewing) return limit
  }
}

const isStreamed = (args: object): boolean =>
  (args as { readonly input?: { readonly Body?: unknown } }).input?.Body instanceof Readable

/** Whoever streams it begins anew, as after any upload that was cut off. */
const spent = (): Error =>
  Object.assign(new Error('There are other credentials, and the body of this call is spent.'), {
    name: 'RequestTimeout',
  })

/** An answer to HEAD has no body, and so no code: S3 says 400 to keys that have expired. */
const isRefused = (operation: string, error: unknown): boolean =>
  isCredentials(error) || (operation.startsWith('Head') && statusOf(error) === 400 && codeOf(error) === '')

/** Ends a call that outlives its permit. Its answer counts as lost: it may have taken effect. */
async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(overdue(`within ${ms / 1000} s`)), ms)
  })
  call.catch(() => undefined)
  return Promise.race([call, late]).finally(() => clearTimeout(timer))
}

const overdue = (when: string): Error => Object.assign(new Error(`No answer ${when}.`), { name: 'TimeoutError' })

/** It has been given up by then, and looked for: one more attempt would make it a second time. */
function refuseLate({ ecomInfraEnd: [wall, mono] = [Infinity, Infinity] }: Context): void {
  if (Date.now() < wall && performance.now() < mono) return
  const error = overdue('in time')
  forbidRetry(error)
  throw error
}

const meter =
  (service: Service, gate: Gate): Middleware =>
  (next, context) => {
    const operation = operationOf(context)
    const mutating = isMutating(operation)
    return async (args) => {
      refuseLate(context)
      // One more attempt is a new call as much as any other.
      if (attemptOf(args) > 1) gate.signal.throwIfAborted()
      const began = performance.now()
      const tell = (requestId: string | null, code: string | null) =>
        gate.heard({
          service,
          operation,
          mutating,
          attempt: attemptOf(args),
          ms: performance.now() - began,
          requestId,
          code,
          origin: originOf(args),
        })
      try {
        const result = await next(args)
        tell(requestIdOf(result.output) ?? null, null)
        return result
      } catch (error) {
        tell(requestIdOf(error) ?? null, (error as Error).name)
        blame(error, callName(service, operation))
        // An emulator that lacks a question asked only beforehand lacks it the second time, too.
        const settled = isAdvisory(service, operation) && isLacking(error)
        if (settled || (isBlind(service, operation) && isLost(error))) forbidRetry(error)
        throw error
      }
    }
  }

interface Wire {
  readonly protocol?: string
  readonly hostname?: string
  readonly port?: number
  readonly headers?: Readonly<Record<string, string>>
}

const wireOf = (args: object): Wire => (args as { readonly request?: Wire }).request ?? {}

function originOf(args: object): string {
  const { protocol = '', hostname = '', port } = wireOf(args)
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
}

/** The SDK counts its attempts in a header of the request. */
function attemptOf(args: object): number {
  const { headers } = wireOf(args)
  return Number(/attempt=(\d+)/.exec(headers?.['amz-sdk-request'] ?? '')?.[1] ?? 1)
}

import { blame } from './explain.ts'
import { isLost, requestIdOf } from './failure.ts'
import { isLacking } from './lacking.ts'
import { isAdvisory, isBlind, isMutating } from './operations.ts'
import type { Rates } from './rate.ts'
import { forbidRetry } from './retry.ts'
import type { Service } from './service.ts'

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
   * Asked before a call that changes something. Throws when the lease is too old.
   * Returns how many milliseconds the call may take, retries included; null without a lease.
   */
  permit(): number | null
  heard(call: CallRecord): void
}

interface Context {
  readonly commandName?: string
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
    const limit = isMutating(operation) ? gate.permit() : null
    return limit === null ? next(args) : within(limit, next(args))
  }

/** Ends a call that outlives its permit. Its answer counts as lost: it may have taken effect. */
async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(`No answer within ${ms / 1000} s.`), { name: 'TimeoutError' })),
      ms,
    )
  })
  call.catch(() => undefined)
  return Promise.race([call, late]).finally(() => clearTimeout(timer))
}

const meter =
  (service: Service, gate: Gate): Middleware =>
  (next, context) => {
    const operation = operationOf(context)
    const mutating = isMutating(operation)
    return async (args) => {
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
        blame(error, `${service}:${operation}`)
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

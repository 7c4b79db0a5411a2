import { Failed, Problem } from '../engine/errors.ts'

/** What is known of the call that failed. */
export interface Circumstances {
  readonly address?: string | undefined
  /** The AWS operation, for example `ec2:CreateVpc`. */
  readonly action?: string | undefined
  readonly profile?: string | undefined
  readonly region?: string | undefined
  /** Null or absent: AWS itself. */
  readonly endpoint?: string | null | undefined
}

const actions = new WeakMap<object, string>()

/** Remembers which AWS operation an error came from: the SDK's errors do not say. */
export function blame(error: unknown, action: string): void {
  if (typeof error === 'object' && error !== null) actions.set(error, action)
}

/** Anything that was thrown, as something a person can act on. Never holds a secret. */
export function explain(error: unknown, context: Circumstances = {}): Problem {
  if (error instanceof Problem) return error
  return new Failed('Unexplained', String(error), { address: context.address })
}

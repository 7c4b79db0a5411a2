import type { Verdict } from '../../src/engine/runtime.ts'

export type Verb = 'read' | 'create' | 'ready' | 'sync' | 'destroy'

export interface Call {
  readonly verb: Verb
  readonly type: string
  /** Null for a listing, which is of a whole type. */
  readonly address: string | null
}

/** `lost-before`: no answer and no effect. `lost-after`: no answer, but it was done. */
export type Fault = 'refused' | 'denied' | 'lost-before' | 'lost-after' | 'stop'

/** How fast, how late and how reliably the cloud answers. All in seconds. */
export interface Weather {
  latency(call: Call): number
  /** For how long a new thing is hidden from listings. */
  hidden(type: string): number
  /** For how long a changed thing is shown as it was. */
  late(): number
  fault(call: Call): Fault | null
}

/** Uneven, so that an order is never an accident of the fake, and otherwise as good as it gets. */
export function fair(): Weather {
  let calls = 0
  return { latency: () => 0.05 + ((calls++ * 7) % 5) / 20, hidden: () => 0, late: () => 0, fault: () => null }
}

/** Fair, but the `times` first calls that `matches` fail this way. */
export function failing(
  matches: (call: Call) => boolean,
  fault: Fault,
  times: number = Number.POSITIVE_INFINITY,
): Weather {
  let left = times
  return { ...fair(), fault: (call) => (matches(call) && left-- > 0 ? fault : null) }
}

/** An error of the cloud, with the way that it has to be taken. */
export class CloudError extends Error {
  readonly verdict: Verdict
  constructor(verdict: Verdict, message: string) {
    super(message)
    this.verdict = verdict
  }
}

/** What `src/aws/failure.ts` does for AWS. */
export const judge = (error: unknown): Verdict => (error instanceof CloudError ? error.verdict : 'refused')

export function errorOf(fault: Fault, { verb, address }: Call): CloudError {
  if (fault === 'refused' || fault === 'denied') return new CloudError('refused', `${fault}: ${verb} ${address}`)
  if (fault === 'stop') return new CloudError('stop', 'the credentials have expired')
  return new CloudError('lost', `no answer: ${verb} ${address}`)
}

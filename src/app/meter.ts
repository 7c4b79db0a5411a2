import type { CallRecord } from '../aws/middleware.ts'
import { callName } from '../aws/service.ts'

/** Counts every attempt of every call, as it goes over the wire, and tells of it under `--verbose`. */
export class Meter {
  #total = 0
  #mutating = 0
  #origin = ''
  readonly #say: ((line: string) => void) | null

  constructor(say: ((line: string) => void) | null) {
    this.#say = say
  }

  readonly heard = ({ service, operation, mutating, ms, attempt, requestId, code, origin }: CallRecord): void => {
    this.#total++
    this.#origin = origin
    if (mutating) this.#mutating++
    const again = attempt > 1 ? ` attempt ${attempt}` : ''
    this.#say?.(`${callName(service, operation)} ${Math.round(ms)} ms${again} ${code ?? 'ok'} ${requestId ?? '-'}`)
  }

  /** Where the last call went: endpoints may also be set in places that only the SDK reads. */
  get origin(): string {
    return this.#origin
  }

  get calls(): { readonly total: number; readonly mutating: number } {
    return { total: this.#total, mutating: this.#mutating }
  }
}

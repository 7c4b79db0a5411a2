import { setTimeout as sleep } from 'node:timers/promises'
import type { Call, Interceptor, Verdict } from '../support/proxy.ts'
import type { CliRun } from '../support/run-cli.ts'
import { isManifestWrite, isUnlock, operationOf } from './operation.ts'

/**
 * When a run is killed: before its call reaches AWS; when AWS has done it and the run has not read so; or when it has
 * read so, and its manifest does not say it yet.
 */
export type Moment = 'before' | 'after' | 'unwritten'

/** Milliseconds in which a run has surely read what was sent to it. */
const READING = 60

/** Kills a run at the first call that is a wanted point. What comes from it afterwards reaches nobody. */
export class Blade {
  /** Points: a moment and an operation. What has been met is taken out. */
  readonly #wanted: Set<string>
  /** Calls that AWS has been told of, and that the manifest must not tell of, by operation. */
  readonly #told = new Map<string, Call>()
  #run: CliRun | null = null
  #dead = false
  /** Pending while it is being decided whether the run ends here. */
  #lifted: Promise<void> | null = null

  constructor(wanted: Set<string>) {
    this.#wanted = wanted
  }

  aimAt(run: CliRun): void {
    this.#run = run
  }

  readonly intercept: Interceptor = async (call): Promise<Verdict> => {
    while (call.mutating && !this.#dead && this.#lifted) await this.#lifted
    if (this.#dead) return 'reset-before'
    if (!call.mutating) return 'forward'
    if (this.#isArmed() && (isManifestWrite(call) || isUnlock(call))) {
      this.#lifted = this.#strike()
      await this.#lifted
      return 'reset-before'
    }
    return this.#verdictOn(call)
  }

  /** The run has ended. Where it did so by itself, no manifest write has followed what it was told last. */
  end(): void {
    if (!this.#dead) this.#meetTold()
  }

  #verdictOn(call: Call): Verdict {
    const operation = operationOf(call)
    if (this.#wanted.has(pointOf('before', operation))) {
      this.#kill(pointOf('before', operation))
      return 'reset-before'
    }
    if (this.#wanted.has(pointOf('after', operation))) return this.#afterwards(pointOf('after', operation))
    if (this.#wanted.has(pointOf('unwritten', operation))) this.#told.set(operation, call)
    return 'forward'
  }

  #afterwards(point: string): Verdict {
    const decided = Promise.withResolvers<void>()
    this.#lifted = decided.promise
    return {
      rewrite: (answer) => {
        const done = answer.status < 400
        if (done) this.#kill(point)
        this.#lifted = null
        decided.resolve()
        return done ? 'reset' : answer
      },
    }
  }

  /** Whether AWS has done something of what is wanted, or is about to. */
  #isArmed(): boolean {
    return [...this.#told.values()].some(({ answered, status }) => answered === 0 || status < 400)
  }

  /** Waits until what AWS was told has been answered, and read. */
  async #strike(): Promise<void> {
    while ([...this.#told.values()].some(({ answered }) => answered === 0)) await sleep(5)
    await sleep(READING)
    this.#meetTold()
    this.#kill(null)
  }

  #meetTold(): void {
    for (const [operation, { status }] of this.#told)
      if (status > 0 && status < 400) this.#wanted.delete(pointOf('unwritten', operation))
    this.#told.clear()
  }

  #kill(point: string | null): void {
    if (point !== null) this.#wanted.delete(point)
    this.#dead = true
    this.#run?.kill('SIGKILL')
  }
}

/** What happens, and to which operation. */
export const pointOf = (what: string, operation: string): string => `${what} ${operation}`

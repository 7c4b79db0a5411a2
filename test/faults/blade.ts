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

/** Kills a run at the first call of a wanted operation. What comes from it afterwards reaches nobody. */
export class Blade {
  readonly #moment: Moment
  /** What is still to be met. What has been met is taken out. */
  readonly #wanted: Set<string>
  /** Calls of wanted operations that AWS has been told of. */
  readonly #told = new Map<string, Call>()
  #run: CliRun | null = null
  #dead = false
  #lifted: Promise<boolean> | null = null

  constructor(moment: Moment, wanted: Set<string>) {
    this.#moment = moment
    this.#wanted = wanted
  }

  aimAt(run: CliRun): void {
    this.#run = run
  }

  readonly intercept: Interceptor = async (call): Promise<Verdict> => {
    // One at a time: whether this one is the end of the run decides what becomes of the others.
    while (call.mutating && !this.#dead && this.#lifted) await this.#lifted
    if (this.#dead) return 'reset-before'
    if (!call.mutating) return 'forward'
    if (this.#moment === 'unwritten') return this.#letThrough(call)
    const operation = operationOf(call)
    if (!this.#wanted.has(operation)) return 'forward'
    return this.#moment === 'before' ? this.#before(operation) : this.#after(operation)
  }

  /** The run has ended, by itself or not: what it was told last has no manifest write after it. */
  end(): void {
    if (!this.#dead) this.#meet()
  }

  #before(operation: string): Verdict {
    this.#wanted.delete(operation)
    this.#kill()
    return 'reset-before'
  }

  #after(operation: string): Verdict {
    const decided = Promise.withResolvers<boolean>()
    this.#lifted = decided.promise
    return {
      rewrite: (answer) => {
        const done = answer.status < 400
        if (done) this.#before(operation)
        this.#lifted = null
        decided.resolve(done)
        return done ? 'reset' : answer
      },
    }
  }

  async #letThrough(call: Call): Promise<Verdict> {
    if (this.#armed() && (isManifestWrite(call) || isUnlock(call))) {
      this.#lifted = this.#strike()
      await this.#lifted
      return 'reset-before'
    }
    const operation = operationOf(call)
    if (this.#wanted.has(operation)) this.#told.set(operation, call)
    return 'forward'
  }

  /** Whether AWS has done something of what is wanted, or is about to. */
  #armed(): boolean {
    return [...this.#told.values()].some(({ answered, status }) => answered === 0 || status < 400)
  }

  /** Waits until what AWS was told has been answered, and read. */
  async #strike(): Promise<boolean> {
    while ([...this.#told.values()].some(({ answered }) => answered === 0)) await sleep(5)
    await sleep(READING)
    this.#meet()
    this.#kill()
    return true
  }

  #meet(): void {
    for (const [operation, { status }] of this.#told) if (status > 0 && status < 400) this.#wanted.delete(operation)
    this.#told.clear()
  }

  #kill(): void {
    this.#dead = true
    this.#run?.kill('SIGKILL')
  }
}

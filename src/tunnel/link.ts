import { type AttemptOptions, attempt } from './attempt.ts'
import { AskFailed, brief, isFinal, isRefusedKey, keyRefused, nameOf, unreachable } from './failure.ts'
import { Seldom } from './seldom.ts'
import type { SshConnection } from './ssh.ts'
import { Retry } from './time.ts'

interface Waiter {
  readonly give: (connection: SshConnection) => void
  readonly fail: (error: unknown) => void
}

/** A connection that was of no use for so long is taken for a good one all the same. */
const GOOD_AFTER = 5_000

/** Milliseconds in which a failure is told once: a night without a network must not push out what stands above it. */
const QUIET = 60_000

/** The SSH connection that is made again whenever it is lost. */
export class Link {
  readonly #options: AttemptOptions
  readonly #retry: Retry
  readonly #news: Seldom
  readonly #waiters = new Set<Waiter>()
  #now: SshConnection | null = null
  #over: { readonly why: unknown } | null = null
  /** Whether there ever was one. */
  #stood = false
  #refusals = 0
  #refusedSince = 0
  #name = 'the bastion'
  /** Its place was named by somebody, not found. */
  #named = false

  constructor(options: AttemptOptions) {
    this.#news = new Seldom(options.tell, QUIET)
    this.#options = { ...options, tell: (event) => this.#news.tell(event) }
    this.#retry = new Retry(options.limits)
  }

  /** Whether there will be no connection any more. */
  get over(): boolean {
    return this.#over !== null
  }

  /** The connection of now, or the next one. Rejected when there is none within `limit`, or will be none any more. */
  connection(limit: number): Promise<SshConnection> {
    if (this.#now && !this.#now.lost) return Promise.resolve(this.#now)
    if (this.#over) return Promise.reject(this.#over.why)
    const { promise, resolve, reject } = Promise.withResolvers<SshConnection>()
    const settle = () => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    }
    const waiter: Waiter = {
      give: (connection) => {
        settle()
        resolve(connection)
      },
      fail: (error) => {
        settle()
        reject(error)
      },
    }
    const timer = setTimeout(() => waiter.fail(new Error('there is no SSH connection yet')), limit)
    this.#waiters.add(waiter)
    return promise
  }

  /** Something went through it: when it is lost, that is a new story, and the next try is made at once. */
  useful(): void {
    this.#retry.succeeded()
  }

  /** Comes back only by throwing: what makes it impossible to go on, or the signal's reason. */
  async keepUp(): Promise<never> {
    const deadline = Date.now() + this.#options.limits.first
    try {
      while (true) await this.#hold(await this.#next(deadline))
    } catch (error) {
      this.#over = { why: error }
      for (const waiter of [...this.#waiters]) waiter.fail(error)
      throw error
    }
  }

  /** Tries until one stands. */
  async #next(deadline: number): Promise<SshConnection> {
    const { tell, signal } = this.#options
    while (true) {
      await this.#retry.rest(signal, () => this.#waiters.size > 0)
      signal.throwIfAborted()
      // Taken for a failure until it was of use: one that dies as soon as it stands must not be made again at once.
      this.#retry.failed()
      try {
        return await attempt(this.#options, (bastion) => {
          this.#name = nameOf(bastion)
          this.#named = bastion.named === true
        })
      } catch (error) {
        signal.throwIfAborted()
        this.#judge(error, deadline)
        tell({ kind: 'waiting', text: `no connection to ${this.#name} yet (${brief(error)}); trying again` })
      }
    }
  }

  /** Throws where trying again would be of no use. */
  #judge(error: unknown, deadline: number): void {
    const final = isFinal(error) || (!this.#stood && (error instanceof AskFailed || Date.now() > deadline))
    if (final) throw unreachable({ name: this.#name, named: this.#named }, error)
    if (!isRefusedKey(error)) return
    if (this.#refusals === 0) this.#refusedSince = Date.now()
    this.#refusals += 1
    const { refusals, refusedFor } = this.#options.limits
    if (this.#refusals < refusals || (this.#stood && Date.now() - this.#refusedSince < refusedFor)) return
    throw keyRefused(this.#name, this.#refusals)
  }

  /** Hands it out until it is lost. */
  async #hold(connection: SshConnection): Promise<void> {
    const { signal, tell } = this.#options
    const close = () => connection.close()
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    const good = setTimeout(() => this.useful(), GOOD_AFTER)
    this.#stood = true
    this.#refusals = 0
    this.#now = connection
    this.#news.forget()
    tell({ kind: 'connected', text: `connected to ${this.#name}` })
    for (const waiter of [...this.#waiters]) waiter.give(connection)
    const why = await connection.ended
    this.#now = null
    clearTimeout(good)
    signal.removeEventListener('abort', close)
    signal.throwIfAborted()
    if (isFinal(why)) throw why
    this.#news.forget()
    tell({ kind: 'lost', text: `lost the connection to ${this.#name} (${brief(why)})` })
  }
}

import type { AwsCredentialIdentity as Keys } from '@smithy/types'
import { Failed } from '../engine/errors.ts'
import { isCredentials } from './failure.ts'
import { pace, pause } from './wait.ts'

/** Gives the keys that count now. Asked before each call. */
export type Chain = () => Promise<Keys>

export interface CredentialsOptions {
  /** The SDK's standard chain, from its beginning: it reads every file and asks every process again. */
  readonly open: () => Promise<Chain>
  /** Whose keys they are. Throws when AWS does not take them. */
  readonly accountOf: (keys: Keys) => Promise<string>
  /** Seconds for which a person, or another program, may renew them before the run gives up. */
  readonly patience: number
  readonly note: (text: string) => void
  /** Ends the wait. */
  readonly signal: AbortSignal
  /** Told before any of the calls that wait may begin. */
  readonly gaveUp: (refusal: unknown) => void
}

/** Renewals that one call may need: a process can give keys for ever that AWS never takes. */
const RENEWALS = 3
/** How often they are looked for in that time. */
const LOOKS = 20

const isSame = (a: Keys, b: Keys): boolean =>
  a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken

/** Nobody can change the environment of a process that runs. */
const isFixed = (keys: Keys): boolean => keys.accessKeyId === process.env.AWS_ACCESS_KEY_ID

/**
 * The keys of a run, for all its clients. When AWS takes them no more, no call is begun until there are others of the
 * same account; the calls that were refused are then made again, for AWS has done nothing of them.
 */
export class Credentials {
  readonly #options: CredentialsOptions
  #chain: Promise<Chain> | null = null
  /** What calls are signed with, and how often that has changed. */
  #keys: Keys | null = null
  #round = 0
  #renewing: Promise<boolean> | null = null
  /** It has been waited for others than these, in vain. */
  #dead: Keys | null = null
  /** Known once AWS has taken them: what it never took is a mistake, and not waited for. */
  #account: string | null = null

  constructor(options: CredentialsOptions) {
    this.#options = options
  }

  /** What the SDK signs with. It refreshes keys that tell when they expire, a while before they do. */
  readonly provide: Chain = async () => {
    this.#chain ??= this.#options.open()
    return this.#use(await (await this.#chain)())
  }

  /** AWS takes them, and says whose they are. */
  settle(account: string): void {
    this.#account = account
  }

  /** Ends when none are waited for any more; null: none are. */
  get renewing(): Promise<unknown> | null {
    return this.#renewing
  }

  /** Makes a call; and again, with other keys, when AWS takes those no more that it was signed with. */
  async through<T>(call: () => Promise<T>, isRefusal: (error: unknown) => boolean = isCredentials): Promise<T> {
    for (let renewals = 0; ; renewals++) {
      await this.#renewing
      const round = this.#round
      try {
        return await call()
      } catch (error) {
        if (this.#account === null || renewals === RENEWALS || !isRefusal(error)) throw error
        if (this.#round === round && !(await this.#renewed(error))) throw error
      }
    }
  }

  #use(keys: Keys): Keys {
    if (this.#keys === null || !isSame(keys, this.#keys)) this.#round++
    this.#keys = keys
    return keys
  }

  /** Once for all calls that were refused. */
  #renewed(refusal: unknown): Promise<boolean> {
    this.#renewing ??= this.#renew(refusal).finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renew(refusal: unknown): Promise<boolean> {
    const { patience, note, signal, gaveUp } = this.#options
    const old = this.#keys
    const vain = old === null || isFixed(old) || (this.#dead !== null && isSame(this.#dead, old))
    const end = performance.now() + patience * 1000
    for (let looks = 1; !(await this.#found(old)); looks++) {
      if (vain || signal.aborted || performance.now() >= end) {
        this.#dead = old
        gaveUp(refusal)
        return false
      }
      if (looks === 1) note(`AWS does not take the credentials any more: waiting up to ${patience} s for others`)
      await rest(patience / LOOKS, signal)
    }
    note('AWS takes the credentials that are there now: going on')
    return true
  }

  /** Whether the chain gives other keys by now, that AWS takes. */
  async #found(old: Keys | null): Promise<boolean> {
    const chain = await this.#options.open()
    const keys = await orNull(chain())
    if (keys === null || (old !== null && isSame(keys, old))) return false
    const account = await orNull(this.#options.accountOf(keys))
    if (account === null) return false
    if (account !== this.#account) throw foreign(account, this.#account)
    this.#chain = Promise.resolve(chain)
    this.#use(keys)
    return true
  }
}

/** Why there are none yet does not matter: AWS's own refusal is what will be told. */
const orNull = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null)

/** People, and what renews their keys, take their time at any pace. An interrupt ends it. */
const rest = (seconds: number, signal: AbortSignal): Promise<void> =>
  pause(seconds / pace(), signal).catch(() => undefined)

const foreign = (other: string, own: string | null) =>
  new Failed('Credentials', `The credentials have expired, and the new ones are of account ${other}, not ${own}.`, {
    hint: `Get new ones of account ${own}, then run the same command again: it goes on from here.`,
  })

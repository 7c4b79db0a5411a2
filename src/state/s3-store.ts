import type { Clients } from '../aws/clients.ts'
import { codeOf, isCredentials, isDenied, isGone, isNetwork, statusOf } from '../aws/failure.ts'
import { required } from '../aws/required.ts'
import { type Passing, patiently } from '../aws/wait.ts'
import { Failed } from '../engine/errors.ts'
import { bucketDenied } from './denied.ts'
import { type StatePlace, stateBucketOf } from './keys.ts'
import type { Condition, Item, Listed, StateStore, Written } from './store.ts'

/** Two conditional writes at one moment: S3 asks to try again. */
const CONFLICT: Passing = {
  codes: ['ConditionalRequestConflict', 'OperationAborted'],
  seconds: 60,
  what: 'another write to the state bucket',
}
/** A bucket made a moment ago is not known everywhere (aws-behaviours.md 5.8). */
const FRESH: Passing = { codes: ['NoSuchBucket'], seconds: 120, what: 'the new state bucket' }

/** What is stored of a stack is a thousandth of it. What is larger must not fill the memory first. */
const MAX_BYTES = 64 * 1024 * 1024

const never = new AbortController().signal
const silent = { signal: never, note: () => undefined }

interface Command {
  readonly middlewareStack: object
}
type Next = (args: object) => Promise<{ readonly response?: unknown }>
interface Stack {
  add(middleware: (next: Next) => Next, options: { step: string; name: string; priority: string }): void
}

/** Reads the `Date` header of a command's answer, which the SDK leaves out of its outputs. */
function dating(command: Command): () => number {
  let date: string | undefined
  const listen =
    (next: Next): Next =>
    async (args) => {
      const result = await next(args)
      date = (result.response as { headers?: Record<string, string> } | undefined)?.headers?.date
      return result
    }
  const stack = command.middlewareStack as Stack
  stack.add(listen, { step: 'deserialize', name: 'ecomInfraDate', priority: 'low' })
  return () => Date.parse(required(date, 's3', 'a Date header'))
}

const conditions = (condition: Condition): { IfMatch?: string; IfNoneMatch?: string } => {
  if (condition === null) return {}
  return 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: condition.ifNoneMatch }
}

/** 412; or 404 on the key, when a certain version should have been there. */
const isUnmet = (error: unknown): boolean =>
  statusOf(error) === 412 || codeOf(error) === 'PreconditionFailed' || codeOf(error) === 'NoSuchKey'

const isForbidden = (error: unknown): boolean => !isCredentials(error) && (isDenied(error) || statusOf(error) === 403)

/** The state bucket. Every call names the account that must own it: a name alone could be anybody's. */
export class S3Store implements StateStore {
  readonly bucket: string
  readonly #clients: Pick<Clients, 's3'>
  readonly #account: string
  /** Something was written: from here on nothing is refused as if nothing had been done. */
  #written = false
  /** What a write may have to wait for. */
  readonly #passing = [CONFLICT]

  constructor(clients: Pick<Clients, 's3'>, place: StatePlace) {
    this.#clients = clients
    this.#account = place.account
    this.bucket = stateBucketOf(place)
  }

  nameOf(key: string): string {
    return `s3://${this.bucket}/${key}`
  }

  /** The bucket has just been made: not all of S3 may know it yet. One that is gone otherwise does not come back. */
  expectNew(): void {
    this.#passing.push(FRESH)
  }

  async get(key: string): Promise<Item | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#read(key)
      } catch (error) {
        if (isGone(error)) return null
        // The SDK repeats a request, but not the reading of an answer that breaks off.
        if (attempt === 3 || !isNetwork(error)) throw await this.#unread(error, key)
      }
    }
  }

  async put(key: string, body: string, condition: Condition, signal: AbortSignal = never): Promise<Written | null> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const input = { ...this.#at(key), Body: body, ContentType: 'application/json', ...conditions(condition) }
    return this.#unlessUnmet(key, null, signal, async () => {
      const command = new PutObjectCommand(input)
      const date = dating(command)
      const { ETag } = await this.#clients.s3.send(command, { abortSignal: signal })
      this.#written = true
      return { etag: required(ETag, 's3:PutObject', 'ETag'), date: date() }
    })
  }

  async delete(key: string, ifMatch?: string): Promise<boolean> {
    const condition = ifMatch === undefined ? {} : { IfMatch: ifMatch }
    return this.#unlessUnmet(key, false, never, async () => {
      await this.#clients.s3.deleteObject({ ...this.#at(key), ...condition })
      return true
    })
  }

  async list(prefix: string): Promise<readonly Listed[]> {
    const listed: Listed[] = []
    let token: string | undefined
    try {
      do {
        const page = await this.#clients.s3.listObjectsV2({
          Bucket: this.bucket,
          ExpectedBucketOwner: this.#account,
          Prefix: prefix,
          ContinuationToken: token,
        })
        for (const { Key, ETag, LastModified } of page.Contents ?? []) {
          if (Key && ETag && LastModified) listed.push({ key: Key, etag: ETag, lastModified: LastModified.getTime() })
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    } catch (error) {
      if (!isGone(error)) throw await this.#unread(error, prefix)
    }
    return listed
  }

  async #read(key: string): Promise<Item> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3')
    const command = new GetObjectCommand(this.#at(key))
    const date = dating(command)
    const { Body, ContentLength = 0, ETag, LastModified } = await this.#clients.s3.send(command)
    const content = required(Body, 's3:GetObject', 'Body')
    if (ContentLength > MAX_BYTES) throw this.#tooLarge(key, content)
    return {
      body: await content.transformToString(),
      etag: required(ETag, 's3:GetObject', 'ETag'),
      lastModified: required(LastModified, 's3:GetObject', 'LastModified').getTime(),
      date: date(),
    }
  }

  /** What nobody reads to its end keeps its connection, and the process. */
  #tooLarge(key: string, content: object): Failed {
    if ('destroy' in content && typeof content.destroy === 'function') content.destroy()
    return new Failed('StateTooLarge', `${this.nameOf(key)} is larger than 64 MiB: it is not ours.`, {
      hint: 'Move it away; what a stack consists of is found again in AWS by names and tags.',
    })
  }

  async #unlessUnmet<T, U>(key: string, unmet: U, signal: AbortSignal, act: () => Promise<T>): Promise<T | U> {
    try {
      return await patiently({ ...silent, signal }, this.#passing, act)
    } catch (error) {
      if (isUnmet(error)) return unmet
      throw this.#explained(error, key)
    }
  }

  #at(key: string) {
    return { Bucket: this.bucket, ExpectedBucketOwner: this.#account, Key: key }
  }

  /** Whose the bucket is tells whether it is no place for a state at all, or one thing in it may not be read. */
  async #unread(error: unknown, key: string): Promise<unknown> {
    if (!isForbidden(error) || this.#written) return this.#explained(error, key)
    try {
      await this.#clients.s3.headBucket({ Bucket: this.bucket, ExpectedBucketOwner: this.#account })
    } catch (refusal) {
      return statusOf(refusal) === 403 ? bucketDenied(this.bucket, this.#account, error) : this.#explained(error, key)
    }
    return this.#denied(
      error,
      key,
      `The bucket is account ${this.#account}'s: these credentials lack a permission in it.`,
    )
  }

  #explained(error: unknown, key: string): unknown {
    const hint = `Either these credentials lack a permission on the bucket (s3:ListBucket is needed too), or a bucket of that name belongs to another account than ${this.#account}.`
    return isForbidden(error) ? this.#denied(error, key, hint) : error
  }

  #denied(cause: unknown, key: string, hint: string): Failed {
    const message = `AWS refuses access to ${this.nameOf(key)}.`
    return new Failed('StateDenied', message, { hint, awsCode: codeOf(cause), cause })
  }
}

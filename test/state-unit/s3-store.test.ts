import { Readable } from 'node:stream'
import { S3 } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ensureStateBucket } from '../../src/state/bucket.ts'
import { S3Store } from '../../src/state/s3-store.ts'

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}
interface Answer {
  readonly status: number
  readonly code?: string
  readonly body?: Readable
}

const account = '123456789012'
/** Not far from the truth: the SDK takes a difference of minutes for its own clock's fault, and tries again. */
const NOW = Math.floor(Date.now() / 1000) * 1000 + 60_000
const HEADERS = { date: new Date(NOW).toUTCString(), etag: '"e"', 'last-modified': new Date(NOW - 7000).toUTCString() }
let asked: Request[] = []

/** S3 as the wire sees it: gives the answers that it is told to, then only good ones. */
function client(...answers: readonly Answer[]): { readonly s3: S3 } {
  const left = [...answers]
  const handle = (request: Request) => {
    asked.push(request)
    const { status, code, body } = left.shift() ?? { status: 200 }
    const text = code ? `<Error><Code>${code}</Code><Message>${code}</Message></Error>` : '<Answer/>'
    return Promise.resolve({ response: { statusCode: status, headers: HEADERS, body: body ?? Readable.from([text]) } })
  }
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const requestHandler = { handle } as never
  return {
    s3: new S3({ region: 'us-east-1', credentials, requestHandler, responseChecksumValidation: 'WHEN_REQUIRED' }),
  }
}
const storeOn = (...answers: readonly Answer[]) => new S3Store(client(...answers), { account, region: 'us-east-1' })

const no = { status: 403, code: 'AccessDenied' }

beforeEach(() => {
  asked = []
  vi.stubEnv('ECOM_INFRA_PACE', '0.01')
})
afterEach(() => vi.unstubAllEnvs())

it('names the owner of the bucket in every call', async () => {
  const store = storeOn()
  await store.get('k')
  await store.put('k', '{}', { ifNoneMatch: '*' })
  await store.delete('k', '"e"')
  await store.list('k')
  expect(asked).toHaveLength(4)
  await ensureStateBucket(client(), { account, region: 'us-east-1', partition: 'aws', tls: true, tags: {} })
  expect(asked).toHaveLength(11)
  for (const { headers } of asked) expect(headers).toHaveProperty('x-amz-expected-bucket-owner', account)
  expect(asked[1]?.headers).toHaveProperty('if-none-match', '*')
  expect(asked[2]?.headers).toHaveProperty('if-match', '"e"')
})

it('tells the time of the server', async () => {
  expect(await storeOn().get('k')).toMatchObject({
    date: NOW,
    lastModified: NOW - 7000,
  })
  expect(await storeOn().put('k', '{}', null)).toEqual({ etag: '"e"', date: NOW })
})

it.each(['ConditionalRequestConflict', 'OperationAborted'])('tries again after %s', async (code) => {
  const conflicts = [
    { status: 409, code },
    { status: 409, code },
  ]
  expect(await storeOn(...conflicts).put('k', '{}', { ifMatch: '"x"' })).toMatchObject({ etag: '"e"' })
  expect(await storeOn(...conflicts, { status: 412, code: 'PreconditionFailed' }).delete('k', '"x"')).toBe(false)
  expect(asked).toHaveLength(6)
})

it('waits for a bucket that is not known everywhere yet', async () => {
  const store = storeOn({ status: 404, code: 'NoSuchBucket' })
  store.expectNew()
  expect(await store.put('k', '{}', null)).not.toBeNull()
})

it('waits for no bucket that was there and has gone', async () => {
  const gone = () => storeOn({ status: 404, code: 'NoSuchBucket' })
  await expect(gone().put('k', '{}', { ifMatch: '"x"' })).rejects.toMatchObject({ name: 'NoSuchBucket' })
  await expect(gone().delete('k', '"x"')).rejects.toMatchObject({ name: 'NoSuchBucket' })
  expect(asked).toHaveLength(2)
})

it.each([
  [412, 'PreconditionFailed'],
  [404, 'NoSuchKey'],
])('takes %i for a condition that does not hold', async (status, code) => {
  expect(await storeOn({ status, code }).put('k', '{}', { ifMatch: '"x"' })).toBeNull()
  expect(await storeOn({ status, code }).delete('k', '"x"')).toBe(false)
})

it('explains a refusal, but for bad credentials, which have their own explanation', async () => {
  const denied = expect.objectContaining({
    code: 'StateDenied',
    message: expect.stringContaining('s3://ecom-infra-state-'),
  })
  await expect(storeOn(no).put('k', '{}', null)).rejects.toEqual(denied)
  // The bucket itself is ours.
  for (const read of ['get', 'list'] as const) {
    await expect(storeOn(no)[read]('k')).rejects.toEqual(denied)
    expect(asked.at(-1)).toMatchObject({ method: 'HEAD', headers: { 'x-amz-expected-bucket-owner': account } })
    await expect(storeOn(no)[read]('k')).rejects.toMatchObject({
      exit: 1,
      details: { hint: expect.stringContaining(`account ${account}'s`) },
    })
  }
  const expired = storeOn({ status: 403, code: 'InvalidAccessKeyId' }).get('k')
  await expect(expired).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
})

it('a bucket that is not for these credentials is refused, with its name and what it may be', async () => {
  const refused = {
    ...{ code: 'StateBucketDenied', exit: 2 },
    message: expect.stringContaining(`ecom-infra-state-${account}-us-east-1`),
  }
  await expect(storeOn(no, { status: 403 }).list('k')).rejects.toMatchObject(refused)
  const error = storeOn(no, { status: 403 }).get('k')
  await expect(error).rejects.toMatchObject(refused)
  const hint = await error.catch(({ details }) => String(details.hint))
  expect(hint).toContain(`belongs to another account than ${account}`)
  expect(hint).toContain('s3:ListBucket')
  // Any other answer says nothing about whose it is.
  await expect(storeOn(no, { status: 404 }).get('k')).rejects.toMatchObject({ code: 'StateDenied', exit: 1 })
  // The same where it is met when the bucket is to be made.
  const wanted = { account, region: 'us-east-1', partition: 'aws', tls: true, tags: {} }
  await expect(ensureStateBucket(client(no), wanted)).rejects.toMatchObject({ ...refused, details: { hint } })
})

it('is not refused as if nothing had been done once something was written', async () => {
  const store = storeOn({ status: 200 }, no, { status: 403 })
  await store.put('k', '{}', null)
  await expect(store.get('k')).rejects.toMatchObject({ code: 'StateDenied', exit: 1 })
})

it('reads again when an answer breaks off', async () => {
  const broken = () => {
    const body = new Readable({ read: () => undefined })
    setTimeout(() => body.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })), 5)
    return { status: 200, body }
  }
  expect(await storeOn(broken(), broken()).get('k')).toMatchObject({ body: '<Answer/>' })
  await expect(storeOn(broken(), broken(), broken()).get('k')).rejects.toThrow('aborted')
})

import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AwsProxy, startProxy } from './proxy.ts'
import { identify } from './proxy-actions.ts'

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
})
const seen = (service: string, line: string, form = '', headers = {}) => {
  const [method = '', path = '/'] = line.split(' ')
  return identify({ method, path, form, headers: { ...signed(service), ...headers } })
}

describe('what a call is', () => {
  it('is read from the signature and from each protocol', () => {
    expect(seen('ec2', 'POST /', 'Action=CreateVpc&Version=2016-11-15')).toEqual({
      service: 'ec2',
      region: 'eu-west-1',
      accessKey: 'AKIA',
      action: 'CreateVpc',
      mutating: true,
    })
    expect(seen('ec2', 'POST /', 'Action=DescribeVpcs')).toMatchObject({ action: 'DescribeVpcs', mutating: false })
    expect(seen('ssm', 'POST /', '', { 'x-amz-target': 'AmazonSSM.GetParameter' })).toMatchObject({
      action: 'GetParameter',
      mutating: false,
    })
    expect(seen('logs', 'POST /service/Logs_20140328/operation/PutRetentionPolicy')).toMatchObject({
      action: 'PutRetentionPolicy',
      mutating: true,
    })
    expect(seen('lambda', 'POST /2015-03-31/functions')).toMatchObject({
      action: 'POST /2015-03-31/functions',
      mutating: true,
    })
    const presigned = identify({
      method: 'GET',
      path: '/b/k?X-Amz-Credential=AK%2F20260101%2Fus-east-1%2Fs3%2Faws4_request',
      headers: {},
      form: '',
    })
    expect(presigned).toMatchObject({ service: 's3', accessKey: 'AK', action: 'GetObject' })
  })

  it.each([
    ['GET', '/', 'ListBuckets', false],
    ['PUT', '/b', 'CreateBucket', true],
    ['PUT', '/b/', 'CreateBucket', true],
    ['HEAD', '/b', 'HeadBucket', false],
    ['DELETE', '/b', 'DeleteBucket', true],
    ['GET', '/b?list-type=2&prefix=a', 'ListObjectsV2', false],
    ['GET', '/b', 'ListObjects', false],
    ['GET', '/b?versions', 'ListObjectVersions', false],
    ['POST', '/b?delete', 'DeleteObjects', true],
    ['PUT', '/b?versioning', 'PutBucketVersioning', true],
    ['GET', '/b?versioning', 'GetBucketVersioning', false],
    ['PUT', '/b?encryption', 'PutBucketEncryption', true],
    ['GET', '/b?encryption', 'GetBucketEncryption', false],
    ['DELETE', '/b?policy', 'DeleteBucketPolicy', true],
    ['PUT', '/b?policy', 'PutBucketPolicy', true],
    ['GET', '/b?tagging', 'GetBucketTagging', false],
    ['PUT', '/b?lifecycle', 'PutBucketLifecycleConfiguration', true],
    ['DELETE', '/b?lifecycle', 'DeleteBucketLifecycle', true],
    ['PUT', '/b?ownershipControls', 'PutBucketOwnershipControls', true],
    ['GET', '/b?publicAccessBlock', 'GetPublicAccessBlock', false],
    ['PUT', '/b?publicAccessBlock', 'PutPublicAccessBlock', true],
    ['GET', '/b?location', 'GetBucketLocation', false],
    ['PUT', '/b/a/key.json?x-id=PutObject', 'PutObject', true],
    ['GET', '/b/a/key.json?x-id=GetObject', 'GetObject', false],
    ['HEAD', '/b/k', 'HeadObject', false],
    ['DELETE', '/b/k', 'DeleteObject', true],
    ['PUT', '/b/k?tagging', 'PutObjectTagging', true],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload', true],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart', true],
    ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload', true],
  ])('S3 %s %s is %s', (method, path, action, mutating) => {
    expect(seen('s3', `${method} ${path}`)).toMatchObject({ action, mutating })
  })

  it('a service of REST is told by its methods', () => {
    const listing = 'GET /2015-02-01/file-systems'
    expect(seen('elasticfilesystem', `${listing}?MaxItems=10`)).toMatchObject({ action: listing, mutating: false })
    expect(seen('elasticfilesystem', 'POST /2015-02-01/file-systems')).toMatchObject({ mutating: true })
    expect(seen('elasticfilesystem', 'DELETE /2015-02-01/file-systems/fs-1')).toMatchObject({ mutating: true })
  })

  it('S3 copies are told from puts', () => {
    expect(seen('s3', 'PUT /b/k', '', { 'x-amz-copy-source': '/b/j' }).action).toBe('CopyObject')
  })
})

interface Got {
  readonly method: string
  readonly path: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

describe('the proxy', () => {
  let got: Got[]
  let upstream: http.Server
  let proxy: AwsProxy
  let reply: (response: http.ServerResponse) => void

  beforeEach(async () => {
    got = []
    reply = (response) => response.writeHead(200, { 'X-Kept': 'As Is' }).end('<ok/>')
    upstream = http.createServer(async (request, response) => {
      const body: Buffer[] = []
      for await (const chunk of request) body.push(chunk as Buffer)
      got.push({
        method: request.method ?? '',
        path: request.url ?? '',
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(body),
      })
      reply(response)
    })
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    proxy = await startProxy({
      target: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      account: '111122223333',
    })
  })

  afterEach(async () => {
    await proxy.close()
    upstream.close()
    upstream.closeAllConnections()
  })

  const ask = (action: string, extra = ''): Promise<Response> =>
    fetch(proxy.url, {
      method: 'POST',
      headers: { ...signed('ec2'), 'content-type': 'application/x-www-form-urlencoded' },
      body: `Action=${action}${extra}`,
    })

  it('forwards to the byte, and sets the account whatever the client says', async () => {
    const body = randomBytes(300_000)
    reply = (response) => response.writeHead(207, { 'X-Kept': 'As Is' }).end(body)
    const headers = { ...signed('s3'), 'x-moto-account-id': '999999999999', 'X-Custom': 'Kept' }
    const answer = await fetch(`${proxy.url}/b/k%20ey?x-id=PutObject`, { method: 'PUT', headers, body })
    const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
    expect(hash(new Uint8Array(await answer.arrayBuffer()))).toBe(hash(body))
    expect([answer.status, answer.headers.get('x-kept')]).toEqual([207, 'As Is'])
    expect(got[0]).toMatchObject({ method: 'PUT', path: '/b/k%20ey?x-id=PutObject' })
    expect(hash(got[0]?.body ?? Buffer.alloc(0))).toBe(hash(body))
    const raw = got[0]?.rawHeaders ?? []
    const accounts = raw.filter((_, index) => raw[index - 1]?.toLowerCase() === 'x-moto-account-id')
    expect(accounts).toEqual(['111122223333'])
    expect(raw[raw.indexOf('host') + 1]).toBe(new URL(proxy.url).host)
    expect(proxy.calls[0]).toMatchObject({
      action: 'PutObject',
      status: 207,
      requestBytes: 300_000,
      responseBytes: 300_000,
    })
  })

  it('carries what the SDK streams in chunks', async () => {
    reply = (response) => response.writeHead(200, { etag: '"1"' }).end()
    const client = new S3Client({
      endpoint: proxy.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x'.repeat(3_000_000) }))
    await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    expect(got[0]?.body.length).toBeGreaterThanOrEqual(3_000_000)
    expect(proxy.report().byService).toEqual({ s3: { PutObject: 1, GetObject: 1 } })
    client.destroy()
  })

  it('counts by service and action, reads apart from changes, and what was under way at once', async () => {
    proxy.setLatency(60)
    const began = Date.now()
    await Promise.all([ask('CreateVpc', '&CidrBlock=10.0.0.0%2F16'), ask('CreateVpc'), ask('DescribeVpcs')])
    expect(Date.now() - began).toBeGreaterThanOrEqual(55)
    expect(proxy.report()).toEqual({
      total: 3,
      reads: 1,
      changes: 2,
      peak: 3,
      byService: { ec2: { CreateVpc: 2, DescribeVpcs: 1 } },
    })
    expect(proxy.calls.find((call) => call.form.CidrBlock)).toMatchObject({
      form: { CidrBlock: '10.0.0.0/16' },
      status: 200,
      responseBytes: 5,
    })
    proxy.reset()
    expect(proxy.report()).toEqual({ total: 0, reads: 0, changes: 0, peak: 0, byService: {} })
    await ask('CreateVpc')
    expect(proxy.calls[0]).toMatchObject({ number: 1, inFlight: 1 })
  })

  it('knows what was answered before another call began, and what was under way beside it', async () => {
    await ask('CreateVpc')
    proxy.setLatency(30)
    await Promise.all([ask('CreateSubnet'), ask('CreateSubnet')])
    const [vpc, one, other] = proxy.calls
    if (!vpc || !one || !other) throw new Error('Not all calls were seen.')
    expect(vpc.answered).toBeGreaterThan(vpc.began)
    expect(Math.min(one.began, other.began)).toBeGreaterThan(vpc.answered)
    expect(Math.min(one.answered, other.answered)).toBeGreaterThan(Math.max(one.began, other.began))
  })

  it('keeps what is said while it is told to listen', async () => {
    reply = (response) => response.end('said')
    await (await ask('CreateVpc')).text()
    proxy.listen(true)
    await (await ask('CreateVpc', '&CidrBlock=10.0.0.0%2F16')).text()
    await (await fetch(`${proxy.url}/b/k`, { method: 'PUT', headers: signed('s3'), body: 'an object' })).text()
    expect(proxy.calls.map(({ sent, got: told }) => [sent.slice(0, 16), told])).toEqual([
      ['', ''],
      ['Action=CreateVpc', 'said'],
      ['an object', 'said'],
    ])
  })

  it('shows what is asked for, in a form or in JSON, before AWS hears of it', async () => {
    const asked: string[] = []
    proxy.intercept(({ text, form }) => {
      asked.push(`${text} ${form.Action}`)
      return 'forward'
    })
    const body = '{"FileSystemId":"fs-1"}'
    const headers = { ...signed('elasticfilesystem'), 'content-type': 'application/json' }
    await fetch(`${proxy.url}/2015-02-01/mount-targets`, { method: 'POST', headers, body })
    await ask('CreateVpc')
    expect(asked).toEqual([`${body} undefined`, 'Action=CreateVpc CreateVpc'])
    expect(got.map((one) => one.body.toString())).toEqual([body, 'Action=CreateVpc'])
    expect(proxy.calls.map(({ requestBytes }) => requestBytes)).toEqual([body.length, 16])
  })

  it('answers in place of AWS', async () => {
    proxy.intercept((call) =>
      call.number === 1 ? { status: 503, headers: { 'x-a': 'b' }, body: 'slow down' } : 'forward',
    )
    const refused = await ask('CreateVpc')
    expect([refused.status, refused.headers.get('x-a'), await refused.text()]).toEqual([503, 'b', 'slow down'])
    expect(got).toHaveLength(0)
    expect((await ask('CreateVpc')).status).toBe(200)
    expect(proxy.calls.map((call) => call.status)).toEqual([503, 200])
  })

  it('cuts the connection before AWS sees the call, or after it has done it', async () => {
    proxy.intercept(() => 'reset-before')
    await expect(ask('CreateVpc')).rejects.toThrow()
    expect(got).toHaveLength(0)
    proxy.intercept(() => 'reset-after')
    await expect(ask('CreateVpc')).rejects.toThrow()
    expect(got).toHaveLength(1)
    expect(proxy.calls.map((call) => call.status)).toEqual([0, 0])
  })

  it('answers otherwise than AWS, which has done it, or not at all', async () => {
    proxy.intercept(() => ({ rewrite: ({ status, headers, body }) => ({ status, headers, body: `${body}<more/>` }) }))
    const changed = await ask('CreateVpc')
    expect([changed.status, changed.headers.get('x-kept'), await changed.text()]).toEqual([
      200,
      'As Is',
      '<ok/><more/>',
    ])
    proxy.intercept(() => ({ rewrite: () => 'reset' }))
    await expect(ask('CreateVpc')).rejects.toThrow()
    expect(got).toHaveLength(2)
    expect(proxy.calls.map((call) => call.status)).toEqual([200, 0])
  })

  it('holds a call until it is let go, and one for ever', async () => {
    const gate = Promise.withResolvers<void>()
    proxy.intercept(() => ({ pause: gate.promise }))
    const held = ask('CreateVpc')
    await sleep(50)
    expect(got).toHaveLength(0)
    gate.resolve()
    expect((await held).status).toBe(200)
    proxy.intercept(() => 'hang')
    const hung = fetch(proxy.url, { headers: signed('s3'), signal: AbortSignal.timeout(100) })
    await expect(hung).rejects.toThrow()
    expect(got).toHaveLength(1)
  })
})

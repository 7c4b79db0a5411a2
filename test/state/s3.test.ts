import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clients, connect } from '../../src/aws/clients.ts'
import { Rates } from '../../src/aws/rate.ts'
import { ensureStateBucket, STATE_TAG } from '../../src/state/bucket.ts'
import { Journal } from '../../src/state/journal.ts'
import { stateBucketOf } from '../../src/state/keys.ts'
import { loadManifest } from '../../src/state/load.ts'
import { S3Store } from '../../src/state/s3-store.ts'
import { takeLock } from '../../src/state/take-lock.ts'
import { type Account, freshAccount } from '../support/emulator.ts'
import { storeContract } from './store-contract.ts'

process.env.ECOM_INFRA_PACE = '0.02'

const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
const connectTo = (endpoint: string, region: string): Clients =>
  connect(
    { region, endpoint, credentials },
    {
      rates: new Rates(),
      signal: new AbortController().signal,
      permit: () => null,
      heard: () => undefined,
      credentials: null,
    },
  )
const wanted = (account: string, region: string, tls = true) => ({
  account,
  region,
  partition: 'aws',
  tls,
  tags: { owner: 'web-team' },
})

let account: Account
beforeAll(async () => {
  account = await freshAccount()
})
beforeEach(() => {
  account.proxy.intercept(null)
  account.proxy.reset()
})
afterAll(() => account.close())

/** A bucket is made but once for a region: each test has one of its own. */
const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'eu-central-1',
  'us-west-2',
  'ap-south-1',
  'eu-north-1',
  'us-east-2',
  'ca-central-1',
]
const freshRegion = () => REGIONS.pop() ?? 'none left'

async function settingsOf(clients: Clients, Bucket: string) {
  const { s3 } = clients
  const [owner, block, encryption, versioning, tagging] = await Promise.all([
    s3.getBucketOwnershipControls({ Bucket }),
    s3.getPublicAccessBlock({ Bucket }),
    s3.getBucketEncryption({ Bucket }),
    s3.getBucketVersioning({ Bucket }),
    s3.getBucketTagging({ Bucket }),
  ])
  return {
    owner: owner.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    block: block.PublicAccessBlockConfiguration,
    encryption: encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault,
    versioning: versioning.Status,
    tags: Object.fromEntries((tagging.TagSet ?? []).map(({ Key, Value }) => [Key, Value])),
  }
}

const COMPLETE = {
  owner: 'BucketOwnerEnforced',
  block: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
  encryption: { SSEAlgorithm: 'AES256' },
  versioning: 'Enabled',
  tags: { owner: 'web-team', [STATE_TAG]: 'true' },
}

describe('the state bucket', () => {
  it('is made with everything set, and costs one read when it is there', async () => {
    for (const region of [freshRegion(), 'us-east-1']) {
      const clients = connectTo(account.url, region)
      const bucket = stateBucketOf({ account: account.id, region })
      expect(await ensureStateBucket(clients, wanted(account.id, region))).toBe('made')
      expect(await settingsOf(clients, bucket)).toEqual(COMPLETE)
      const policy = JSON.parse((await clients.s3.getBucketPolicy({ Bucket: bucket })).Policy ?? '{}')
      expect(policy.Statement).toEqual([
        {
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ])
      account.proxy.reset()
      expect(await ensureStateBucket(clients, wanted(account.id, region))).toBe('found')
      expect(account.proxy.report()).toMatchObject({ total: 1, changes: 0 })
    }
  })

  it('has no policy on an http endpoint', async () => {
    const region = freshRegion()
    const clients = connectTo(account.url, region)
    await ensureStateBucket(clients, wanted(account.id, region, false))
    const Bucket = stateBucketOf({ account: account.id, region })
    await expect(clients.s3.getBucketPolicy({ Bucket })).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' })
  })

  it('is completed after a crash between any two of its calls', async () => {
    const region = freshRegion()
    const clients = connectTo(account.url, region)
    const Bucket = stateBucketOf({ account: account.id, region })
    for (let changes = 0; changes < 7; changes++) {
      let left = changes
      account.proxy.intercept((call) =>
        call.method === 'GET' || left-- > 0
          ? 'forward'
          : { status: 400, body: '<Error><Code>Crash</Code><Message>dead</Message></Error>' },
      )
      await expect(ensureStateBucket(clients, wanted(account.id, region))).rejects.toThrow()
      account.proxy.intercept(null)
      expect(await ensureStateBucket(clients, wanted(account.id, region))).toBe('made')
      expect(await settingsOf(clients, Bucket)).toEqual(COMPLETE)
      // The emulator keeps the tags of a bucket that is gone.
      await clients.s3.deleteBucketTagging({ Bucket })
      await clients.s3.deleteBucket({ Bucket })
    }
  })

  it('is made by two at one moment', async () => {
    const region = freshRegion()
    const clients = [connectTo(account.url, region), connectTo(account.url, region)]
    await Promise.all(clients.map((each) => ensureStateBucket(each, wanted(account.id, region))))
    const [first] = clients
    if (first) expect(await settingsOf(first, stateBucketOf({ account: account.id, region }))).toEqual(COMPLETE)
  })

  it('is named when another account has it', async () => {
    const region = freshRegion()
    const other = await freshAccount()
    const Bucket = stateBucketOf({ account: account.id, region })
    const CreateBucketConfiguration = { LocationConstraint: region as 'eu-west-1' }
    await connectTo(other.url, region).s3.createBucket({ Bucket, CreateBucketConfiguration })
    // The emulator does not look at ExpectedBucketOwner; AWS answers like this.
    account.proxy.intercept((call) =>
      call.method === 'GET'
        ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' }
        : 'forward',
    )
    const clients = connectTo(account.url, region)
    const error = expect.objectContaining({
      code: 'StateBucketDenied',
      exit: 2,
      message: expect.stringContaining(Bucket),
    })
    await expect(ensureStateBucket(clients, wanted(account.id, region))).rejects.toEqual(error)
    account.proxy.intercept((call) =>
      call.method === 'GET'
        ? { status: 404, body: '<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>' }
        : 'forward',
    )
    await expect(ensureStateBucket(clients, wanted(account.id, region))).rejects.toEqual(error)
    await other.close()
  })
})

describe('in the state bucket', () => {
  const region = 'us-east-1'
  let store: S3Store
  beforeAll(async () => {
    const clients = connectTo(account.url, region)
    await ensureStateBucket(clients, wanted(account.id, region, false))
    // What an earlier test has set locks everybody out of http.
    await clients.s3.deleteBucketPolicy({ Bucket: stateBucketOf({ account: account.id, region }) })
    store = new S3Store(clients, { account: account.id, region })
  })

  storeContract('S3', () => store, 40)

  it('lists more than a page', async () => {
    const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
    while (keys.length > 0) await Promise.all(keys.splice(0, 50).map((key) => store.put(key, key, null)))
    expect(await store.list('many/')).toHaveLength(1005)
  })

  it('has nothing where there is no bucket', async () => {
    const nowhere = new S3Store(connectTo(account.url, 'sa-east-1'), { account: account.id, region: 'sa-east-1' })
    expect(await nowhere.get('shop-dev/manifest.json')).toBeNull()
    expect(await nowhere.list('shop-dev/')).toEqual([])
    await expect(nowhere.put('shop-dev/lock.json', '{}', null)).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  it('takes the lock and writes the manifest when every answer is lost on its way', async () => {
    let changes = 0
    // Each change takes effect, its answer is lost, and the SDK asks again.
    account.proxy.intercept(({ method }) => (method === 'PUT' && changes++ % 2 === 0 ? 'reset-after' : 'forward'))
    const stack = 'lossy-dev'
    const now = new Date().toISOString()
    const lock = await takeLock(store, { stack, run: 'a', command: 'up', startedAt: now, fence: 0 })
    const loaded = await loadManifest(store, stack, { account: account.id, region })
    const journal = new Journal({ store, lease: lock, loaded })
    await journal.announce([{ address: 'ec2:vpc/main', token: 't' }])
    journal.record('ec2:vpc/main', { type: 'ec2:vpc', id: 'vpc-1', dependsOn: [], out: {}, place: null })
    await journal.close()
    await lock.release()
    expect(changes).toBe(6)
    const { manifest } = await loadManifest(store, stack, { account: account.id, region })
    expect(manifest).toMatchObject({
      run: 'a',
      fence: 1,
      announced: {},
      resources: { 'ec2:vpc/main': { id: 'vpc-1' } },
    })
    expect(await store.get(`${stack}/lock.json`)).toBeNull()
  })

  it('lets one of two runs win the lock, in every round', async () => {
    const stack = 'race-dev'
    for (let round = 0; round < 20; round++) {
      const startedAt = new Date().toISOString()
      const takes = await Promise.allSettled(
        ['a', 'b'].map((run) =>
          takeLock(store, { stack, run: `${run}${round}`, command: 'up', startedAt, fence: round }),
        ),
      )
      const winners = takes.flatMap((take) => (take.status === 'fulfilled' ? [take.value] : []))
      expect(winners).toHaveLength(1)
      await winners[0]?.release()
    }
  })
})

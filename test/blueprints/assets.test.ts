import { S3Client } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Ctx } from '../../src/aws/ctx.ts'
import type { Facts } from '../../src/aws/facts.ts'
import { verdictOf } from '../../src/aws/failure.ts'
import { bucketNameOf } from '../../src/aws/names.ts'
import { tagsFor, toPairs } from '../../src/aws/ownership.ts'
import { draw } from '../../src/blueprints/index.ts'
import { checkConfig } from '../../src/config/check.ts'
import { execute } from '../../src/engine/execute.ts'
import { Graph } from '../../src/engine/graph.ts'
import { look, type Memory } from '../../src/engine/look.ts'
import { plan } from '../../src/engine/plan.ts'
import type { Address } from '../../src/engine/ref.ts'
import { NO_CONSENT, type Plan } from '../../src/engine/steps.ts'
import { statusOf } from '../../src/report/status.ts'
import { types } from '../../src/resources/index.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail, scripted } from '../support/scripted.ts'

const NAME = bucketNameOf('shop-dev', 'assets', '123456789012', 'us-east-1')
const FACTS: Facts = {
  ...{ account: '123456789012', partition: 'aws', region: 'us-east-1', tls: true },
  ...{ images: { x86_64: 'ami-1', arm64: 'ami-2' }, zones: ['us-east-1a', 'us-east-1b'] },
}
const THEIRS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${NAME}/*` }],
})

/** The bucket of the blueprint and its policy, without the rest of the shop. */
function drawn(tls: boolean): Graph {
  const checked = checkConfig({ name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  const graph = new Graph()
  for (const [address, node] of draw(checked.config, { ...FACTS, tls }).nodes) {
    if (address.startsWith('s3:')) graph.nodes.set(address, node)
  }
  return graph
}

const { answers, inputsOf } = scripted(S3Client)
let onBucket: string | null

/** S3 with the bucket as it shall be, and the policy that is on it now. */
beforeEach(() => {
  onBucket = null
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
  answers({
    ListBuckets: () => ({ Buckets: [{ Name: NAME }] }),
    GetBucketTagging: () => ({ TagSet: toPairs(tagsFor('shop-dev', 's3:bucket/assets', { owner: 'web-team' })) }),
    GetBucketVersioning: () => ({ Status: 'Enabled' }),
    GetBucketEncryption: () => ({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
    GetPublicAccessBlock: () => ({ PublicAccessBlockConfiguration: all }),
    GetBucketOwnershipControls: () => ({ OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }),
    GetBucketLifecycleConfiguration: () => ({
      Rules: [
        {
          ...{ ID: 'tidy', Status: 'Enabled', Filter: { Prefix: '' } },
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ],
    }),
    GetBucketPolicy: () => (onBucket === null ? fail('NoSuchBucketPolicy', 'none', 404) : { Policy: onBucket }),
    PutBucketPolicy: ({ Policy }) => {
      onBucket = String(Policy)
    },
    DeleteBucketPolicy: () => {
      onBucket = null
    },
  })
})

const remembered = (type: string) => ({ type, id: NAME, dependsOn: [], place: null })
const memory: Memory = {
  resources: new Map([
    ['s3:bucket/assets', remembered('s3:bucket')],
    ['s3:bucket-policy/assets', remembered('s3:bucket-policy')],
  ]),
  announced: new Map(),
}
const clock = { now: () => 0, pace: 1, pause: () => Promise.resolve() }
const tags = (address: Address) => tagsFor('shop-dev', address, { owner: 'web-team' })

async function planned(graph: Graph): Promise<Plan> {
  const sightings = await look({ types, graph, memory, ctx: (): Ctx => fakeCtx(), clock, emit: () => undefined })
  return plan({ graph, asked: graph, types, sightings, memory, consent: NO_CONSENT, tags })
}

const astray = async (graph: Graph) =>
  statusOf(await planned(graph), new Map()).filter(({ status }) => status !== 'in-sync')

async function repair(graph: Graph): Promise<readonly string[]> {
  const journal = { announce: async () => undefined, withdraw: () => undefined, record: () => undefined }
  const { fates } = await execute({
    ...{ plan: await planned(graph), graph, memory },
    runtime: {
      ...{ ctx: () => fakeCtx(), clock, judge: verdictOf, emit: () => undefined, tags, token: () => 'token' },
      ...{ journal: { ...journal, forget: () => undefined }, stop: new AbortController(), concurrency: 1 },
      terms: () => ({ deleteData: false, snapshotName: null }),
    },
  })
  return fates.map(({ outcome }) => outcome)
}

describe('on an endpoint with TLS', () => {
  const graph = drawn(true)

  test('our own policy, deleted by a stranger, is missing and comes back', async () => {
    expect(await astray(graph)).toMatchObject([{ address: 's3:bucket-policy/assets', status: 'missing', id: null }])
    expect(await repair(graph)).toEqual(['done'])
    expect(JSON.parse(onBucket ?? '')).toMatchObject({
      Statement: [
        {
          ...{ Effect: 'Deny', Principal: '*', Action: 's3:*' },
          Resource: [`arn:aws:s3:::${NAME}`, `arn:aws:s3:::${NAME}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    })
    expect(await astray(graph)).toEqual([])
  })

  test("a stranger's policy in its place is drift, and ours comes back", async () => {
    onBucket = THEIRS
    const [row] = await astray(graph)
    expect(row).toMatchObject({ address: 's3:bucket-policy/assets', status: 'drifted' })
    expect(row?.drift.map(({ path }) => path)).toEqual(['policy.Statement'])
    expect(await repair(graph)).toEqual(['done'])
    expect(onBucket).toContain('aws:SecureTransport')
    expect(await astray(graph)).toEqual([])
  })
})

describe('on an endpoint without TLS, where ours would lock everybody out', () => {
  const graph = drawn(false)

  test('a bucket without a policy is as it shall be', async () => {
    expect(await astray(graph)).toEqual([])
  })

  test("a stranger's policy is drift, and goes", async () => {
    onBucket = THEIRS
    const drift = [{ path: 'policy', desired: null, actual: JSON.parse(THEIRS) }]
    expect(await astray(graph)).toMatchObject([{ address: 's3:bucket-policy/assets', status: 'drifted', drift }])
    expect(await repair(graph)).toEqual(['done'])
    expect([onBucket, inputsOf('PutBucketPolicy')]).toEqual([null, []])
    expect(await astray(graph)).toEqual([])
  })
})

import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { bucketNameOf } from '../../../src/aws/names.ts'
import { type BucketSpec, bucket } from '../../../src/resources/s3/bucket.ts'
import { Bench } from '../../support/contract.ts'
import { startProxy } from '../../support/proxy.ts'

const address = 's3:bucket/assets'
const account = String(randomInt(100_000_000_000, 1_000_000_000_000))
let proxy: Awaited<ReturnType<typeof startProxy>>
let bench: Bench
let spec: BucketSpec

beforeAll(async () => {
  process.env.ECOM_INFRA_PACE = '0.02'
  proxy = await startProxy({ target: inject('emulatorUrl'), account })
  bench = new Bench(proxy.url, account)
  const { stack, region } = bench.world
  const on = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true }
  spec = {
    ...{ name: bucketNameOf(stack, 'assets', account, region), versioning: 'Enabled', encryption: 'AES256' },
    ...{ publicAccessBlock: on, ownership: 'BucketOwnerEnforced', lifecycle: [] },
  }
})
afterAll(() => proxy.close())

const look = async (token: string | null) => {
  const [live] = await bucket.read(bench.world.ctx, [{ address, id: null, token, spec }])
  if (!live) throw new Error('There is no bucket.')
  return live
}

test('a run that ended before the first sync is gone on with; nobody else may be', async () => {
  const { ctx, raw } = bench.world
  await bucket.create(ctx, address, spec, 'announced')
  await raw.s3.deleteBucketTagging({ Bucket: spec.name })
  expect((await look(null)).ours).toBe(false)
  const live = await look('announced')
  expect(live).toMatchObject({ address, ours: true })
  await bucket.sync?.(ctx, spec, live, new Set(['tags', 'versioning', 'publicAccessBlock'] as const))
  expect((await look(null)).ours).toBe(true)
})

test('a second creation is refused, though S3 would answer it with 200', async () => {
  await expect(bucket.create(bench.world.ctx, address, spec, 'again')).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  })
})

test('content is told of, kept, and given up only by a word', async () => {
  const { ctx, raw } = bench.world
  const at = { Bucket: spec.name }
  for (let n = 0; n < 12; n++) await raw.s3.putObject({ ...at, Key: `k ${n % 5}&ü`, Body: `v${n}` })
  await raw.s3.deleteObject({ ...at, Key: 'k 0&ü' })
  await raw.s3.createMultipartUpload({ ...at, Key: 'unfinished' })
  const live = await look(null)
  expect(await bucket.farewell?.(ctx, live)).toEqual({
    blockers: [],
    losses: [`bucket ${spec.name} with 4 objects, 8 older versions, 1 delete marker (26 bytes)`],
  })
  const kept = bucket.destroy(ctx, live, { deleteData: false, snapshotName: null })
  await expect(kept).rejects.toMatchObject({ code: 'BucketNotEmpty' })
  expect((await raw.s3.listObjectVersions(at)).Versions).toHaveLength(12)
  await bucket.destroy(ctx, live, { deleteData: true, snapshotName: null })
  await expect(raw.s3.headBucket(at)).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } })
})

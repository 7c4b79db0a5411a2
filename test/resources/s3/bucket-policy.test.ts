import { expect } from 'vitest'
import { bucketNameOf } from '../../../src/aws/names.ts'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { bucket } from '../../../src/resources/s3/bucket.ts'
import { bucketPolicy } from '../../../src/resources/s3/bucket-policy.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const nameIn = ({ stack, account, region }: World, what: string) => bucketNameOf(stack, what, account, region)

const policy = (name: string, action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: [action],
      Resource: [`arn:aws:s3:::${name}/logs/*`, `arn:aws:s3:::${name}/more/*`],
    },
  ],
})

keepsTheContract({
  address: 's3:bucket-policy/logs',
  graph(world, variant) {
    const graph = new Graph()
    const data = graph.layer('Data')
    const name = nameIn(world, 'logs')
    const shut = {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    }
    const settings = {
      versioning: 'Disabled',
      encryption: 'AES256',
      publicAccessBlock: shut,
      ownership: 'BucketOwnerEnforced',
      lifecycle: [],
    } as const
    const logs = data.add(bucket, 'logs', { name, ...settings })
    const other = data.add(bucket, 'other', { name: nameIn(world, 'other'), ...settings })
    const target = variant === 'replaced' ? other : logs
    const on = variant === 'replaced' ? nameIn(world, 'other') : name
    data.add(bucketPolicy, 'logs', {
      bucket: target.ref('name'),
      policy: policy(on, variant === 'changed' ? 's3:PutObjectAcl' : 's3:PutObject'),
    })
    return graph
  },
  async verify({ raw }, id, variant) {
    const { Policy } = await raw.s3.getBucketPolicy({ Bucket: id })
    expect(JSON.parse(Policy ?? '')).toEqual(policy(id, variant === 'changed' ? 's3:PutObjectAcl' : 's3:PutObject'))
  },
  drifts: {
    policy: ({ raw }, Bucket) =>
      raw.s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(policy(Bucket, 's3:GetObject')) }),
  },
  vanish: ({ raw }, Bucket) => raw.s3.deleteBucketPolicy({ Bucket }),
  gone: ({ raw }, Bucket) =>
    raw.s3.getBucketPolicy({ Bucket }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

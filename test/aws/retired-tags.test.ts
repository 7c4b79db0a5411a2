import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import { tagBucket } from '../../src/aws/buckets.ts'
import { tagRole } from '../../src/aws/iam.ts'
import { stillLaunched } from '../../src/aws/launch-data.ts'
import { retiredTags, tagEc2 } from '../../src/aws/ownership.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { scripted } from '../support/scripted.ts'

describe('the tags that are given up', () => {
  test('are those last applied and not wanted any more, whatever their value was', () => {
    expect(retiredTags({ a: '1', b: '2', c: '3' }, { a: 'x', d: '4' })).toEqual(['b', 'c'])
    expect(retiredTags({}, { a: '1' })).toEqual([])
  })

  test('are never those that no config gives', () => {
    const applied = { Name: 'x', 'ecom-infra:stack': 'x', 'ecom-infra:address': 'x', 'aws:x': 'x', Named: 'y' }
    expect(retiredTags(applied, {})).toEqual(['Named'])
  })

  test('another case is another name', () => expect(retiredTags({ Team: 'x' }, { team: 'x' })).toEqual(['Team']))

  test('count in a launch template for instances and for volumes, and for nothing else', () => {
    const spec = (ResourceType: 'instance' | 'volume' | 'network-interface', Key: string) => ({
      ...{ ResourceType, Tags: [{ Key, Value: 'x' }] },
    })
    const TagSpecifications = [spec('instance', 'a'), spec('volume', 'b'), spec('network-interface', 'c')]
    expect(stillLaunched({ TagSpecifications }, ['a', 'b', 'c'])).toEqual({ a: 'x', b: 'x' })
    expect(stillLaunched({}, ['a'])).toEqual({})
  })
})

describe('taking them off', () => {
  const [ec2, iam, s3] = [scripted(EC2Client), scripted(IAMClient), scripted(S3Client)]
  beforeEach(() => {
    for (const client of [ec2, iam]) client.answers({})
    s3.answers({ GetBucketTagging: () => ({ TagSet: ['theirs', 'old'].map((Key) => ({ Key, Value: 'x' })) }) })
  })

  test('costs nothing when there are none', async () => {
    await tagEc2(fakeCtx(), 'vpc-1', 'ec2:vpc/main')
    await tagRole(fakeCtx(), 'web', 'iam:role/web')
    expect([ec2.called(), iam.called()]).toEqual([['CreateTags'], ['TagRole']])
  })

  test('comes before the new ones: IAM takes Team and team for one', async () => {
    const ctx = fakeCtx({ retired: ['Team'] })
    await tagEc2(ctx, 'vpc-1', 'ec2:vpc/main')
    await tagRole(ctx, 'web', 'iam:role/web')
    expect([ec2.called(), iam.called()]).toEqual([
      ['DeleteTags', 'CreateTags'],
      ['UntagRole', 'TagRole'],
    ])
    expect(ec2.inputsOf('DeleteTags')).toEqual([{ Resources: ['vpc-1'], Tags: [{ Key: 'Team' }] }])
    expect(iam.inputsOf('UntagRole')).toEqual([{ RoleName: 'web', TagKeys: ['Team'] }])
  })

  test('leaves a bucket those of others', async () => {
    await tagBucket(fakeCtx({ retired: ['old'] }), 'b', { ours: '1' })
    expect(s3.inputsOf('PutBucketTagging')).toMatchObject([
      { Tagging: { TagSet: [{ Key: 'theirs' }, { Key: 'ours' }] } },
    ])
  })
})

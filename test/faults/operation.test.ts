import { describe, expect, it } from 'vitest'
import { isManifestWrite, isUnlock, operationOf, operationsIn } from './operation.ts'

const call = (service: string, action: string, path = '/', form: Record<string, string> = {}) => ({
  ...{ service, action, path, form },
})
const inState = (key: string) => `/ecom-infra-state-123456789012-us-east-1/shop-dev/${key}`

describe('an operation', () => {
  it.each([
    ['ec2:CreateVpc', call('ec2', 'CreateVpc', '/', { CidrBlock: '10.20.0.0/16' })],
    ['ec2:CreateTags subnet', call('ec2', 'CreateTags', '/', { 'ResourceId.1': 'subnet-0123456789abcdef0' })],
    [
      'rds:AddTagsToResource pg',
      call('rds', 'AddTagsToResource', '/', { ResourceName: 'arn:aws:rds:us-east-1:123456789012:pg:shop-dev' }),
    ],
    [
      'elasticloadbalancing:AddTags targetgroup',
      call('elasticloadbalancing', 'AddTags', '/', {
        'ResourceArns.member.1': 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/shop-dev-web/0a1b',
      }),
    ],
    ['efs:PUT /file-systems/fs-…/policy', call('elasticfilesystem', 'PUT /2015-02-01/file-systems/fs-a5488aab/policy')],
    ['s3:CreateBucket shop-dev-assets', call('s3', 'CreateBucket', '/shop-dev-assets-123456789012-us-east-1/')],
    ['s3:CreateBucket state bucket', call('s3', 'CreateBucket', '/ecom-infra-state-123456789012-us-east-1/')],
    ['s3:PutObject state bucket: lock.json', call('s3', 'PutObject', `${inState('lock.json')}?x-id=PutObject`)],
    ['s3:PutObject state bucket: runs', call('s3', 'PutObject', inState('runs/2026-01-01T00%3A00%3A00.000Z.json'))],
  ])('is %s, in every account', (name, seen) => {
    expect(operationOf(seen)).toBe(name)
  })

  it('counts once, however often it is called, and only when it changes something', () => {
    const calls = [call('ec2', 'CreateSubnet'), call('ec2', 'CreateSubnet'), call('ec2', 'CreateVpc')]
    const seen = calls.map((one) => ({ ...one, sent: '', mutating: true }))
    const read = { ...call('ec2', 'DescribeVpcs'), sent: '', mutating: false }
    expect(operationsIn([...seen, read])).toEqual(['ec2:CreateSubnet', 'ec2:CreateVpc'])
  })
})

it('knows the writes of a manifest, and the last word of a run', () => {
  const calls = [
    ...[call('s3', 'PutObject', inState('manifest.json')), call('s3', 'DeleteObject', inState('manifest.json'))],
    ...[call('s3', 'GetObject', inState('manifest.json')), call('s3', 'DeleteObject', inState('lock.json'))],
  ]
  expect(calls.map(isManifestWrite)).toEqual([true, true, false, false])
  expect(calls.map(isUnlock)).toEqual([false, false, false, true])
})

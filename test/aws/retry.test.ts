import { EC2 } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clients, connect } from '../../src/aws/clients.ts'
import { isLost } from '../../src/aws/failure.ts'
import { Rates } from '../../src/aws/rate.ts'
import { CarefulRetry } from '../../src/aws/retry.ts'
import { type AwsProxy, type Interceptor, startProxy } from '../support/proxy.ts'
import { broken, throttled } from '../support/refusal.ts'

process.env.ECOM_INFRA_PACE = '0.0001'

const VPCS: Interceptor = () => ({ status: 200, body: '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>' })
const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
const clientAt = (endpoint: string) =>
  new EC2({ endpoint, region: 'us-east-1', credentials, retryStrategy: new CarefulRetry() })

describe('the first call of a client', () => {
  let proxy: AwsProxy
  beforeEach(async () => {
    proxy = await startProxy({ target: 'http://127.0.0.1:1' })
  })
  afterEach(() => proxy.close())

  /** Gives these verdicts in turn, and then a good answer. */
  const first = (...verdicts: readonly Interceptor[]) =>
    proxy.intercept((call) => (verdicts[call.number - 1] ?? VPCS)(call))
  const cut: Interceptor = () => 'reset-before'

  it('goes on after throttles and a cut line: who refuses, or hangs up, is there', async () => {
    first(throttled, throttled, cut, cut, throttled, cut)
    await clientAt(proxy.url).describeVpcs({})
    expect(proxy.calls).toHaveLength(7)
  })

  it('goes on when the line is cut again and again', async () => {
    first(cut, cut, cut, cut, cut)
    await clientAt(proxy.url).describeVpcs({})
    expect(proxy.calls).toHaveLength(6)
  })

  it('gives up soon where nobody is', async () => {
    const gone = await startProxy({ target: 'http://127.0.0.1:1' })
    await gone.close()
    const refused = { code: 'ECONNREFUSED', $metadata: { attempts: 3 } }
    await expect(clientAt(gone.url).describeVpcs({})).rejects.toMatchObject(refused)
  })
})

describe('a change that would be made twice, or refused because of itself', () => {
  let proxy: AwsProxy
  let clients: Clients
  beforeEach(async () => {
    proxy = await startProxy({ target: 'http://127.0.0.1:1' })
    const { signal } = new AbortController()
    const gate = { rates: new Rates(), signal, permit: () => null, heard: () => undefined, credentials: null }
    clients = connect({ region: 'us-east-1', endpoint: proxy.url, credentials }, gate)
  })
  afterEach(() => proxy.close())

  const MEMBER = { InstanceProfileName: 'a', RoleName: 'a' }
  const ENTRY = { NetworkAclId: 'acl-1', RuleNumber: 100, Egress: false }
  const CHANGES: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['ec2:CreateVpc', () => clients.ec2.createVpc({ CidrBlock: '10.0.0.0/16' })],
    ['iam:CreateRole', () => clients.iam.createRole({ RoleName: 'a', AssumeRolePolicyDocument: '{}' })],
    ['efs:CreateAccessPoint', () => clients.efs.createAccessPoint({ FileSystemId: 'fs-1', ClientToken: 'a' })],
    ['iam:RemoveRoleFromInstanceProfile', () => clients.iam.removeRoleFromInstanceProfile(MEMBER)],
    ['ec2:DeleteNetworkAclEntry', () => clients.ec2.deleteNetworkAclEntry(ENTRY)],
    ['efs:CreateFileSystem', () => clients.efs.createFileSystem({ CreationToken: 'a' })],
  ]

  it.each(CHANGES)('%s is not repeated blindly when its answer is lost', async (_, change) => {
    for (const lost of ['reset-before', 'broken'] as const) {
      proxy.reset()
      proxy.intercept((call) => (lost === 'broken' ? broken(call, 500) : lost))
      await expect(change()).rejects.toSatisfy(isLost)
      expect(proxy.calls).toHaveLength(1)
    }
  })

  it.each(CHANGES)('%s is repeated without a look when it was throttled: nothing was done', async (_, change) => {
    proxy.intercept((call) => (call.number < 4 ? throttled(call) : { status: 404, body: '' }))
    await expect(change()).rejects.not.toSatisfy(isLost)
    expect(proxy.calls).toHaveLength(4)
  })
})

import { EC2 } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CarefulRetry } from '../../src/aws/retry.ts'
import { type AwsProxy, type Interceptor, startProxy } from '../support/proxy.ts'
import { throttled } from '../support/refusal.ts'

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

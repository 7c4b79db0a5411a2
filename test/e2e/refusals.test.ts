import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CliOptions } from '../support/run-cli.ts'
import { expired, refusal, without } from './support/answers.ts'
import { failing as fail } from './support/failing.ts'
import { idsOf, inventory } from './support/inventory.ts'
import { type Document, openStack, type Stack } from './support/stack.ts'

describe('what is refused before anything is done', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  const proxy = () => stack.account.proxy
  const changes = () => proxy().calls.filter(({ mutating }) => mutating)

  const failing = (args: readonly string[], code: number, options?: CliOptions) => fail(stack, args, code, options)

  it('a change that nobody has agreed to, where nobody can be asked', async () => {
    const { code, hint } = await failing(['up'], 2)
    expect(code).toBe('MissingAnswer')
    expect(hint).toContain('--yes')
    expect(changes()).toEqual([])
  })

  it('plain text goes to stderr, and stdout has no error in it', async () => {
    const { code, stdout, stderr } = await stack.run(['up'])
    expect(code).toBe(2)
    expect(stderr).toContain('--yes')
    expect(stdout).not.toContain('nobody can be asked')
  })

  describe('AWS does not let us in', () => {
    afterAll(() => proxy().intercept(null))

    it('no credentials', async () => {
      const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
      const { code, message, hint } = await failing(['up', '--yes'], 1, { env })
      expect({ code, message }).toEqual({ code: 'Credentials', message: 'There are no AWS credentials.' })
      expect(hint).toContain('AWS_ACCESS_KEY_ID')
      expect(proxy().calls).toEqual([])
    })

    it('a profile that is in no file', async () => {
      const told = await failing(['status', '--profile', 'nope'], 2)
      expect(told).toMatchObject({
        code: 'NoProfile',
        message: expect.stringContaining('There is no profile nope in '),
      })
      expect(proxy().calls).toEqual([])
    })

    it('expired credentials, asked once', async () => {
      proxy().intercept(expired)
      const told = await failing(['up', '--yes'], 1)
      expect(told).toMatchObject({ code: 'Credentials', awsCode: 'ExpiredToken' })
      expect(told.message).toContain('expired')
      expect(told.hint).toContain('Renew them')
      expect(proxy().calls.map(({ action }) => action)).toEqual(['GetCallerIdentity'])
    })

    it('keys that AWS does not know, in a region that has to be enabled first', async () => {
      proxy().intercept((call) => refusal(call, 403, 'InvalidClientTokenId', 'The security token is invalid.'))
      const told = await failing(['status', '--region', 'af-south-1'], 1)
      expect(told).toMatchObject({ code: 'Region', message: 'The region af-south-1 is not enabled in this account.' })
      expect(told.hint).toContain('Enable it')
    })

    it('a region that does not exist', async () => {
      proxy().intercept(null)
      const { message } = await failing(['status', '--region', 'us-east-9'], 2)
      expect(message).toContain('us-east-9')
      expect(proxy().calls).toEqual([])
    })

    it('a permission to look', async () => {
      proxy().intercept(without('ec2', 'DescribeVpcs'))
      const told = await failing(['up', '--yes'], 1)
      expect(told).toMatchObject({
        code: 'Permission',
        awsCode: 'UnauthorizedOperation',
        requestId: expect.any(String),
      })
      expect(told.message).toContain('ec2:DescribeVpcs')
      expect(told.hint).toContain('Allow ec2:DescribeVpcs in IAM')
      expect(changes()).toEqual([])
    })

    it.each([
      ['that refuses', 'http://127.0.0.1:9', /Nothing answers at http:\/\/127\.0\.0\.1:9/],
      ['that has no address', 'http://aws.invalid', /aws\.invalid/],
    ])('an endpoint %s, at AWS’s own pace', async (_what, url, says) => {
      const env = { ECOM_INFRA_PACE: '1' }
      const told = await failing(['up', '--yes', '--endpoint-url', url], 1, { env })
      expect(told.code).toBe('Unreachable')
      expect(told.message).toMatch(says)
      expect(told.hint).not.toBe('')
    })
  })

  it('strangers’ things under our names: all of them told, and nothing touched', async () => {
    proxy().intercept(null)
    const { s3, iam, elbv2, ec2 } = stack.raw
    const { Subnets = [] } = await ec2.describeSubnets({})
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] })
    await s3.createBucket({ Bucket: `shop-dev-assets-${stack.account.id}-us-east-1` })
    await iam.createRole({ RoleName: 'shop-dev-web-us-east-1', AssumeRolePolicyDocument })
    await elbv2.createLoadBalancer({
      Name: 'shop-dev-web',
      Subnets: Subnets.slice(0, 2).map((it) => it.SubnetId ?? ''),
    })
    const before = idsOf(await inventory(stack.raw))
    const told = await failing(['up', '--yes'], 2)
    expect(told.code).toBe('Blocked')
    for (const address of ['s3:bucket/assets', 'iam:role/web', 'elbv2:load-balancer/web']) {
      expect(told.message).toContain(address)
    }
    expect(changes()).toEqual([])
    expect(idsOf(await inventory(stack.raw))).toEqual(before)
    const { code, stdout } = await stack.run(['up', '--dry-run', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'ecom-infra/plan/1', summary: { blocked: 3 } })
    const down = await stack.json<Document>(['down', '--yes', '--delete-data'])
    expect(down.summary).toMatchObject({ deleted: 0 })
    expect(idsOf(await inventory(stack.raw))).toEqual(before)
  })
})

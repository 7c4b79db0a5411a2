import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CliOptions } from '../support/run-cli.ts'
import { expired, refusal, without } from './support/answers.ts'
import { idsOf, inventory } from './support/inventory.ts'
import { type Document, openStack, type Stack } from './support/stack.ts'

interface ErrorDocument {
  readonly schema: string
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly address: string | null
  readonly awsCode: string | null
  readonly requestId: string | null
  readonly problems?: readonly { readonly field: string; readonly line: number }[]
}

describe('what is refused before anything is done', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
  })
  afterAll(() => stack?.close())

  const proxy = () => stack.account.proxy
  const changes = () => proxy().calls.filter(({ mutating }) => mutating)

  /** Runs a command that has to fail, in time, with an error that says what to do. */
  async function failing(args: readonly string[], code: number, options: CliOptions = {}): Promise<ErrorDocument> {
    proxy().reset()
    const began = Date.now()
    const result = await stack.run([...args, '--json'], { timeoutMs: 30_000, ...options })
    expect(result.code, result.stdout + result.stderr).toBe(code)
    expect(Date.now() - began).toBeLessThan(15_000)
    const document = result.json<ErrorDocument>()
    expect(document).toMatchObject({
      schema: 'ecom-infra/error/1',
      code: expect.any(String),
      message: expect.any(String),
    })
    for (const field of ['address', 'awsCode', 'requestId', 'hint']) expect(document).toHaveProperty(field)
    return document
  }

  describe('bad input: exit 2, and not a single call', () => {
    it('tells all that is wrong with a config at once, each with its place', async () => {
      const path = join(stack.dir, 'bad.yaml')
      const lines = [
        ...['name: shop', 'environment: dev', 'region: us-west-1', 'blueprint: ecommerce', 'colour: red', 'protect: 3'],
        ...['network: { cidr: 10.20.0.1/16, availabilityZones: 4 }', 'access: { sshCidrs: [0.0.0.0/0] }'],
        'web: { minSize: 3, maxSize: 2 }',
      ]
      writeFileSync(path, lines.join('\n'))
      for (const command of [['up', '--yes'], ['status'], ['down', '--yes']]) {
        const { code, message, problems = [] } = await failing([...command, '-c', path], 2)
        expect(code).toBe('InvalidConfig')
        expect(problems.map(({ field, line }) => `${line} ${field}`)).toEqual([
          ...['5 colour', '6 protect', '7 network.cidr', '7 network.availabilityZones', '8 access.sshCidrs[0]'],
          '9 web.maxSize',
        ])
        for (const { field } of problems) expect(message).toContain(field)
        expect(proxy().calls).toEqual([])
      }
    })

    it.each([
      ['a syntax error', 'name: [shop', /bad\.yaml/],
      ['nothing in it', '', /empty/],
    ])('a config with %s', async (_what, text, says) => {
      writeFileSync(join(stack.dir, 'bad.yaml'), text)
      expect((await failing(['up', '--yes', '-c', 'bad.yaml'], 2)).message).toMatch(says)
      expect(proxy().calls).toEqual([])
    })

    it('a config that is a folder, or not there', async () => {
      mkdirSync(join(stack.dir, 'folder'))
      expect((await failing(['up', '--yes', '-c', 'folder'], 2)).message).toContain('folder')
      expect((await failing(['up', '--yes', '-c', 'nowhere.yaml'], 2)).message).toContain('nowhere.yaml')
      const none = await failing(['status'], 2, { cwd: '/' })
      expect(none).toMatchObject({ code: 'NoConfig', hint: expect.stringContaining('ecom-infra init') })
      expect(proxy().calls).toEqual([])
    })

    it.each([
      ...['--target ec2:*', '--plan plan.json', '--out plan.json', '--stack shop-dev', '--adopt s3:bucket/assets'],
      ...['--skip-preflight', '--frobnicate'],
    ])('a flag that does not exist: up %s', async (flags) => {
      const { code, message } = await failing(['up', '--yes', ...flags.split(' ')], 2)
      expect(code).toBe('Usage')
      expect(message).toContain(flags.split(' ')[0])
      expect(proxy().calls).toEqual([])
    })

    it.each(['status --html x.html', 'status --markdown x.md', 'status --stack shop-dev', 'down --target ec2:*'])(
      'a flag that does not exist: %s',
      async (command) => {
        await failing(command.split(' '), 2)
        expect(proxy().calls).toEqual([])
      },
    )

    it.each(['policy', 'diagram', 'site push public', 'state stacks', 'state rm', 'state rebuild', 'frobnicate'])(
      'a command that does not exist: %s',
      async (command) => {
        proxy().reset()
        const { code, stderr } = await stack.run(command.split(' '))
        expect(code, stderr).toBe(2)
        expect(stderr).toContain(command.split(' ')[0])
        expect(proxy().calls).toEqual([])
      },
    )
  })

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

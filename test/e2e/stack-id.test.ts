import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failing } from './support/failing.ts'
import { type Document, openStack, type Stack, up } from './support/stack.ts'
import { type Kept, stateOf } from './support/state.ts'

const ID = ['--stack', 'shop-dev', '--region', 'us-east-1']

/** Issue 5, item 6: the config is lost. */
describe('a stack whose config file is gone', () => {
  let stack: Stack
  let state: Kept

  beforeAll(async () => {
    stack = await openStack({ monitoring: { logRetentionDays: 14 } })
    await up(stack)
    rmSync(join(stack.dir, 'ecom-infra.yaml'))
    state = stateOf(stack)
  })
  afterAll(() => stack?.close())

  it('is looked at by its id', async () => {
    expect((await failing(stack, ['status'], 2)).code).toBe('NoConfig')
    expect((await stack.json<Document>(['status', ...ID])).verdict).toBe('in-sync')
  })

  it('takes its region from the shell where no flag says it', async () => {
    expect((await stack.json<Document>(['status', '--stack', 'shop-dev'])).verdict).toBe('in-sync')
    const env = { AWS_REGION: undefined }
    expect((await failing(stack, ['status', '--stack', 'shop-dev'], 2, { env })).code).toBe('NoRegion')
  })

  it('is brought in line by what it was made of', async () => {
    await stack.raw.logs.putRetentionPolicy({ logGroupName: '/ecom-infra/shop-dev/web/access', retentionInDays: 30 })
    const { summary } = await stack.json<Document>(['up', '--yes', ...ID])
    expect(summary).toMatchObject({ updated: 1, created: 0, deleted: 0 })
    const { logGroups } = await stack.raw.logs.describeLogGroups({
      logGroupNamePrefix: '/ecom-infra/shop-dev/web/access',
    })
    expect(logGroups?.[0]?.retentionInDays).toBe(14)
  })

  it('has its policy printed, and its site pushed', async () => {
    const { policy } = await stack.json<{ policy: object }>(['policy', 'up', ...ID])
    expect(JSON.stringify(policy)).toContain('shop-dev')
    const site = join(stack.dir, 'site')
    mkdirSync(site)
    writeFileSync(join(site, 'index.html'), '<h1>shop</h1>')
    expect(await stack.json(['site', 'push', site, ...ID])).toMatchObject({ uploaded: 1 })
  })

  it('saves a plan, which carries the config', async () => {
    const file = join(stack.dir, 'by-id.plan')
    await stack.json(['up', '--dry-run', '--out', file, ...ID])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      config: { monitoring: { logRetentionDays: 14 }, tags: { owner: 'web-team' } },
    })
  })

  it.each([
    ['no such stack', ['--stack', 'shop-prod'], 'NoStack'],
    ['not in that region', ['--stack', 'shop-dev', '--region', 'eu-west-1'], 'NoStack'],
    ['nothing that could be an id', ['--stack', 'Shop'], 'Config'],
    ['an id and a file', ['--stack', 'shop-dev', '-c', 'x.yaml'], 'Usage'],
  ])('is refused where it is %s', async (_, args, code) => {
    expect((await failing(stack, ['status', ...args], 2)).code).toContain(code)
  })

  it('cannot be known from a manifest that cannot be read, and that says what helps', async () => {
    const body = await state.manifest()
    await state.put('{"half')
    const told = await failing(stack, ['status', ...ID], 2)
    expect(told).toMatchObject({ code: 'ManifestDamaged', hint: expect.stringContaining('-c') })
    expect(await state.manifest()).toBe('{"half')
    await state.put(body)
  })

  it('goes by its id, and is not there then', async () => {
    const down = await stack.json<Document>(['down', '--yes', '--delete-data', ...ID])
    expect(down).toMatchObject({ summary: { failed: 0 }, leftovers: [] })
    expect((await failing(stack, ['down', '--yes', ...ID], 2)).code).toBe('NoStack')
  })
})

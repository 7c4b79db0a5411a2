import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bastionIn, bastionStands } from './support/bastion-stand.ts'
import { databaseLogs, dataStands } from './support/data-stand.ts'
import { filesStand } from './support/files-stand.ts'
import { addressesOf, idsOf, inventory, type Thing, taggable } from './support/inventory.ts'
import { networkStands } from './support/network-stands.ts'
import { serversStand } from './support/servers-stand.ts'
import { astray, type Document, openStack, type Stack, status, up } from './support/stack.ts'
import { storesStand } from './support/stores-stand.ts'
import { watchStands } from './support/watch-stand.ts'

const CONFIG = {
  access: { sshCidrs: ['203.0.113.7/32', '198.51.100.0/24'] },
  monitoring: { alarmEmail: 'ops@example.com' },
}
/** Issue 4: the most calls that `status` may take, with health. */
const MOST_CALLS = 85
const LAUNCHED = ['instance', 'volume']

describe('a stack, from nothing to nothing', () => {
  let stack: Stack
  let before: readonly Thing[]
  let made: Document
  let calls: number
  /** The database's log groups when it was asked for. */
  let logsAtBirth: readonly string[] = []
  const open = () => stack
  const proxy = () => stack.account.proxy

  beforeAll(async () => {
    stack = await openStack(CONFIG)
    before = await inventory(stack.raw)
    proxy().reset()
    proxy().intercept(async ({ action }): Promise<'forward'> => {
      if (action === 'CreateDBInstance') logsAtBirth = await databaseLogs(stack)
      return 'forward'
    })
    made = await up(stack)
    proxy().intercept(null)
  })
  afterAll(() => stack?.close())

  it('says what it made, with counts of calls that are the wire’s', async () => {
    const { raw, account } = stack
    const { LoadBalancers = [] } = await raw.elbv2.describeLoadBalancers({})
    const { DBInstances: [database] = [] } = await raw.rds.describeDBInstances({})
    const { FileSystems = [] } = await raw.efs.describeFileSystems({})
    const console = 'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1'
    expect(made).toMatchObject({ schema: 'ecom-infra/up/1', stack: 'shop-dev', failures: [] })
    expect(made.outputs).toEqual({
      siteUrl: `http://${LoadBalancers[0]?.DNSName}`,
      assetsBucket: `shop-dev-assets-${account.id}-us-east-1`,
      databaseEndpoint: `${database?.Endpoint?.Address}:5432`,
      databaseSecretArn: database?.MasterUserSecret?.SecretArn,
      sessionsTable: 'shop-dev-sessions',
      sharedFiles: FileSystems[0]?.FileSystemId,
      bastionHost: (await bastionIn(raw)).PublicIpAddress,
      dashboardUrl: `${console}#dashboards/dashboard/shop-dev-us-east-1`,
    })
    expect(made.outputs.bastionHost).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    expect(made.summary).toEqual({
      ...{ created: expect.any(Number), updated: 0, replaced: 0, deleted: 0, unchanged: 0, failed: 0, skipped: 0 },
    })
    expect(made.apiCalls).toEqual({ total: proxy().report().total, mutating: proxy().report().changes })
  })

  networkStands(open)
  serversStand(open)
  storesStand(open)
  dataStands(open, () => logsAtBirth)
  filesStand(open)
  bastionStands(open)
  watchStands(open)

  it('tags whatever can be tagged, once per address, and what AWS makes from it without one', async () => {
    const { resources } = await status(stack)
    expect(resources).toHaveLength(made.summary.created ?? 0)
    const known = new Set(idsOf(before))
    const added = (await inventory(stack.raw)).filter((thing) => !known.has(`${thing.kind} ${thing.id}`))
    const addressed = added.filter(({ tags }) => tags['ecom-infra:address'] !== undefined)
    expect(addressesOf(addressed)).toEqual(taggable(resources))
    for (const { tags } of addressed) {
      const Name = `shop-dev-${tags['ecom-infra:address']?.replace(/^.*\//, '')}`
      expect(tags).toMatchObject({ 'ecom-infra:stack': 'shop-dev', Name, owner: 'web-team' })
    }
    const launched = added.filter(({ kind, tags }) => LAUNCHED.includes(kind) && !tags['ecom-infra:address'])
    // The bastion has an address, its volume has none.
    expect(launched.map(({ kind }) => kind).sort()).toEqual(['instance', 'volume', 'volume'])
    for (const { tags } of launched) {
      expect(tags).toMatchObject({ 'ecom-infra:stack': 'shop-dev', owner: 'web-team' })
    }
  })

  it('changes nothing the second time, and writes nothing to S3', async () => {
    proxy().reset()
    const again = await up(stack)
    const { total, changes } = proxy().report()
    expect(
      proxy()
        .calls.filter(({ mutating }) => mutating)
        .map(({ service, action }) => `${service}:${action}`),
    ).toEqual([])
    expect(again.summary).toEqual({
      ...{ created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: made.summary.created, failed: 0, skipped: 0 },
    })
    expect(again.outputs).toEqual(made.outputs)
    expect(again.apiCalls).toEqual({ total, mutating: changes })
  })

  it(`tells in at most ${MOST_CALLS} calls that all is well`, async () => {
    proxy().reset()
    const told = await status(stack)
    calls = proxy().report().total
    expect(astray(told)).toEqual([])
    expect(told).toMatchObject({ schema: 'ecom-infra/status/1', verdict: 'in-sync', outputs: made.outputs })
    expect(told.apiCalls).toEqual({ total: calls })
    expect(proxy().report().changes).toBe(0)
    expect(calls, JSON.stringify(proxy().report().byService)).toBeLessThanOrEqual(MOST_CALLS)
  })

  it('plans without a change, and says so', async () => {
    proxy().reset()
    const plan = await stack.json<Document>(['up', '--dry-run'])
    expect(plan).toMatchObject({
      schema: 'ecom-infra/plan/1',
      summary: { create: 0, update: 0, replace: 0, delete: 0 },
    })
    expect(proxy().report().changes).toBe(0)
  })

  it('grows to four zones without moving a subnet, and status takes no call more', async () => {
    const subnets = async () => (await inventory(stack.raw)).filter(({ kind }) => kind === 'subnet')
    const old = idsOf(await subnets())
    stack.configure({ network: { availabilityZones: 4 } })
    const grown = await up(stack)
    expect(grown.summary).toMatchObject({ replaced: 0, deleted: 0, failed: 0 })
    const now = await subnets()
    expect(idsOf(now)).toEqual(expect.arrayContaining([...old]))
    expect(now).toHaveLength(old.length + 4)
    proxy().reset()
    expect(astray(await status(stack))).toEqual([])
    expect(proxy().report().total, JSON.stringify(proxy().report().byService)).toBe(calls)
  })

  it('does not begin to take down what would lose data', async () => {
    const kept = { Bucket: `shop-dev-assets-${stack.account.id}-us-east-1`, Key: 'index.html' }
    const { VersionId } = await stack.raw.s3.putObject({ ...kept, Body: 'hello' })
    const all = idsOf(await inventory(stack.raw))
    proxy().reset()
    const { code, stderr } = await stack.run(['down', '--yes'])
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('s3:bucket/assets')
    expect(stderr).toContain('--delete-data')
    const dry = await stack.run(['down', '--dry-run', '--json'])
    expect(dry.code).toBe(2)
    expect(dry.json()).toMatchObject({ schema: 'ecom-infra/plan/1', summary: { blocked: 1 } })
    expect(proxy().report().changes).toBe(0)
    expect(idsOf(await inventory(stack.raw))).toEqual(all)
    await stack.raw.s3.deleteObject({ ...kept, VersionId })
  })

  it('takes everything down, proves it, and gives a receipt', async () => {
    const { resources } = await status(stack)
    proxy().reset()
    const gone = await stack.json<Document>(['down', '--yes', '--delete-data'])
    const { total, changes } = proxy().report()
    expect(gone).toMatchObject({ schema: 'ecom-infra/down/1', stack: 'shop-dev', leftovers: [] })
    // AWS deletes no key at once, so the receipt says when.
    const until = await keyWaits(stack)
    expect(gone.kept).toEqual([expect.objectContaining({ type: 'kms:key', why: expect.stringContaining(until) })])
    expect(gone.summary).toMatchObject({ deleted: resources.length, failed: 0 })
    expect(gone.apiCalls).toEqual({ total, mutating: changes })
    expect(idsOf(await inventory(stack.raw))).toEqual(idsOf(before))
  })

  it('has nothing to take down the second time', async () => {
    const again = await stack.json<Document>(['down', '--yes', '--delete-data'])
    expect(again.summary).toMatchObject({ deleted: 0, failed: 0 })
    expect(idsOf(await inventory(stack.raw))).toEqual(idsOf(before))
  })
})

/** The day on which the stack's key will be gone. */
async function keyWaits({ raw: { kms } }: Stack): Promise<string> {
  const { Keys = [] } = await kms.listKeys({})
  const all = await Promise.all(Keys.map(({ KeyId }) => kms.describeKey({ KeyId })))
  const waiting = all.flatMap(({ KeyMetadata }) => (KeyMetadata?.KeyState === 'PendingDeletion' ? KeyMetadata : []))
  expect(waiting).toHaveLength(1)
  return waiting[0]?.DeletionDate?.toISOString().slice(0, 10) ?? 'never'
}

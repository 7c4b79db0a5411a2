import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { key } from '../../../src/resources/kms/key.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { type Account, freshAccount } from '../../support/emulator.ts'

const ADDRESS = 'kms:key/watch'
const aliasIn = ({ stack }: World) => `alias/${stack}-watch`

const policyFor = ({ account, region }: World, alarms: boolean) => ({
  Version: '2012-10-17' as const,
  Statement: [
    { Effect: 'Allow' as const, Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
    ...(alarms
      ? [
          {
            Effect: 'Allow' as const,
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: {
              StringEquals: { 'aws:SourceAccount': account },
              ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${region}:${account}:alarm:*` },
            },
          },
        ]
      : []),
  ],
})

const meta = async ({ raw }: World, KeyId: string) => (await raw.kms.describeKey({ KeyId })).KeyMetadata

const tagged = async ({ raw }: World, KeyId: string) =>
  Object.fromEntries(
    ((await raw.kms.listResourceTags({ KeyId })).Tags ?? []).map(({ TagKey, TagValue }) => [TagKey, TagValue]),
  )

function drawn(world: World, variant: 'first' | 'changed' | 'replaced'): Graph {
  const graph = new Graph()
  const first = variant !== 'changed'
  graph.layer('Watch').add(key, 'watch', {
    alias: first ? aliasIn(world) : `${aliasIn(world)}-2`,
    description: first ? `Alarms of ${world.stack}` : 'Alarms',
    policy: policyFor(world, first),
    rotation: first,
    enabled: first,
  })
  return graph
}

keepsTheContract({
  address: ADDRESS,
  graph: drawn,
  async verify(world, id, variant) {
    const first = variant === 'first'
    expect(await meta(world, id)).toMatchObject({
      KeyState: first ? 'Enabled' : 'Disabled',
      Description: first ? `Alarms of ${world.stack}` : 'Alarms',
    })
    const { Policy = '' } = await world.raw.kms.getKeyPolicy({ KeyId: id, PolicyName: 'default' })
    expect(JSON.parse(Policy)).toEqual(policyFor(world, first))
    expect(await world.raw.kms.getKeyRotationStatus({ KeyId: id })).toMatchObject({ KeyRotationEnabled: first })
    const { Aliases = [] } = await world.raw.kms.listAliases({ KeyId: id })
    const alias = aliasIn(world)
    expect(Aliases.map(({ AliasName }) => AliasName)).toEqual([first ? alias : `${alias}-2`])
    expect(await tagged(world, id)).toMatchObject({
      ...{ team: 'web', 'ecom-infra:stack': world.stack, 'ecom-infra:address': ADDRESS },
      Name: `${world.stack}-watch`,
    })
  },
  drifts: {
    alias: (world) => world.raw.kms.deleteAlias({ AliasName: aliasIn(world) }),
    description: ({ raw }, KeyId) => raw.kms.updateKeyDescription({ KeyId, Description: 'nothing' }),
    policy: (world, KeyId) =>
      world.raw.kms.putKeyPolicy({ KeyId, PolicyName: 'default', Policy: JSON.stringify(policyFor(world, false)) }),
    rotation: ({ raw }, KeyId) => raw.kms.disableKeyRotation({ KeyId }),
    enabled: ({ raw }, KeyId) => raw.kms.disableKey({ KeyId }),
    tags: ({ raw }, KeyId) => raw.kms.untagResource({ KeyId, TagKeys: ['ecom-infra:stack', 'team', 'Name'] }),
  },
  // Its alias stays with it, and has to come to the next one.
  vanish: ({ raw }, KeyId) => raw.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }),
  async gone(world, id) {
    const { Aliases = [] } = await world.raw.kms.listAliases({ KeyId: id })
    return (await meta(world, id))?.KeyState === 'PendingDeletion' && Aliases.length === 0
  },
  replaced: null,
})

describe('without a name and a token', () => {
  const accounts: Account[] = []
  let account: Account
  let bench: Bench
  beforeEach(async () => {
    process.env.ECOM_INFRA_PACE = '0.02'
    account = await freshAccount()
    accounts.push(account)
    bench = new Bench(account.url, account.id)
    bench.wide = true
  })
  afterAll(() => Promise.all(accounts.map((one) => one.close())))

  const wanted = () => drawn(bench.world, 'first')
  const keys = async () => (await bench.world.raw.kms.listKeys({})).Keys ?? []
  /** The first call of this name takes effect, and its answer is lost. */
  const losing = (action: string) => {
    let lost = 0
    account.proxy.intercept((call) => (call.action === action && lost++ === 0 ? 'reset-after' : 'forward'))
  }

  test.each(['CreateKey', 'CreateAlias', 'EnableKeyRotation'])(
    'the answer to %s is lost: one key, as it should be',
    async (action) => {
      losing(action)
      const notebook = new Notebook()
      await bench.apply(wanted(), notebook)
      expect(await keys()).toHaveLength(1)
      expect((await bench.plan(wanted(), notebook)).steps.map((step) => step.action)).toEqual(['none'])
    },
  )

  test('made by a run that died before it heard: found by its tags, and given its alias', async () => {
    const { raw, ctx, account: id } = bench.world
    const spec = { policy: policyFor(bench.world, true), description: '', rotation: true, enabled: true }
    await key.create(ctx, ADDRESS, { ...spec, alias: aliasIn(bench.world) }, 'a-token')
    for (let nth = 0; nth < 12; nth++) await raw.kms.createKey({ Description: `of ${id}, number ${nth}` })
    account.proxy.intercept(({ service }) => (service === 'tagging' ? NOTHING_TAGGED : 'forward'))
    const notebook = new Notebook()
    notebook.announced.set(ADDRESS, 'a-token')
    const { steps } = await bench.apply(wanted(), notebook)
    expect(steps.map(({ action }) => action)).toEqual(['update'])
    expect(await keys()).toHaveLength(13)
  })

  test('two that carry its tags are told, and neither is touched', async () => {
    const notebook = new Notebook()
    await bench.apply(wanted(), notebook)
    const Tags = Object.entries(bench.world.ctx.tags(ADDRESS)).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    const { KeyMetadata: twin } = await bench.world.raw.kms.createKey({ Tags })
    const { steps } = await bench.plan(wanted(), notebook)
    expect(steps).toMatchObject([{ action: 'blocked', reason: expect.stringContaining('two live resources') }])
    expect(steps[0]?.reason).toContain(`${notebook.resources.get(ADDRESS)?.id} and ${twin?.KeyId}`)
  })

  test('a teardown takes both, though the tagging API shows neither', async () => {
    const notebook = new Notebook()
    await bench.apply(wanted(), notebook)
    const Tags = Object.entries(bench.world.ctx.tags(ADDRESS)).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    await bench.world.raw.kms.createKey({ Tags })
    account.proxy.intercept(({ service }) => (service === 'tagging' ? NOTHING_TAGGED : 'forward'))
    await bench.apply(new Graph(), notebook, wanted())
    const states = (await keys()).map(async ({ KeyId = '' }) => (await meta(bench.world, KeyId))?.KeyState)
    expect(await Promise.all(states)).toEqual(['PendingDeletion', 'PendingDeletion'])
    expect(notebook.resources.size).toBe(0)
  })

  test('a steady look takes four calls; up after down makes a new key under the same alias', async () => {
    const notebook = new Notebook()
    await bench.apply(wanted(), notebook)
    bench.calls.length = 0
    await bench.plan(wanted(), notebook)
    expect(bench.calls.filter(({ service }) => service === 'kms' || service === 'tagging')).toHaveLength(4)
    const [first] = await keys()
    await bench.apply(new Graph(), notebook, wanted())
    expect(bench.events).toContainEqual({
      ...{ kind: 'note', address: ADDRESS },
      text: expect.stringMatching(/its deletion is scheduled for \d{4}-\d\d-\d\d/),
    })
    await bench.apply(wanted(), notebook)
    expect(notebook.resources.get(ADDRESS)?.id).not.toBe(first?.KeyId)
    expect(await keys()).toHaveLength(2)
  })
})

const NOTHING_TAGGED = {
  ...{ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' } },
  body: '{"PaginationToken":"","ResourceTagMappingList":[]}',
}

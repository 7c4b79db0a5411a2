import { type Parameter, RDSClient } from '@aws-sdk/client-rds'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import { GENERATION, generationOf } from '../../../src/engine/generation.ts'
import type { AnyType, Asked, Found } from '../../../src/engine/resource.ts'
import {
  type DbParameterGroupOut,
  type DbParameterGroupSpec,
  dbParameterGroup,
} from '../../../src/resources/rds/parameter-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const rds = scripted(RDSClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => {
  rds.answers({})
  tagging.answers({})
})

const address = 'rds:parameter-group/main'
const spec: DbParameterGroupSpec = {
  ...{ name: 'shop-dev-main', family: 'postgres16', description: 'Settings' },
  parameters: { 'rds.force_ssl': '1' },
}
const generation = generationOf(dbParameterGroup, spec) ?? ''
const name = `shop-dev-main-${generation}`
const live: Found<DbParameterGroupSpec, DbParameterGroupOut> = {
  ...{ address, id: name, ours: true, spec, tags: {}, out: { name } },
}
const asked: Asked = { address, id: null, token: null, spec }
const tagged = (more: Readonly<Record<string, string>> = {}) => ({
  TagList: Object.entries({ 'ecom-infra:stack': 'shop-dev', 'ecom-infra:address': address, ...more }).map(
    ([Key, Value]) => ({ Key, Value }),
  ),
})
const group = (DBParameterGroupName: string) => ({
  ...{ DBParameterGroupName, DBParameterGroupFamily: 'postgres16', Description: 'Settings' },
})

/** AWS's engine: what it has by itself, and what people have set otherwise. */
const engine = (own: Readonly<Record<string, string>>, set: Readonly<Record<string, string>>) => ({
  DescribeDBParameters: ({ Source, Filters }: Readonly<Record<string, unknown>>) => {
    const wanted = (Filters as { Values: string[] }[] | undefined)?.[0]?.Values
    const all = Source === 'user' ? set : { ...own, ...set }
    const shown = Object.entries(all).filter(([key]) => wanted?.includes(key) ?? true)
    return {
      Parameters: shown.map(([ParameterName, ParameterValue]): Parameter => {
        const ApplyType = ParameterName === 'max_connections' ? 'static' : 'dynamic'
        return { ParameterName, ParameterValue, ApplyType }
      }),
    }
  },
})

describe('reading', () => {
  const read = async (own: Record<string, string>, set: Record<string, string>, tags = tagged()) => {
    rds.answers({
      DescribeDBParameterGroups: () => ({ DBParameterGroups: [group('default.postgres16'), group(name)] }),
      ListTagsForResource: () => tags,
      ...engine(own, set),
    })
    return dbParameterGroup.read(fakeCtx(), [asked])
  }
  const differences = async (own: Record<string, string>, set: Record<string, string>) => {
    const [found] = await read(own, set)
    if (!found) throw new Error('not seen')
    return diff(dbParameterGroup as unknown as AnyType, spec, {}, found).map(({ path, from, to }) => [path, from, to])
  }

  test('one that is wanted as the engine has it anyway is as wanted, though nobody has set it', async () => {
    expect(await differences({ 'rds.force_ssl': '1', work_mem: '4' }, {})).toEqual([])
    expect(await differences({ 'rds.force_ssl': '0' }, {})).toEqual([['parameters.rds.force_ssl', '0', '1']])
  })

  test("a stranger's setting is seen; letters' case is not", async () => {
    expect(await differences({}, { 'rds.force_ssl': '1', work_mem: '8' })).toEqual([['parameters.work_mem', '8', null]])
    const wanted = { ...spec, parameters: { log_statement: 'DDL' } }
    const [found] = await read({}, { log_statement: 'ddl' })
    expect(found && diff(dbParameterGroup as unknown as AnyType, wanted, {}, found)).toEqual([])
  })

  test('three calls where everything wanted was set, one more where not; none for strangers', async () => {
    const tags = tagged({ [GENERATION]: generation })
    const [found] = await read({}, { 'rds.force_ssl': '1' }, tags)
    expect([found?.spec.name, found?.id, found?.ours]).toEqual(['shop-dev-main', name, true])
    const calls = ['DescribeDBParameterGroups', 'ListTagsForResource', 'DescribeDBParameters']
    expect(rds.called()).toEqual(calls)
    await read({ 'rds.force_ssl': '1' }, {}, tags)
    expect(rds.called()).toEqual([...calls, 'DescribeDBParameters'])
  })

  test('a wide look asks for no tags that the tagging API shows as they should be', async () => {
    const ctx = fakeCtx({ wide: true })
    const Tags = Object.entries(ctx.tags(address, generation)).map(([Key, Value]) => ({ Key, Value }))
    const ResourceARN = `arn:aws:rds:us-east-1:123456789012:pg:${name}`
    rds.answers({
      DescribeDBParameterGroups: () => ({ DBParameterGroups: [group(name)] }),
      ...engine({}, { 'rds.force_ssl': '1' }),
    })
    tagging.answers({ GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN, Tags }] }) })
    expect(await dbParameterGroup.read(ctx, [asked])).toMatchObject([{ id: name, ours: true, spec, address }])
    expect(rds.called()).toEqual(['DescribeDBParameterGroups', 'DescribeDBParameters'])
  })

  test('an older generation is ours; under our name and without our tags it is not', async () => {
    rds.answers({
      DescribeDBParameterGroups: ({ Marker }) =>
        Marker
          ? { DBParameterGroups: [group('shop-dev-main-0a1b2c')] }
          : {
              DBParameterGroups: [group(name), group('shop-dev-gone-0a1b2c'), group('shop-dev-theirs')],
              Marker: 'more',
            },
      ListTagsForResource: ({ ResourceName: arn }) => {
        if (String(arn).includes('-gone-')) return fail('DBParameterGroupNotFoundFault')
        return String(arn).endsWith('-0a1b2c') ? tagged({ [GENERATION]: '0a1b2c' }) : { TagList: [] }
      },
      ...engine({}, {}),
    })
    const found = await dbParameterGroup.read(fakeCtx(), [asked])
    expect(found.map(({ id, ours, address: at, spec: { name: said } }) => [id, ours, at, said])).toEqual([
      [name, false, address, 'shop-dev-main'],
      ['shop-dev-main-0a1b2c', true, address, 'shop-dev-main'],
    ])
  })
})

describe('setting', () => {
  const sync = (parameters: Record<string, string>, have: Record<string, string>) =>
    dbParameterGroup.sync?.(
      fakeCtx(),
      { ...spec, parameters },
      { ...live, spec: { ...spec, parameters: have } },
      new Set(['parameters'] as const),
    )
  const numbered = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, nth) => [`setting_${nth}`, String(nth)]))
  const sizes = (operation: string) =>
    rds.inputsOf(operation).map(({ Parameters }) => (Parameters as Parameter[]).length)

  test('twenty at a time, only what differs', async () => {
    rds.answers(engine({}, {}))
    await sync({ ...numbered(45), same: 'X' }, { same: 'x' })
    expect(sizes('ModifyDBParameterGroup')).toEqual([20, 20, 5])
    expect(sizes('ResetDBParameterGroup')).toEqual([])
    await sync({}, numbered(41))
    expect(sizes('ResetDBParameterGroup')).toEqual([20, 20, 1])
  })

  test('at once what AWS can change at once, the rest with the next restart', async () => {
    rds.answers(engine({ max_connections: '100', work_mem: '4' }, {}))
    await sync({ max_connections: '50', work_mem: '8', 'rds.force_ssl': '1', unheard_of: '1' }, {})
    expect(rds.inputsOf('ModifyDBParameterGroup')[0]?.Parameters).toEqual([
      { ParameterName: 'max_connections', ParameterValue: '50', ApplyMethod: 'pending-reboot' },
      { ParameterName: 'work_mem', ParameterValue: '8', ApplyMethod: 'immediate' },
      { ParameterName: 'rds.force_ssl', ParameterValue: '1', ApplyMethod: 'immediate' },
      { ParameterName: 'unheard_of', ParameterValue: '1', ApplyMethod: 'pending-reboot' },
    ])
  })

  test('another change under way is waited for; what an emulator cannot do is said', async () => {
    rds.answers({
      ...engine({}, {}),
      ModifyDBParameterGroup: (_, nth) => (nth < 3 ? fail('InvalidDBParameterGroupStateFault') : {}),
      ResetDBParameterGroup: () => fail('NotImplemented', 'moto has no such operation.', 501),
    })
    await sync({ 'rds.force_ssl': '1' }, {})
    expect(rds.inputsOf('ModifyDBParameterGroup')).toHaveLength(3)
    await expect(sync({}, { work_mem: '8' })).rejects.toThrow(`cannot give work_mem of ${name} back`)
  })

  test('the first settings of a group that a dead run has made count as its making', async () => {
    const stamps = async (minutesOld: number | null, have: Record<string, string>) => {
      rds.answers(engine({}, {}))
      const made = new Date(Date.now() - (minutesOld ?? 0) * 60 * 2).toISOString()
      const tags = { ...live.tags, ...(minutesOld === null ? {} : { 'ecom-infra:created-at': made }) }
      const now = { ...live, tags, spec: { ...spec, parameters: have } }
      await dbParameterGroup.sync?.(fakeCtx(), spec, now, new Set(['parameters'] as const))
      return rds.inputsOf('AddTagsToResource').map(({ Tags }) => Tags)
    }
    expect(await stamps(10, {})).toEqual([[{ Key: 'ecom-infra:created-at', Value: expect.stringMatching(/^20.*Z$/) }]])
    // In use for long, or settled: a stranger's change is no reason to wait.
    expect(await stamps(90, {})).toEqual([])
    expect(await stamps(null, {})).toEqual([])
    expect(await stamps(10, { work_mem: '4' })).toEqual([])
  })

  test('the tag that says what it is stays what it is', async () => {
    await dbParameterGroup.sync?.(fakeCtx(), spec, live, new Set(['tags'] as const))
    expect(rds.inputsOf('AddTagsToResource')[0]?.Tags).toContainEqual({ Key: GENERATION, Value: generation })
  })
})

describe('creating', () => {
  test('by a name that ends in its generation, in lower case', async () => {
    rds.answers({ CreateDBParameterGroup: () => ({ DBParameterGroup: { DBParameterGroupName: name } }) })
    expect(await dbParameterGroup.create(fakeCtx(), address, spec, 'token')).toBe(name)
    await dbParameterGroup.create(fakeCtx(), address, { ...spec, name: 'Shop-Dev-Main' }, 'token')
    const [input, spelt] = rds.inputsOf('CreateDBParameterGroup')
    expect(input).toMatchObject({ DBParameterGroupName: name, DBParameterGroupFamily: 'postgres16' })
    expect(input?.Tags).toContainEqual({ Key: GENERATION, Value: generation })
    expect(spelt?.DBParameterGroupName).toMatch(/^shop-dev-main-[0-9a-f]{6}$/)
  })
})

describe('ready', () => {
  /** Seconds of AWS's time that a group of this age waits; a second is two milliseconds here. */
  const waits = async (made: string | null) => {
    rds.answers({ ListTagsForResource: () => tagged(made === null ? {} : { 'ecom-infra:created-at': made }) })
    const [ctx, before] = [fakeCtx(), performance.now()]
    await dbParameterGroup.ready?.(ctx, name)
    return { seconds: (performance.now() - before) / 2, notes: ctx.notes }
  }
  const ago = (seconds: number) => new Date(Date.now() - seconds * 2).toISOString()

  test('five minutes from when it was made, whoever made it, and said', async () => {
    const fresh = await waits(ago(0))
    expect(fresh.seconds).toBeGreaterThanOrEqual(295)
    expect(fresh.notes).toEqual([expect.stringContaining('5 minutes')])
    const half = await waits(ago(200))
    expect(half.seconds).toBeGreaterThanOrEqual(80)
    expect(half.seconds).toBeLessThan(250)
  })

  test('an older one, or one that does not say, waits for nothing; a clock that is ahead is not believed', async () => {
    for (const made of [ago(400), null, 'nonsense']) expect((await waits(made)).notes).toEqual([])
    expect((await waits(ago(-10_000))).seconds).toBeLessThan(400)
  })
})

describe('deleting', () => {
  test('waits for the database that was just moved away, and until it is gone', async () => {
    rds.answers({
      DeleteDBParameterGroup: (_, nth) => (nth < 3 ? fail('InvalidDBParameterGroupStateFault') : {}),
      DescribeDBParameterGroups: (_, nth) =>
        nth < 3 ? { DBParameterGroups: [group(name)] } : fail('DBParameterGroupNotFoundFault'),
    })
    await dbParameterGroup.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
    expect(rds.inputsOf('DeleteDBParameterGroup')).toHaveLength(3)
    expect(rds.inputsOf('DescribeDBParameterGroups')).toHaveLength(3)
  })

  test('one that was gone already is a success', async () => {
    const gone = () => fail('DBParameterGroupNotFoundFault')
    rds.answers({ DeleteDBParameterGroup: gone, DescribeDBParameterGroups: gone })
    await dbParameterGroup.destroy(fakeCtx(), live, { deleteData: false, snapshotName: null })
    expect(rds.called()).toHaveLength(2)
  })
})

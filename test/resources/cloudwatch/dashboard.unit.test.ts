import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { beforeEach, describe, expect, test } from 'vitest'
import { diff } from '../../../src/engine/diff.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type DashboardOut, type DashboardSpec, dashboard } from '../../../src/resources/cloudwatch/dashboard.ts'
import { type FakeCtx, fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'cloudwatch:dashboard/main'
const name = 'shop-dev-us-east-1'
const arn = `arn:aws:cloudwatch::123456789012:dashboard/${name}`
const spec: DashboardSpec = { name, body: { widgets: [{ type: 'metric', x: 0, properties: { title: 'CPU' } }] } }
const live: Found<DashboardSpec, DashboardOut> = { address, id: name, ours: true, spec, tags: {}, out: { name } }
const asked = (one: Partial<Asked> = {}): Asked => ({ address, id: null, token: null, spec, ...one })
const terms = { deleteData: false, snapshotName: null }

const { answers, called, inputsOf } = scripted(CloudWatchClient)
beforeEach(() => answers({}))

/** What we would put there. */
async function written(ctx: FakeCtx = fakeCtx()): Promise<string> {
  answers({})
  await dashboard.sync?.(ctx, spec, live, new Set(['body'] as const))
  return String(inputsOf('PutDashboard')[0]?.DashboardBody)
}
const showing = (DashboardBody: string, more: Parameters<typeof answers>[0] = {}) =>
  answers({ GetDashboard: () => ({ DashboardBody }), ...more })
const tagged = (stack: string) => ({
  ListTagsForResource: () => ({ Tags: [{ Key: 'ecom-infra:stack', Value: stack }] }),
})
/** AWS refuses to tell the tags of what is not there. */
const bare = {
  ListTagsForResource: ({ ResourceARN }: Readonly<Record<string, unknown>>) =>
    ResourceARN === arn ? { Tags: [] } : fail('ResourceNotFoundException'),
}
const differences = async (question = asked()) => {
  const [found] = await dashboard.read(fakeCtx(), [question])
  return found ? diff(dashboard as never, spec, {}, found).map(({ path }) => path) : null
}

describe('reading', () => {
  test('compares what it says, and not how it is written; two calls', async () => {
    const { widgets } = JSON.parse(await written()) as { widgets: object[] }
    const shuffled = widgets.map((one) => Object.fromEntries(Object.entries(one).reverse()))
    showing(JSON.stringify({ widgets: shuffled }, null, 2), tagged('shop-dev'))
    expect(await differences()).toEqual([])
    expect(called()).toEqual(['GetDashboard', 'ListTagsForResource'])
    expect(inputsOf('ListTagsForResource')).toEqual([{ ResourceARN: arn }])
  })

  test('one that nobody remembers is found by its name in a look at all of the stack', async () => {
    showing(await written(), tagged('shop-dev'))
    expect(await dashboard.read(fakeCtx({ wide: true }), [])).toMatchObject([{ id: name, ours: true }])
    showing(await written(), tagged('shop'))
    expect(await dashboard.read(fakeCtx({ wide: true }), [])).toEqual([])
    answers({})
    expect(await dashboard.read(fakeCtx(), [])).toEqual([])
    expect(called()).toEqual([])
  })

  test('what a stranger has done to it is a difference, our signature included', async () => {
    const { widgets } = JSON.parse(await written()) as { widgets: object[] }
    const show = (body: object) => showing(JSON.stringify(body), tagged('shop-dev'))
    show({ widgets, periodOverride: 'auto' })
    expect(await differences()).toEqual(['body.periodOverride'])
    show({ widgets: spec.body.widgets })
    expect(await differences()).toEqual(['body.signed'])
    show({ widgets: 'none' })
    expect(await differences()).toEqual(['body.widgets', 'body.signed'])
    showing('no JSON at all', tagged('shop-dev'))
    expect(await differences()).toEqual(['body.widgets', 'body.signed'])
  })

  test('gone, before or between the two calls, is gone', async () => {
    answers({ GetDashboard: () => fail('DashboardNotFoundError') })
    expect(await dashboard.read(fakeCtx(), [asked()])).toEqual([])
    showing('{}', { ListTagsForResource: () => fail('ResourceNotFoundException') })
    expect(await dashboard.read(fakeCtx(), [asked()])).toEqual([])
  })
})

describe('whose it is', () => {
  const whose = async (question = asked()) => {
    const [found] = await dashboard.read(fakeCtx(), [question])
    return [found?.ours, found?.tags]
  }

  test('its tags say it', async () => {
    showing('{}', tagged('shop-dev'))
    expect(await whose()).toEqual([true, { 'ecom-infra:stack': 'shop-dev' }])
    showing(await written(), tagged('shop'))
    expect(await whose()).toEqual([false, { 'ecom-infra:stack': 'shop' }])
  })

  test('where it has none, our signature does, which names stack and region', async () => {
    showing(await written(), bare)
    expect(await whose()).toEqual([true, {}])
    showing(await written(fakeCtx({ region: 'eu-west-1' })), bare)
    expect(await whose()).toEqual([false, {}])
    showing(await written(fakeCtx({ stack: 'shop' })), bare)
    expect(await whose()).toEqual([false, {}])
    showing(JSON.stringify(spec.body), bare)
    expect(await whose()).toEqual([false, {}])
    expect(await whose(asked({ id: name }))).toEqual([true, {}])
  })

  test('where dashboards have no tags, none are missing', async () => {
    showing(await written(), { ListTagsForResource: () => ({ Tags: [] }) })
    expect(await whose()).toEqual([true, null])
    expect(inputsOf('ListTagsForResource')).toHaveLength(2)
  })
})

describe('making and changing', () => {
  test('asks first: the call would replace whatever has the name', async () => {
    showing('{}')
    await expect(dashboard.create(fakeCtx(), address, spec, 'token')).rejects.toMatchObject({
      name: 'DashboardAlreadyExists',
    })
    expect(called()).toEqual(['GetDashboard'])
  })

  test('is born tagged and signed; what CloudWatch says of it is told', async () => {
    const ctx = fakeCtx()
    answers({
      GetDashboard: () => fail('ResourceNotFound'),
      PutDashboard: () => ({ DashboardValidationMessages: [{ DataPath: '/widgets/0', Message: 'no region' }] }),
    })
    expect(await dashboard.create(ctx, address, spec, 'token')).toBe(name)
    const [input] = inputsOf('PutDashboard')
    expect(input?.Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:address', Value: address }]))
    expect(JSON.parse(String(input?.DashboardBody)).widgets[1].properties.markdown).toContain(
      '**shop-dev** in us-east-1',
    )
    expect(ctx.notes).toEqual(["CloudWatch says of the dashboard's /widgets/0: no region"])
  })

  test('a changed body sends no tags, which AWS would ignore; tags touch no body', async () => {
    await dashboard.sync?.(fakeCtx(), spec, live, new Set(['body'] as const))
    expect(inputsOf('PutDashboard')[0]).not.toHaveProperty('Tags')
    await dashboard.sync?.(fakeCtx({ retired: ['team'] }), spec, live, new Set(['tags'] as const))
    expect(called()).toEqual(['PutDashboard', 'UntagResource', 'TagResource'])
    expect(inputsOf('UntagResource')).toEqual([{ ResourceARN: arn, TagKeys: ['team'] }])
  })
})

test('deleting returns when it is gone; gone already is gone', async () => {
  answers({ GetDashboard: (_, nth) => (nth < 3 ? { DashboardBody: '{}' } : fail('DashboardNotFoundError')) })
  await dashboard.destroy(fakeCtx(), live, terms)
  expect(inputsOf('GetDashboard')).toHaveLength(3)
  answers({ DeleteDashboards: () => fail('DashboardNotFoundError'), GetDashboard: () => fail('ResourceNotFound') })
  await dashboard.destroy(fakeCtx(), live, terms)
})

import { expect, test } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { dashboard } from '../../../src/resources/cloudwatch/dashboard.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { freshAccount } from '../../support/emulator.ts'

const widget = (title: string) => ({
  ...{ type: 'metric', x: 0, y: 0, width: 12, height: 6 },
  properties: { region: 'us-east-1', title, metrics: [['AWS/EC2', 'CPUUtilization', 'AutoScalingGroupName', 'web']] },
})
const nameIn = ({ stack, region }: World) => `${stack}-${region}`
const arnOf = ({ account }: World, name: string) => `arn:aws:cloudwatch::${account}:dashboard/${name}`

function drawn(world: World, variant: 'first' | 'changed' | 'replaced'): Graph {
  const graph = new Graph()
  const watch = graph.layer('Watch')
  const name = variant === 'replaced' ? `${world.stack}-other-${world.region}` : nameIn(world)
  const widgets = variant === 'changed' ? [widget('Web')] : [widget('CPU'), widget('Memory')]
  watch.add(dashboard, 'main', { name, body: { widgets } })
  return graph
}

const bodyOf = async ({ raw }: World, DashboardName: string) =>
  JSON.parse((await raw.cloudwatch.getDashboard({ DashboardName })).DashboardBody ?? '') as {
    widgets: { type: string; properties: Record<string, string> }[]
  }

const put = ({ raw }: World, DashboardName: string, body: object) =>
  raw.cloudwatch.putDashboard({ DashboardName, DashboardBody: JSON.stringify(body) })

keepsTheContract({
  address: 'cloudwatch:dashboard/main',
  graph: drawn,
  async verify(world, name, variant) {
    const { widgets } = await bodyOf(world, name)
    const titles = variant === 'changed' ? ['Web'] : ['CPU', 'Memory']
    expect(widgets.map(({ properties }) => properties.title ?? properties.markdown)).toEqual([
      ...titles,
      expect.stringContaining(`**${world.stack}** in us-east-1`),
    ])
    const { Tags } = await world.raw.cloudwatch.listTagsForResource({ ResourceARN: arnOf(world, name) })
    // The emulator nearer to AWS keeps no tags of dashboards.
    if (Tags?.length || !process.env.ECOM_INFRA_TEST_ENDPOINT)
      expect(Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: world.stack }]))
  },
  drifts: {
    body: async (world, name) => put(world, name, { ...(await bodyOf(world, name)), periodOverride: 'auto' }),
    ...(process.env.ECOM_INFRA_TEST_ENDPOINT
      ? {}
      : {
          tags: (world: World, name: string) =>
            world.raw.cloudwatch.untagResource({
              ResourceARN: arnOf(world, name),
              TagKeys: ['ecom-infra:stack', 'ecom-infra:address', 'Name', 'team'],
            }),
        }),
  },
  vanish: ({ raw }, name) => raw.cloudwatch.deleteDashboards({ DashboardNames: [name] }),
  gone: ({ raw }, DashboardName) =>
    raw.cloudwatch.getDashboard({ DashboardName }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

test("a stranger's dashboard under our name is told, and left as it is", async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  await put(bench.world, nameIn(bench.world), { widgets: [widget('Theirs')] })
  const { steps } = await bench.plan(drawn(bench.world, 'first'), new Notebook())
  expect(steps.map(({ action }) => action)).toEqual(['blocked'])
  await account.close()
})

test('a signature that was taken off, and whatever else was done to it, is put right', async () => {
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { world } = bench
  const notebook = new Notebook()
  await bench.apply(drawn(world, 'first'), notebook)
  const { widgets } = await bodyOf(world, nameIn(world))
  await put(world, nameIn(world), { widgets: widgets.slice(0, -1) })
  const [step] = (await bench.plan(drawn(world, 'first'), notebook)).steps
  expect(step?.changes.map(({ path, from, to }) => [path, from, to])).toEqual([['body.signed', false, null]])
  await bench.apply(drawn(world, 'first'), notebook)
  expect((await bodyOf(world, nameIn(world))).widgets).toEqual(widgets)
  await account.close()
})

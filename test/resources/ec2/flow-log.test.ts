import { expect, test } from 'vitest'
import type { Graph, Part } from '../../../src/engine/graph.ts'
import { flowLog } from '../../../src/resources/ec2/flow-log.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { logGroup } from '../../../src/resources/logs/log-group.ts'
import { Bench, keepsTheContract, Notebook, type World } from '../../support/contract.ts'
import { freshAccount } from '../../support/emulator.ts'
import { addVpc, network, ourTags, retag, tagsOf, vpcNamed } from './parts.ts'

const ADDRESS = 'ec2:flow-log/main'

const nameIn = ({ stack }: World) => `/ecom-infra/${stack}/vpc-flow`

function addRole(part: Part, { stack, region, account }: World) {
  const SourceAccount = { StringEquals: { 'aws:SourceAccount': account } }
  const Principal = { Service: 'vpc-flow-logs.amazonaws.com' }
  return part.add(role, 'flow-logs', {
    name: `${stack}-flow-logs-${region}`,
    path: `/ecom-infra/${stack}/${region}/`,
    description: 'Lets flow logs write.',
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition: SourceAccount }],
    },
    managedPolicies: [],
    inlinePolicies: {},
  })
}

function drawn(world: World, variant: 'first' | 'changed' | 'replaced'): Graph {
  const { graph, part } = network()
  const [group, writer] = [
    part.add(logGroup, 'vpc-flow', { name: nameIn(world), retentionDays: 7 }),
    addRole(part, world),
  ]
  part.add(flowLog, 'main', {
    vpcId: addVpc(part).ref('id'),
    trafficType: 'ALL',
    logGroupName: group.ref('name'),
    roleArn: writer.ref('arn'),
    aggregationSeconds: variant === 'replaced' ? 60 : 600,
  })
  return graph
}

async function found({ raw }: World, id: string) {
  const { FlowLogs } = await raw.ec2.describeFlowLogs({ Filter: [{ Name: 'flow-log-id', Values: [id] }] })
  return FlowLogs?.at(0)
}

keepsTheContract({
  address: ADDRESS,
  graph: drawn,
  async verify(world, id) {
    expect(await found(world, id)).toMatchObject({
      ResourceId: (await vpcNamed(world, 'main'))?.VpcId,
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
      LogGroupName: nameIn(world),
      MaxAggregationInterval: 600,
      DeliverLogsPermissionArn: expect.stringContaining(`${world.stack}-flow-logs`),
      DeliverLogsStatus: 'SUCCESS',
    })
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: { tags: retag },
  vanish: ({ raw }, id) => raw.ec2.deleteFlowLogs({ FlowLogIds: [id] }),
  gone: async (world, id) => (await found(world, id)) === undefined,
  replaced: 'replace',
})

test('its answer lost, or one of a stranger in its place: never two', async () => {
  process.env.ECOM_INFRA_PACE = '0.02'
  const account = await freshAccount()
  const bench = new Bench(account.url, account.id)
  const { raw } = bench.world
  const notebook = new Notebook()
  let lost = 0
  account.proxy.intercept(({ action }) => (action === 'CreateFlowLogs' && lost++ === 0 ? 'reset-after' : 'forward'))
  await bench.apply(drawn(bench.world, 'first'), notebook)
  const there = async () => (await raw.ec2.describeFlowLogs({})).FlowLogs ?? []
  expect(await there()).toHaveLength(1)

  const Resources = (await there()).map(({ FlowLogId = '' }) => FlowLogId)
  await raw.ec2.deleteTags({ Resources, Tags: [{ Key: 'ecom-infra:stack' }, { Key: 'ecom-infra:address' }] })
  const { steps } = await bench.plan(drawn(bench.world, 'first'), new Notebook())
  expect(steps.find(({ address }) => address === ADDRESS)).toMatchObject({
    ...{ action: 'blocked', reason: expect.stringContaining('does not belong') },
  })
  await account.close()
})

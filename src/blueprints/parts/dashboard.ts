import { nameOf } from '../../aws/names.ts'
import type { Handle } from '../../engine/graph.ts'
import type { Ref, Wired } from '../../engine/ref.ts'
import { type DashboardOut, dashboard } from '../../resources/cloudwatch/dashboard.ts'
import type { Draft } from '../blueprint.ts'
import type { Watched } from './alarms.ts'

type Metric = readonly (string | Ref<string>)[]

interface Chart {
  readonly title: string
  readonly metrics: readonly Metric[]
  readonly stat?: string
}

const WIDTH = 8
const HEIGHT = 6
const ACROSS = 3

/** One page that tells how the shop is doing. */
export function overview(draft: Draft, watched: Watched): Handle<DashboardOut> {
  const { graph, facts, stack } = draft
  const widgets = charts(watched).map(({ title, metrics, stat = 'Average' }, index) => ({
    type: 'metric',
    ...{ x: (index % ACROSS) * WIDTH, y: Math.floor(index / ACROSS) * HEIGHT, width: WIDTH, height: HEIGHT },
    properties: { title, metrics, stat, region: facts.region, period: 60, view: 'timeSeries', stacked: false },
  }))
  return graph.layer('Watch').add(dashboard, 'main', {
    // Dashboards are not regional: without the region, two stacks would share one.
    name: nameOf(stack, facts.region, 255),
    body: { widgets } as Wired<{ readonly widgets: readonly object[] }>,
  })
}

function charts({ servers, entrance, database, sessions, nats }: Watched): readonly Chart[] {
  const LoadBalancer = ['LoadBalancer', entrance.loadBalancer.ref('fullName')] as const
  const TargetGroup = ['TargetGroup', entrance.targetGroup.ref('fullName')] as const
  const group = ['AutoScalingGroupName', servers.ref('name')] as const
  const instance = ['DBInstanceIdentifier', database.ref('name')] as const
  const table = ['TableName', sessions.ref('name')] as const
  const alb = (metric: string): Metric => ['AWS/ApplicationELB', metric, ...LoadBalancer]
  const rds = (metric: string): Metric => ['AWS/RDS', metric, ...instance]
  const dynamo = (metric: string): Metric => ['AWS/DynamoDB', metric, ...table]
  return [
    { title: 'Requests', metrics: [alb('RequestCount')], stat: 'Sum' },
    { title: 'Errors', metrics: [alb('HTTPCode_ELB_5XX_Count'), alb('HTTPCode_Target_5XX_Count')], stat: 'Sum' },
    { title: 'Latency, p95', metrics: [alb('TargetResponseTime')], stat: 'p95' },
    { title: 'Web servers: CPU', metrics: [['AWS/EC2', 'CPUUtilization', ...group]] },
    {
      title: 'Web servers in service',
      metrics: [
        ['AWS/AutoScaling', 'GroupInServiceInstances', ...group],
        ['AWS/ApplicationELB', 'UnHealthyHostCount', ...TargetGroup, ...LoadBalancer],
      ],
    },
    { title: 'Database: CPU', metrics: [rds('CPUUtilization')] },
    { title: 'Database: connections', metrics: [rds('DatabaseConnections')], stat: 'Maximum' },
    { title: 'Database: free storage', metrics: [rds('FreeStorageSpace')], stat: 'Minimum' },
    {
      title: 'Sessions: throttles',
      metrics: [dynamo('ReadThrottleEvents'), dynamo('WriteThrottleEvents')],
      stat: 'Sum',
    },
    ...natChart(nats),
  ]
}

const natChart = (nats: Watched['nats']): readonly Chart[] =>
  nats.length === 0
    ? []
    : [
        {
          ...{ title: 'NAT gateways: port errors', stat: 'Sum' },
          metrics: nats.map(({ gateway }) => [
            'AWS/NATGateway',
            'ErrorPortAllocation',
            'NatGatewayId',
            gateway.ref('id'),
          ]),
        },
      ]

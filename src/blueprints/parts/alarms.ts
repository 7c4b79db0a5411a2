import { nameOf } from '../../aws/names.ts'
import type { Handle } from '../../engine/graph.ts'
import type { Ref, Wired } from '../../engine/ref.ts'
import type { AutoScalingGroupOut } from '../../resources/autoscaling/group.ts'
import { type AlarmSpec, alarm } from '../../resources/cloudwatch/alarm.ts'
import type { TableOut } from '../../resources/dynamodb/table.ts'
import type { NatGatewayOut } from '../../resources/ec2/nat-gateway.ts'
import type { DbInstanceOut } from '../../resources/rds/instance.ts'
import type { TopicOut } from '../../resources/sns/topic.ts'
import type { Draft } from '../blueprint.ts'
import type { Entrance } from './edge.ts'

/** What is watched. */
export interface Watched {
  readonly servers: Handle<AutoScalingGroupOut>
  readonly entrance: Entrance
  readonly database: Handle<DbInstanceOut>
  readonly sessions: Handle<TableOut>
  readonly nats: readonly { readonly letter: string; readonly gateway: Handle<NatGatewayOut> }[]
}

type Shape = Pick<AlarmSpec, 'description' | 'namespace' | 'metric' | 'statistic' | 'threshold'> &
  Partial<Pick<AlarmSpec, 'comparison' | 'periodSeconds' | 'evaluationPeriods'>> & {
    readonly dimensions: Readonly<Record<string, Ref<string>>>
  }

type Alarms = Readonly<Record<string, Shape>>

/** Each goes off, and calls it off, on the topic. */
export function alarms(draft: Draft, topic: Handle<TopicOut>, watched: Watched): void {
  const watch = draft.graph.layer('Watch')
  const all = { ...ofServers(watched), ...ofEntrance(watched), ...ofData(draft, watched), ...ofNats(watched) }
  for (const [name, shape] of Object.entries(all)) watch.add(alarm, name, whole(draft, topic, name, shape))
}

function whole(
  { stack }: Draft,
  topic: Handle<TopicOut>,
  name: string,
  { comparison = 'GreaterThanThreshold', periodSeconds = 60, evaluationPeriods = 5, ...shape }: Shape,
): { readonly [K in keyof AlarmSpec]: Wired<AlarmSpec[K]> } {
  return {
    ...{ name: nameOf(stack, name, 255), ...shape, comparison, periodSeconds, evaluationPeriods },
    // Nothing to measure is no alarm: a group scaled to zero, a night without visitors.
    ...{ datapointsToAlarm: evaluationPeriods, missingData: 'notBreaching', enabled: true },
    ...{ alarmActions: [topic.ref('arn')], okActions: [topic.ref('arn')] },
  }
}

const ofServers = ({ servers }: Watched): Alarms => ({
  'web-cpu': {
    ...{ description: 'The web servers are busy: CPU above 70 %', namespace: 'AWS/EC2', metric: 'CPUUtilization' },
    ...{ statistic: 'Average', threshold: 70, dimensions: { AutoScalingGroupName: servers.ref('name') } },
  },
})

function ofEntrance({ entrance: { loadBalancer, targetGroup } }: Watched): Alarms {
  const LoadBalancer = loadBalancer.ref('fullName')
  const namespace = 'AWS/ApplicationELB'
  return {
    'unhealthy-hosts': {
      ...{ description: 'A web server fails its health check', namespace, metric: 'UnHealthyHostCount' },
      ...{ statistic: 'Maximum', threshold: 0, evaluationPeriods: 3 },
      dimensions: { LoadBalancer, TargetGroup: targetGroup.ref('fullName') },
    },
    'alb-5xx': {
      ...{ description: 'The load balancer answers with errors of its own', namespace },
      ...{
        metric: 'HTTPCode_ELB_5XX_Count',
        statistic: 'Sum',
        threshold: 10,
        periodSeconds: 300,
        evaluationPeriods: 1,
      },
      dimensions: { LoadBalancer },
    },
    'web-5xx': {
      ...{ description: 'The web servers answer with errors', namespace },
      ...{ metric: 'HTTPCode_Target_5XX_Count', statistic: 'Sum', threshold: 10 },
      ...{ periodSeconds: 300, evaluationPeriods: 1, dimensions: { LoadBalancer } },
    },
    'alb-latency': {
      ...{ description: 'One answer in twenty takes longer than a second', namespace, metric: 'TargetResponseTime' },
      ...{ statistic: 'p95', threshold: 1, dimensions: { LoadBalancer } },
    },
  }
}

const GIB = 1024 ** 3

function ofData({ config }: Draft, { database, sessions }: Watched): Alarms {
  const namespace = 'AWS/RDS'
  const dimensions = { DBInstanceIdentifier: database.ref('name') }
  const throttles = { namespace: 'AWS/DynamoDB', statistic: 'Sum', threshold: 0, evaluationPeriods: 1 }
  const { storageGb, instanceClass } = config.database
  return {
    'database-cpu': {
      ...{ description: 'The database is busy: CPU above 80 %', namespace, metric: 'CPUUtilization' },
      ...{ statistic: 'Average', threshold: 80, dimensions },
    },
    'database-storage': {
      ...{ description: 'Less than a tenth of the database storage is free', namespace, metric: 'FreeStorageSpace' },
      ...{ statistic: 'Minimum', threshold: (storageGb * GIB) / 10, comparison: 'LessThanThreshold', dimensions },
    },
    'database-connections': {
      ...{ description: 'The database is running out of connections', namespace, metric: 'DatabaseConnections' },
      ...{ statistic: 'Maximum', threshold: connectionsOf(instanceClass), dimensions },
    },
    'sessions-read-throttles': {
      ...{ description: 'Reads of sessions are throttled', metric: 'ReadThrottleEvents', ...throttles },
      dimensions: { TableName: sessions.ref('name') },
    },
    'sessions-write-throttles': {
      ...{ description: 'Writes of sessions are throttled', metric: 'WriteThrottleEvents', ...throttles },
      dimensions: { TableName: sessions.ref('name') },
    },
  }
}

const ofNats = ({ nats }: Watched): Alarms =>
  Object.fromEntries(
    nats.map(({ letter, gateway }) => [
      `nat-${letter}-ports`,
      {
        ...{ description: 'The NAT gateway has no port left for a connection', namespace: 'AWS/NATGateway' },
        ...{ metric: 'ErrorPortAllocation', statistic: 'Sum', threshold: 0, evaluationPeriods: 1 },
        dimensions: { NatGatewayId: gateway.ref('id') },
      },
    ]),
  )

const MEMORY_GIB: Readonly<Record<string, number>> = { micro: 1, small: 2, medium: 4, large: 8, xlarge: 16 }

/**
 * RDS allows memory / 9,531,392 connections, at most 5,000, and keeps a part of the memory for itself: three fifths of
 * that is where it becomes tight. Families with more memory a size than the general ones are warned of early.
 */
export function connectionsOf(instanceClass: string): number {
  const size = instanceClass.split('.')[2] ?? ''
  const times = Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 0)
  const memory = times > 0 ? times * 16 : (MEMORY_GIB[size] ?? 1)
  return Math.floor(Math.min((memory * GIB) / 9_531_392, 5_000) * 0.6)
}

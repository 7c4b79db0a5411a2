import type { Prices } from '../prices/prices.ts'
import { serverParts } from '../prices/server.ts'
import type { Unit } from '../prices/table.ts'

/** A resource, as far as its price depends on it. A report knows no types, so a spec is looked at as it comes. */
export interface Thing {
  readonly address: string
  readonly type: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** A part of a resource that costs something for as long as it stands. */
export interface Part {
  readonly what: string
  /** US dollars a month; null: not known. */
  readonly usd: number | null
  /** How many there are at least, and at most. */
  readonly least: number
  readonly most: number
}

/** What is counted as it is used: what, its price, and by what. */
export interface Use {
  readonly what: string
  readonly unit: Unit
  readonly per: string
  /** What surprises on a bill is told with its price. */
  readonly told: boolean
}

/** Finds what a spec points at, by a reference or by the id of what is there. */
export type Follow = (value: unknown) => Thing | null

type Spec = Thing['spec']
type Priced = (spec: Spec, prices: Prices, follow: Follow) => readonly Part[]

const part = (what: string, usd: number | null, count = 1): Part => ({ what, usd, least: count, most: count })
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)
const count = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

/** A size that nobody knows yet is no size. */
const finite = (usd: number | null): number | null => (usd === null || Number.isNaN(usd) ? null : usd)

const server: Priced = (spec, prices) => {
  const volume = (spec.rootVolume ?? {}) as Spec
  const one = {
    ...{ type: text(spec.instanceType), disk: { type: text(volume.type), sizeGb: number(volume.sizeGb) } },
    ...{ publicIp: spec.publicIp === true, detailedMonitoring: spec.detailedMonitoring === true },
  }
  return serverParts(one, prices).map(({ what, usd }) => part(what, finite(usd)))
}

const group: Priced = ({ launchTemplateId, minSize, maxSize }, prices, follow) => {
  const template = follow(launchTemplateId)
  if (!template || typeof minSize !== 'number' || typeof maxSize !== 'number') return [part('servers', null)]
  return server(template.spec, prices, follow).map((one) => ({ ...one, least: minSize, most: maxSize }))
}

/** One address in each zone, where it faces the internet. */
const balancer: Priced = (spec, prices) => [
  part('load balancer', prices.balancerMonthly()),
  ...(spec.scheme === 'internal' ? [] : [part('public addresses', prices.addressMonthly(), count(spec.subnetIds))]),
]

/** Performance Insights keeps a week for nothing. */
const FREE_DAYS = 7

const database: Priced = (spec, prices) => {
  const kind = { class: text(spec.instanceClass), multiAz: spec.multiAz === true, storageGb: number(spec.storageGb) }
  const watched = typeof spec.performanceInsightsDays === 'number' && spec.performanceInsightsDays > FREE_DAYS
  return [
    part(kind.class, finite(prices.databaseMonthly(kind))),
    ...(spec.managedPassword === true ? [part('its secret', prices.secretMonthly())] : []),
    ...(spec.publiclyAccessible === true ? [part('its public address', prices.addressMonthly())] : []),
    ...(watched ? [part('Performance Insights', null)] : []),
  ]
}

/** Where a metric is looked at more than once a minute, an alarm costs more. */
const alarm: Priced = (spec, prices) => [part('alarm', number(spec.periodSeconds) < 60 ? null : prices.alarmMonthly())]

/** One to S3 or DynamoDB is of routes and free; any other stands in subnets. */
const endpoint: Priced = (spec, prices) =>
  count(spec.subnetIds) === 0 ? [] : [part('endpoint', prices.endpointMonthly(count(spec.subnetIds)))]

const PRICED: Readonly<Record<string, Priced>> = {
  'ec2:nat-gateway': (_, prices) => [part('NAT gateway', prices.natGatewayMonthly())],
  'ec2:elastic-ip': (_, prices) => [part('address', prices.addressMonthly())],
  'ec2:instance': server,
  'ec2:vpc-endpoint': endpoint,
  'autoscaling:group': group,
  'elbv2:load-balancer': balancer,
  'rds:instance': database,
  'kms:key': (_, prices) => [part('key', prices.keyMonthly())],
  'cloudwatch:alarm': alarm,
  'cloudwatch:dashboard': (_, prices) => [part('dashboard', prices.dashboardMonthly())],
}

/** Nothing is paid for their being there. */
const FREE: ReadonlySet<string> = new Set([
  ...['ec2:vpc', 'ec2:subnet', 'ec2:internet-gateway', 'ec2:route-table', 'ec2:network-acl', 'ec2:security-group'],
  ...['ec2:launch-template', 'elbv2:target-group', 'elbv2:listener', 'iam:role', 'iam:instance-profile'],
  ...['rds:subnet-group', 'rds:parameter-group', 's3:bucket-policy', 'sns:subscription'],
  ...['efs:file-system-policy', 'efs:mount-target', 'efs:access-point'],
])

const told = (what: string, unit: Unit, per: string): Use => ({ what, unit, per, told: true })
const named = (what: string, unit: Unit, per: string): Use => ({ what, unit, per, told: false })

const OUT = told('traffic out', 'transferOutGb', 'GB')

/** What is paid for by use; what stands here and costs nothing else is free to keep. */
const USED: Readonly<Record<string, readonly Use[]>> = {
  'ec2:nat-gateway': [told('traffic through NAT', 'natGatewayGb', 'GB'), OUT],
  'ec2:instance': [OUT],
  'autoscaling:group': [OUT],
  'elbv2:load-balancer': [named('load of the balancer', 'loadBalancerCapacityHour', 'unit-hour'), OUT],
  'logs:log-group': [told('logs', 'logIngestedGb', 'GB'), named('logs kept', 'logStoredGbMonth', 'GB-month')],
  'ec2:flow-log': [named('flow logs', 'flowLogGb', 'GB')],
  's3:bucket': [named('files in buckets', 'bucketGbMonth', 'GB-month')],
  'efs:file-system': [
    ...[
      named('shared files', 'fileStorageGbMonth', 'GB-month'),
      named('old shared files', 'fileInfrequentGbMonth', 'GB-month'),
    ],
    ...[named('reading shared files', 'fileReadGb', 'GB'), named('writing shared files', 'fileWriteGb', 'GB')],
  ],
  'dynamodb:table': [
    ...[named('table reads', 'tableReadMillion', 'million'), named('table writes', 'tableWriteMillion', 'million')],
    ...[
      named('table items', 'tableStorageGbMonth', 'GB-month'),
      named('their backups', 'tableRecoveryGbMonth', 'GB-month'),
    ],
  ],
  'rds:instance': [named('database backups', 'databaseBackupGbMonth', 'GB-month')],
  'sns:topic': [],
}

/** What a resource costs by standing there. A type that nobody has thought of is unknown, never free. */
export function partsOf({ type, spec }: Thing, prices: Prices, follow: Follow): readonly Part[] {
  const priced = PRICED[type]
  if (priced) return priced(spec, prices, follow)
  return FREE.has(type) || type in USED ? [] : [part('', null)]
}

export const usesOf = ({ type }: Thing): readonly Use[] => USED[type] ?? []

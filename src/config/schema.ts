import { z } from 'zod'
import * as f from './fields.ts'
import { AVAILABLE_BLUEPRINTS, BLUEPRINTS } from './names.ts'
import { REGIONS } from './regions.ts'

const SSH_CIDR = 'an IPv4 network, for example 203.0.113.7/32'

const network = z.strictObject({
  cidr: f
    .text('address range of the VPC', 'an IPv4 network from /16 to /24, for example 10.20.0.0/16')
    .default('10.20.0.0/16'),
  availabilityZones: f.whole('over how many zones', 2, 4).default(2),
  nat: f.oneOf('how private subnets reach out: none | single | per-az', ['none', 'single', 'per-az']).default('single'),
})

const access = z.strictObject({
  sshCidrs: f
    .explain(
      z.array(f.text('a network that may SSH', SSH_CIDR)).meta({ maxItems: f.MAX_SSH_CIDRS }),
      'who may SSH to the bastion; [] is nobody',
      `at most ${f.MAX_SSH_CIDRS} IPv4 networks: a network ACL holds 20 rules`,
    )
    .default([]),
  allowWorldSsh: f.yesNo('must be true for 0.0.0.0/0 above').default(false),
})

const web = z.strictObject({
  instanceType: f.instanceType('what a web server runs on').default('t3.micro'),
  placement: f.oneOf('in which subnets: public | private', ['public', 'private']).default('public'),
  minSize: f.whole('never fewer web servers', 1, 100).default(1),
  maxSize: f.whole('never more web servers', 1, 100).default(2),
  cpuTarget: f.whole('scales to hold this average CPU, in percent', 1, 100).default(70),
})

const edge = z.strictObject({ certificateArn: f.certificateArn.nullable().default(null) })

const bastion = z.strictObject({ instanceType: f.instanceType('what the bastion runs on').default('t3.micro') })

const database = z.strictObject({
  instanceClass: f.instanceClass.default('db.t3.micro'),
  engineVersion: f.engineVersion.default('16'),
  storageGb: f.whole('gp3 storage; it can grow, never shrink', 20, 65_536).default(20),
  multiAz: f.yesNo('a standby in another zone, at twice the price').default(false),
  backupRetentionDays: f.whole('daily backups are kept this long; 0 is none', 0, 35).default(7),
  backupWindow: f.backupWindow.default('03:00-04:00'),
  maintenanceWindow: f.maintenanceWindow.default('sun:04:30-sun:05:30'),
  performanceInsights: f.yesNo('RDS keeps which statements waited for what, for 7 days').default(false),
  enhancedMonitoringSeconds: f
    .oneNumberOf('how often the system is measured; 0 is never', f.MONITORING_SECONDS)
    .default(0),
})

const monitoring = z.strictObject({
  logRetentionDays: f.oneNumberOf('logs are kept this long', f.RETENTION_DAYS).default(7),
  alarmEmail: f.alarmEmail.nullable().default(null),
})

const pipeline = z.strictObject({
  source: f.oneOf('where releases come from: s3 | github', ['s3', 'github']).default('s3'),
  repository: f.repository.nullable().default(null),
  branch: f.branch.default('main'),
  connectionArn: f.connectionArn.nullable().default(null),
})

/** The one definition: types, defaults, JSON schema, comments and refusals all come from it. */
export const configSchema = z.strictObject({
  name: f.name,
  environment: f.environment,
  region: f.explain(
    z.enum(Object.keys(REGIONS)),
    'where it is built',
    'a commercial AWS region, for example us-east-1',
  ),
  blueprint: f.explain(z.enum(BLUEPRINTS), 'what is built', AVAILABLE_BLUEPRINTS.join(', ')),
  tags: f
    .explain(
      z.record(z.string(), f.text('a tag', 'text')).meta({ maxProperties: f.MAX_TAGS }),
      'put on every resource',
      `at most ${f.MAX_TAGS} names with a text each`,
    )
    .default({}),
  protect: f.yesNo('refuses down and every replacement').default(false),
  network: network.describe('the network').prefault({}),
  access: access.describe('who may come in').prefault({}),
  web: web.describe('the web servers').prefault({}),
  edge: edge.describe('the load balancer').prefault({}),
  bastion: bastion.describe('the way in to the database').prefault({}),
  database: database.describe('the database').prefault({}),
  monitoring: monitoring.describe('logs and alarms').prefault({}),
  pipeline: pipeline.describe('the delivery pipeline').prefault({}),
})

type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** What the rest of the program sees: every field there, every value checked. */
export type Config = Frozen<z.output<typeof configSchema>>

/** What a person may write: what has a default may be left out. */
export type ConfigInput = Frozen<z.input<typeof configSchema>>

/** Reads one way, because an environment has no hyphen. */
export function stackId({ name, environment }: Pick<Config, 'name' | 'environment'>): string {
  return `${name}-${environment}`
}

/** Fields of the contract that are checked and kept, but build nothing in this version. */
export const NOT_YET: readonly string[] = ['pipeline']

/** Which of what was written has no effect yet. It takes the input: a default is nobody's wish. */
export function notYet(given: ConfigInput): readonly string[] {
  return NOT_YET.filter((path) => {
    const value = path.split('.').reduce<unknown>((at, key) => (isMapping(at) ? at[key] : undefined), given)
    return value !== undefined && value !== null
  })
}

/** A YAML mapping, as opposed to a list, a scalar or nothing. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import type { Category, Sign } from './picture.ts'
import { capital } from './text.ts'

/** How a type of resource is drawn, and where. */
export interface Kind {
  readonly noun: string
  readonly category: Category
  readonly sign: Sign
  /** Each has an icon of its own; what has not is counted under one. */
  readonly each?: boolean
  /** Drawn as part of the resource of one of these types that it mentions, or that mentions it. */
  readonly partOf?: readonly string[]
  /** Where it is drawn when its subnets do not say it: at an edge of the VPC, among its rules, beside the cloud. */
  readonly at?: 'west' | 'east' | 'rules' | 'global' | 'outside'
  /** In several subnets: a copy in each, or just in the first. */
  readonly subnets?: 'each' | 'first'
  /** The API that programs call it by, as the end of an endpoint's service name. */
  readonly api?: string
  /** What comes first stands higher, and further left. */
  readonly rank?: number
}

const of = (
  category: Category,
  sign: Sign,
  noun: string,
  more: Omit<Kind, 'category' | 'sign' | 'noun'> = {},
): Kind => ({
  ...{ category, sign, noun },
  ...more,
})
const service = (name: string): Sign => ({ service: name })
const resource = (name: string): Sign => ({ resource: name })
const part = (noun: string, ...partOf: readonly string[]): Kind => of('general', service('general'), noun, { partOf })

/** The types that have a picture of their own; any other is a box with its name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'ec2:internet-gateway': of('network', resource('internet_gateway'), 'internet gateway', { each: true, at: 'west' }),
  'ec2:nat-gateway': of('network', resource('nat_gateway'), 'NAT gateway', { each: true, rank: 2 }),
  'ec2:elastic-ip': part('Elastic IP', 'ec2:nat-gateway', 'ec2:instance'),
  'ec2:route-table': of('network', resource('route_table'), 'route table', { at: 'rules' }),
  'ec2:network-acl': of('network', resource('network_access_control_list'), 'network ACL', { at: 'rules' }),
  'ec2:security-group': of('security', resource('generic_firewall'), 'security group', { at: 'rules' }),
  'ec2:flow-log': of('network', resource('flow_logs'), 'flow log', { at: 'rules' }),
  'ec2:vpc-endpoint': of('network', resource('endpoints'), 'VPC endpoint', { at: 'east' }),
  'ec2:instance': of('compute', service('ec2'), 'EC2 instance', { each: true, rank: 3 }),
  'ec2:launch-template': part('launch template', 'autoscaling:group'),
  'autoscaling:group': of('compute', service('ec2'), 'Auto Scaling group', { each: true, subnets: 'each' }),
  'elbv2:load-balancer': of('network', resource('application_load_balancer'), 'Application Load Balancer', {
    each: true,
  }),
  'elbv2:listener': part('listener', 'elbv2:load-balancer'),
  'elbv2:target-group': part('target group', 'elbv2:listener'),
  'rds:instance': of('database', service('rds'), 'database', { each: true, subnets: 'first', rank: 3 }),
  'rds:subnet-group': part('subnet group', 'rds:instance'),
  'rds:parameter-group': part('parameter group', 'rds:instance'),
  'dynamodb:table': of('database', service('dynamodb'), 'DynamoDB table', { each: true, api: 'dynamodb', rank: 2 }),
  'efs:file-system': of('storage', service('elastic_file_system'), 'EFS file system', { each: true }),
  'efs:file-system-policy': part('policy', 'efs:file-system'),
  'efs:access-point': part('access point', 'efs:file-system'),
  'efs:mount-target': of('storage', resource('file_system'), 'EFS mount target', { each: true, rank: 1 }),
  's3:bucket': of('storage', service('s3'), 'S3 bucket', { each: true, api: 's3', rank: 1 }),
  's3:bucket-policy': part('bucket policy', 's3:bucket'),
  'sns:topic': of('management', service('sns'), 'SNS topic', { each: true }),
  'sns:subscription': of('general', resource('email_notification'), 'subscription', { each: true, at: 'outside' }),
  'cloudwatch:alarm': of('management', resource('alarm'), 'alarm', { rank: 1 }),
  'cloudwatch:dashboard': of('management', service('cloudwatch_2'), 'dashboard', { rank: 3 }),
  'logs:log-group': of('management', resource('logs'), 'log group', { rank: 4 }),
  'kms:key': of('security', service('key_management_service'), 'KMS key', { rank: 2 }),
  'iam:role': of('security', resource('role'), 'IAM role', { at: 'global' }),
  'iam:instance-profile': of('security', service('identity_and_access_management'), 'instance profile', {
    at: 'global',
  }),
}

/** What has no picture yet is a box of its own: `sqs:queue` is an "SQS queue". It comes last. */
export function kindOf(type: string): Kind {
  const [family = '', name] = type.split(':')
  const service = family.length > 5 ? capital(family) : family.toUpperCase()
  const noun = name === undefined ? type : `${service} ${name.replaceAll('-', ' ')}`
  return KINDS[type] ?? of('general', { service: 'general' }, noun, { rank: 9 })
}

/** More than so many of an unknown type are counted under one icon. */
export const FEW = 3

/** Who stands outside, and the signs that they have there. */
export const ACTORS = {
  internet: { lines: ['Internet'], sign: resource('internet_alt2') },
  visitors: { lines: ['Visitors'], sign: resource('users') },
  admin: { lines: ['Administrator'], sign: resource('user') },
} as const
export type Actor = keyof typeof ACTORS

import type { Ctx } from '../../aws/ctx.ts'
import type { Plan } from '../../engine/steps.ts'

/** IAM simulates each action on each resource, and refuses too many at once. */
export const MOST_RESOURCES = 20

/** What ARNs look like, by type: what has no name gets an id that nothing has. `~` stands for region and account. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  'ec2:vpc': ['ec2:~:vpc/vpc-0'],
  'ec2:vpc-endpoint': ['ec2:~:vpc-endpoint/vpce-0'],
  'ec2:flow-log': ['ec2:~:vpc-flow-log/fl-0'],
  'ec2:subnet': ['ec2:~:subnet/subnet-0'],
  'ec2:internet-gateway': ['ec2:~:internet-gateway/igw-0'],
  'ec2:elastic-ip': ['ec2:~:elastic-ip/eipalloc-0'],
  'ec2:nat-gateway': ['ec2:~:natgateway/nat-0'],
  'ec2:route-table': ['ec2:~:route-table/rtb-0'],
  'ec2:network-acl': ['ec2:~:network-acl/acl-0'],
  'ec2:security-group': ['ec2:~:security-group/sg-0', 'ec2:~:security-group-rule/sgr-0'],
  'ec2:launch-template': ['ec2:~:launch-template/lt-0'],
  'ec2:instance': ['ec2:~:instance/i-0', 'ec2:~:volume/vol-0', 'ec2:~:network-interface/eni-0'],
  'autoscaling:group': ['autoscaling:~:autoScalingGroup:0:autoScalingGroupName/{name}'],
  'elbv2:load-balancer': ['elasticloadbalancing:~:loadbalancer/app/{name}/0'],
  'elbv2:target-group': ['elasticloadbalancing:~:targetgroup/{name}/0'],
  'elbv2:listener': ['elasticloadbalancing:~:listener/app/{name}/0/0'],
  'rds:instance': ['rds:~:db:{name}'],
  'rds:subnet-group': ['rds:~:subgrp:{name}'],
  'rds:parameter-group': ['rds:~:pg:{name}'],
  'dynamodb:table': ['dynamodb:~:table/{name}'],
  'efs:file-system': ['elasticfilesystem:~:file-system/fs-0'],
  'efs:access-point': ['elasticfilesystem:~:access-point/fsap-0'],
  'logs:log-group': ['logs:~:log-group:{name}', 'logs:~:log-group:{name}:*'],
  'kms:key': ['kms:~:key/0', 'kms:~:{alias}'],
  'sns:topic': ['sns:~:{name}'],
  'cloudwatch:alarm': ['cloudwatch:~:alarm:{name}'],
  's3:bucket': ['s3:::{name}', 's3:::{name}/any'],
  'cloudwatch:dashboard': ['cloudwatch::{account}:dashboard/{name}'],
}

/** What the least policy binds to names, which have been tried by then, but for buckets that are wanted no more. */
const NAMED: readonly string[] = ['iam', 's3']

export const serviceOf = (name: string): string => name.split(':')[0] ?? name

/** Services, and one thing of each of their types in the plan; what does not fit into one question is left out. */
export function thingsIn(ctx: Ctx, plan: Plan, services: readonly string[]) {
  const things = exampleShapes(ctx, plan)
  return [...new Set(services)].reduce<{ readonly services: readonly string[]; readonly resources: readonly string[] }>(
    (so, service) => {
      const own = things.filter((thing) => serviceOf(thing) === service).map((thing) => `arn:${ctx.partition}:${thing}`)
      const resources = [...so.resources, ...own]
      const isKnown = own.length > 0 || NAMED.includes(service)
      return isKnown && resources.length <= MOST_RESOURCES ? { services: [...so.services, service], resources } : so
    },
    { services: [], resources: ['*'] },
  )
}

function exampleShapes({ account, region }: Ctx, { steps }: Plan): readonly string[] {
  const touched = steps.filter(({ action }) => action !== 'none')
  const first = touched.filter(({ type }, at) => touched.findIndex((other) => other.type === type) === at)
  return first.flatMap(({ type, node, live }) => {
    if (node && NAMED.includes(serviceOf(type.type))) return []
    // What is not wanted any more is known by its id alone: its name, or all of its ARN.
    if (!node && live?.id.startsWith('arn:')) return live.id.replace(/^arn:[^:]*:/, '')
    const known = { name: live?.id, ...node?.spec, account } as Readonly<Record<string, unknown>>
    const filled = (shape: string) => shape.replace(/\{(\w+)\}/g, (_, field: string) => String(known[field] ?? '0'))
    return (SHAPES[type.type] ?? []).map((shape) => filled(shape.replace('~', `${region}:${account}`)))
  })
}

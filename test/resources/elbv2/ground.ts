import type { Graph, Handle } from '../../../src/engine/graph.ts'
import { internetGateway } from '../../../src/resources/ec2/internet-gateway.ts'
import { type SecurityGroupOut, securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { type SubnetOut, subnet } from '../../../src/resources/ec2/subnet.ts'
import { type VpcOut, vpc } from '../../../src/resources/ec2/vpc.ts'
import { type LoadBalancerOut, loadBalancer } from '../../../src/resources/elbv2/load-balancer.ts'
import { type TargetGroupSpec, targetGroup } from '../../../src/resources/elbv2/target-group.ts'
import type { World } from '../../support/contract.ts'

export interface Ground {
  readonly vpc: Handle<VpcOut>
  readonly gateway: Handle<unknown>
  /** In the zones a, b and c. */
  readonly subnets: readonly [Handle<SubnetOut>, Handle<SubnetOut>, Handle<SubnetOut>]
  readonly groups: readonly [Handle<SecurityGroupOut>, Handle<SecurityGroupOut>]
}

/** A network for what balances and scales. */
export function ground(graph: Graph, { stack, region }: World): Ground {
  const part = graph.layer('Network')
  const bare = { defaultSecurityGroupRules: [], defaultNetworkAclEntries: [] }
  const net = part.add(vpc, 'main', { cidrBlock: '10.20.0.0/16', dnsSupport: true, dnsHostnames: true, ...bare })
  const gateway = part.add(internetGateway, 'main', { vpcId: net.ref('id') })
  const open = (zone: string, octet: number) =>
    part.add(subnet, zone, {
      vpcId: net.ref('id'),
      cidrBlock: `10.20.${octet}.0/24`,
      zone: `${region}${zone}`,
      mapPublicIpOnLaunch: true,
    })
  const group = (name: string) =>
    part.add(securityGroup, name, {
      name: `${stack}-${name}`,
      vpcId: net.ref('id'),
      description: `The ${name} group`,
      ingress: [],
      egress: [],
    })
  return {
    vpc: net,
    gateway,
    subnets: [open('a', 1), open('b', 2), open('c', 3)],
    groups: [group('one'), group('two')],
  }
}

export const balancerOn = (
  graph: Graph,
  { vpc: net, gateway, subnets, groups }: Ground,
  world: World,
  name = 'web',
): Handle<LoadBalancerOut> =>
  graph.layer('Edge').add(
    loadBalancer,
    name,
    {
      name: `${world.stack}-${name}`,
      scheme: 'internet-facing',
      vpcId: net.ref('id'),
      subnetIds: [subnets[0].ref('id'), subnets[1].ref('id')],
      securityGroupIds: [groups[0].ref('id')],
      attributes: { 'idle_timeout.timeout_seconds': '90' },
    },
    [gateway],
  )

export const CHECK: TargetGroupSpec['healthCheck'] = {
  path: '/healthz',
  intervalSeconds: 15,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  matcher: '200',
}

export const targetsIn = (graph: Graph, { vpc: net }: Ground, world: World, name: string) =>
  graph.layer('Edge').add(targetGroup, name, {
    name: `${world.stack}-${name}`,
    vpcId: net.ref('id'),
    protocol: 'HTTP',
    port: 80,
    targetType: 'instance',
    healthCheck: CHECK,
    attributes: { 'deregistration_delay.timeout_seconds': '30' },
  })

/** A raw answer's list of pairs as a record. */
export const pairs = (list: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) =>
  Object.fromEntries((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))

export const tagsOf = async ({ raw }: World, arn: string) => {
  const { TagDescriptions } = await raw.elbv2.describeTags({ ResourceArns: [arn] })
  return pairs(TagDescriptions?.[0]?.Tags)
}

/** A stranger takes one of our tags away and adds one of their own. */
export const tagDrift = async ({ raw }: World, arn: string) => {
  await raw.elbv2.removeTags({ ResourceArns: [arn], TagKeys: ['Name'] })
  await raw.elbv2.addTags({ ResourceArns: [arn], Tags: [{ Key: 'theirs', Value: 'yes' }] })
}

/** Whether AWS says that there is no such thing. */
export const refused = async (call: Promise<unknown>, code: RegExp): Promise<boolean> => {
  try {
    await call
    return false
  } catch (error) {
    if (code.test((error as Error).name)) return true
    throw error
  }
}

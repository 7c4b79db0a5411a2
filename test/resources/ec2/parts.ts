import type { Vpc } from '@aws-sdk/client-ec2'
import { Graph, type Handle, type Part } from '../../../src/engine/graph.ts'
import { type InternetGatewayOut, internetGateway } from '../../../src/resources/ec2/internet-gateway.ts'
import { type SubnetOut, subnet } from '../../../src/resources/ec2/subnet.ts'
import { type VpcOut, type VpcSpec, vpc } from '../../../src/resources/ec2/vpc.ts'
import type { World } from '../../support/contract.ts'

export const VPC: VpcSpec = {
  cidrBlock: '10.20.0.0/16',
  dnsSupport: true,
  dnsHostnames: true,
  defaultSecurityGroupRules: [],
  defaultNetworkAclEntries: [],
}

/** A graph, and the layer that all of these tests put their things in. */
export function network(): { readonly graph: Graph; readonly part: Part } {
  const graph = new Graph()
  return { graph, part: graph.layer('Network') }
}

export const addVpc = (part: Part, name = 'main', cidrBlock = VPC.cidrBlock): Handle<VpcOut> =>
  part.add(vpc, name, { ...VPC, cidrBlock })

export const addGateway = (part: Part, inside: Handle<VpcOut>): Handle<InternetGatewayOut> =>
  part.add(internetGateway, 'main', { vpcId: inside.ref('id') })

/** `number` is the third part of its range. */
export const addSubnet = (part: Part, inside: Handle<VpcOut>, number: number): Handle<SubnetOut> =>
  part.add(subnet, `s${number}`, {
    ...{ vpcId: inside.ref('id'), cidrBlock: `10.20.${number}.0/24`, mapPublicIpOnLaunch: false },
    zone: `us-east-1${number % 2 === 0 ? 'a' : 'b'}`,
  })

/** By `Name`, as a person would find it. */
export async function subnetNamed({ raw, stack }: World, number: number): Promise<string> {
  const Filters = [{ Name: 'tag:Name', Values: [`${stack}-s${number}`] }]
  const { Subnets } = await raw.ec2.describeSubnets({ Filters })
  return Subnets?.at(0)?.SubnetId ?? ''
}

export async function vpcNamed({ raw, stack }: World, name: string): Promise<Vpc | undefined> {
  const { Vpcs } = await raw.ec2.describeVpcs({ Filters: [{ Name: 'tag:Name', Values: [`${stack}-${name}`] }] })
  return Vpcs?.at(0)
}

/** The tags that make a thing ours, as AWS has them. */
export async function tagsOf({ raw }: World, id: string): Promise<Readonly<Record<string, string>>> {
  const { Tags } = await raw.ec2.describeTags({ Filters: [{ Name: 'resource-id', Values: [id] }] })
  return Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

export const ourTags = ({ stack }: World, address: string): Readonly<Record<string, string>> => ({
  team: 'web',
  'ecom-infra:stack': stack,
  'ecom-infra:address': address,
  Name: `${stack}-${address.slice(address.indexOf('/') + 1)}`,
})

/** A stranger changes a tag of ours, and puts one of its own. */
export const retag = ({ raw }: World, id: string): Promise<unknown> =>
  raw.ec2.createTags({
    Resources: [id],
    Tags: [
      { Key: 'team', Value: 'nobody' },
      { Key: 'theirs', Value: 'kept' },
    ],
  })

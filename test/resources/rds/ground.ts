import type { DBInstance } from '@aws-sdk/client-rds'
import type { Graph, Handle, Part } from '../../../src/engine/graph.ts'
import { type SecurityGroupOut, securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { type SubnetOut, subnet } from '../../../src/resources/ec2/subnet.ts'
import { vpc } from '../../../src/resources/ec2/vpc.ts'
import { dbParameterGroup } from '../../../src/resources/rds/parameter-group.ts'
import type { World } from '../../support/contract.ts'
import { VPC } from '../ec2/parts.ts'

interface Ground {
  readonly part: Part
  /** In the zones a, b and c. */
  readonly subnets: readonly [Handle<SubnetOut>, Handle<SubnetOut>, Handle<SubnetOut>]
  readonly groups: readonly [Handle<SecurityGroupOut>, Handle<SecurityGroupOut>]
}

/** A network for databases. */
export function ground(graph: Graph, { stack, region }: World): Ground {
  const net = graph.layer('Network')
  const main = net.add(vpc, 'main', VPC)
  const inside = (zone: string, number: number) =>
    net.add(subnet, zone, {
      vpcId: main.ref('id'),
      cidrBlock: `10.20.${number}.0/24`,
      zone: `${region}${zone}`,
      mapPublicIpOnLaunch: false,
    })
  const group = (name: string) =>
    net.add(securityGroup, name, {
      name: `${stack}-${name}`,
      vpcId: main.ref('id'),
      description: `The ${name} group`,
      ingress: [],
      egress: [],
    })
  return {
    part: graph.layer('Data'),
    subnets: [inside('a', 1), inside('b', 2), inside('c', 3)],
    groups: [group('one'), group('two')],
  }
}

export const parametersOn = (part: Part, { stack }: World, name = 'main') =>
  part.add(dbParameterGroup, name, {
    name: `${stack}-${name}`,
    family: 'postgres16',
    description: 'Settings of the database',
    parameters: { 'rds.force_ssl': '1' },
  })

export const arnOf = ({ account, region }: World, kind: string, name: string): string =>
  `arn:aws:rds:${region}:${account}:${kind}:${name}`

export async function tagsOf({ raw }: World, ResourceName: string): Promise<Readonly<Record<string, string>>> {
  const { TagList } = await raw.rds.listTagsForResource({ ResourceName })
  return Object.fromEntries((TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}

export const ourTags = ({ stack }: World, address: string) => ({
  ...{ 'ecom-infra:stack': stack, 'ecom-infra:address': address, team: 'web' },
  Name: `${stack}-${address.slice(address.indexOf('/') + 1)}`,
})

/** A stranger takes one of our tags away and adds one of their own. */
export async function retag({ raw }: World, ResourceName: string): Promise<void> {
  await raw.rds.removeTagsFromResource({ ResourceName, TagKeys: ['Name'] })
  await raw.rds.addTagsToResource({ ResourceName, Tags: [{ Key: 'theirs', Value: 'yes' }] })
}

/** Whether AWS says that there is no such thing. */
export async function refused(call: Promise<unknown>, code: RegExp): Promise<boolean> {
  try {
    await call
    return false
  } catch (error) {
    if (code.test((error as Error).name)) return true
    throw error
  }
}

export const databaseNow = async ({ raw }: World, DBInstanceIdentifier: string): Promise<DBInstance | undefined> =>
  (await raw.rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0]

/** Waits until a stranger's hand may be laid on it too: emulators take their time as AWS does. */
export async function calm(world: World, name: string): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const status = (await databaseNow(world, name))?.DBInstanceStatus
    if (status === 'available' || status === 'storage-optimization') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${name} does not come to rest.`)
}

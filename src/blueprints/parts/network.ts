import { subnetsOf } from '../../config/cidr.ts'
import { Refused } from '../../engine/errors.ts'
import type { Handle, Part } from '../../engine/graph.ts'
import { elasticIp } from '../../resources/ec2/elastic-ip.ts'
import { type InternetGatewayOut, internetGateway } from '../../resources/ec2/internet-gateway.ts'
import { type NatGatewayOut, natGateway } from '../../resources/ec2/nat-gateway.ts'
import { networkAcl } from '../../resources/ec2/network-acl.ts'
import { type RouteTableOut, routeTable } from '../../resources/ec2/route-table.ts'
import { type SubnetOut, subnet } from '../../resources/ec2/subnet.ts'
import { type VpcOut, vpc } from '../../resources/ec2/vpc.ts'
import type { Draft } from '../blueprint.ts'
import { privateEntries, publicEntries } from './acl.ts'
import { gatewayEndpoints } from './endpoints.ts'

/** One zone's two subnets. */
export interface Zone {
  /** `a`, `b`, …: which of the chosen zones, in addresses and names. */
  readonly letter: string
  readonly open: Handle<SubnetOut>
  readonly closed: Handle<SubnetOut>
}

/** A NAT gateway, and the zone that it stands in. */
export interface Outlet {
  readonly letter: string
  readonly gateway: Handle<NatGatewayOut>
}

export interface Network {
  readonly vpc: Handle<VpcOut>
  readonly zones: readonly Zone[]
  readonly nats: readonly Outlet[]
  /** What has to work before anything in a public subnet can reach out. */
  readonly publicWay: readonly Handle<unknown>[]
  /** The same for private subnets. */
  readonly privateWay: readonly Handle<unknown>[]
}

const ANYWHERE = '0.0.0.0/0'

/** The VPC, its subnets over the chosen zones, and every way in and out of them. */
export function network(draft: Draft): Network {
  const { config, graph } = draft
  const net = graph.layer('Network')
  const main = net.add(vpc, 'main', {
    cidrBlock: config.network.cidr,
    ...{ dnsSupport: true, dnsHostnames: true },
    ...{ defaultSecurityGroupRules: [], defaultNetworkAclEntries: [] },
  })
  const gateway = net.add(internetGateway, 'main', { vpcId: main.ref('id') })
  const zones = zonesOf(draft, net, main)
  const nats = natGateways(draft, net, { zones, gateway })
  const publicTable = net.add(routeTable, 'public', {
    vpcId: main.ref('id'),
    routes: [{ destination: ANYWHERE, target: gateway.ref('id') }],
    subnetIds: zones.map(({ open }) => open.ref('id')),
  })
  const privateTables = zones.map((zone, index) =>
    privateTable(net, main, zone, nats[Math.min(index, nats.length - 1)]?.gateway),
  )
  const [openAcl, closedAcl] = acls(draft, net, { main, zones })
  gatewayEndpoints(draft, net, { vpc: main, tables: [publicTable, ...privateTables] })
  return {
    ...{ vpc: main, zones, nats },
    // Not the endpoints: they wait for every table, and so for the NAT gateways, and only make shorter a way that works.
    publicWay: [publicTable, openAcl],
    privateWay: [...privateTables, closedAcl],
  }
}

function zonesOf({ config, facts }: Draft, net: Part, main: Handle<VpcOut>): readonly Zone[] {
  const wanted = config.network.availabilityZones
  const names = facts.zones.slice(0, wanted)
  if (names.length < wanted) {
    const message = `network.availabilityZones is ${wanted}, but this account sees ${names.length} in ${facts.region}.`
    throw new Refused('TooFewZones', message, { hint: `Set it to at most ${names.length}.` })
  }
  const plans = subnetsOf(config.network.cidr, wanted)
  const add = (name: string, index: number) => {
    const cidrBlock = plans.find((one) => one.name === name)?.cidr ?? ''
    return net.add(subnet, name, {
      vpcId: main.ref('id'),
      cidrBlock,
      zone: names[index] ?? '',
      mapPublicIpOnLaunch: false,
    })
  }
  return names.map((_, index) => {
    const letter = 'abcd'.charAt(index)
    return { letter, open: add(`public-${letter}`, index), closed: add(`private-${letter}`, index) }
  })
}

interface Outlets {
  readonly zones: readonly Zone[]
  readonly gateway: Handle<InternetGatewayOut>
}

/** None, one for all zones, or one in each. A NAT gateway fails while the internet gateway is not attached. */
function natGateways({ config }: Draft, net: Part, { zones, gateway }: Outlets): readonly Outlet[] {
  const count = { none: 0, single: 1, 'per-az': zones.length }[config.network.nat]
  return zones.slice(0, count).map(({ letter, open }) => {
    const address = net.add(elasticIp, `nat-${letter}`, { domain: 'vpc' })
    const spec = { subnetId: open.ref('id'), allocationId: address.ref('id') }
    return { letter, gateway: net.add(natGateway, letter, spec, [gateway]) }
  })
}

/** One for each zone in every mode of `network.nat`, so that a change of mode moves no subnet. */
function privateTable(
  net: Part,
  main: Handle<VpcOut>,
  zone: Zone,
  nat: Handle<NatGatewayOut> | undefined,
): Handle<RouteTableOut> {
  return net.add(routeTable, `private-${zone.letter}`, {
    vpcId: main.ref('id'),
    routes: nat ? [{ destination: ANYWHERE, target: nat.ref('id') }] : [],
    subnetIds: [zone.closed.ref('id')],
  })
}

function acls(
  { config }: Draft,
  net: Part,
  { main, zones }: { readonly main: Handle<VpcOut>; readonly zones: readonly Zone[] },
) {
  const open = net.add(networkAcl, 'public', {
    vpcId: main.ref('id'),
    entries: publicEntries(config.access.sshCidrs),
    subnetIds: zones.map((zone) => zone.open.ref('id')),
  })
  const closed = net.add(networkAcl, 'private', {
    vpcId: main.ref('id'),
    entries: privateEntries(config.network.cidr),
    subnetIds: zones.map((zone) => zone.closed.ref('id')),
  })
  return [open, closed] as const
}

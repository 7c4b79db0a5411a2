import type { Route as AwsRoute } from '@aws-sdk/client-ec2'
import { asSet } from '../engine/diff.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, unlessGone } from './failure.ts'
import { networkOf } from './network.ts'
import { FRESH_EC2 } from './passing.ts'
import { patiently } from './wait.ts'

export interface Route {
  /** A CIDR. */
  readonly destination: string
  /** The id of a gateway (`igw-…`) or NAT gateway (`nat-…`). */
  readonly target: string
}

/** Nothing for the routes that come by themselves: local ones, propagated ones, those of gateway endpoints. */
export function routeOf(route: AwsRoute): Route[] {
  const { Origin, GatewayId, DestinationPrefixListId } = route
  const destination = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? DestinationPrefixListId
  const byItself = Origin === 'CreateRouteTable' || Origin === 'EnableVgwRoutePropagation' || GatewayId === 'local'
  if (byItself || destination === undefined || (DestinationPrefixListId && GatewayId?.startsWith('vpce-'))) return []
  return [{ destination, target: GatewayId ?? route.NatGatewayId ?? otherTarget(route) }]
}

/** What only a stranger's route can point at. */
const otherTarget = (route: AwsRoute): string =>
  route.InstanceId ??
  route.NetworkInterfaceId ??
  route.TransitGatewayId ??
  route.VpcPeeringConnectionId ??
  route.EgressOnlyInternetGatewayId ??
  '(another kind of target)'

const routeText = ({ destination, target }: Route): string => `${networkOf(destination)} ${target}`

/** The same routes in whatever order. AWS keeps the network of a destination. */
export const sameRoutes = (want: readonly Route[], have: readonly Route[]): boolean =>
  asSet(want.map(routeText), have.map(routeText))

/** A route is known by its destination; another target is put in its place without a gap. */
export async function syncRoutes(ctx: Ctx, id: string, want: readonly Route[], have: readonly Route[]): Promise<void> {
  const held = new Map(have.map((route) => [networkOf(route.destination), route]))
  for (const route of want) {
    const old = held.get(networkOf(route.destination))
    held.delete(networkOf(route.destination))
    if (old?.target === route.target) continue
    await patiently(ctx, [FRESH_EC2], () =>
      put(ctx, id, { ...route, destination: old?.destination ?? route.destination }, old !== undefined),
    )
  }
  for (const route of held.values()) {
    await unlessGone(ctx.ec2.deleteRoute({ RouteTableId: id, ...destinationOf(route) }))
  }
}

async function put(ctx: Ctx, RouteTableId: string, route: Route, replace: boolean): Promise<void> {
  const target = route.target.startsWith('nat-') ? { NatGatewayId: route.target } : { GatewayId: route.target }
  const input = { RouteTableId, ...destinationOf(route), ...target }
  if (!replace) {
    try {
      await ctx.ec2.createRoute(input)
      return
    } catch (error) {
      // Somebody, or an attempt whose answer was lost, was faster: what is wanted takes its place.
      if (codeOf(error) !== 'RouteAlreadyExists') throw error
    }
  }
  await ctx.ec2.replaceRoute(input)
}

/** Each kind of destination has a member of its own; only a stranger's is anything but an IPv4 range. */
function destinationOf({ destination }: Route) {
  if (destination.startsWith('pl-')) return { DestinationPrefixListId: destination }
  return destination.includes(':') ? { DestinationIpv6CidrBlock: destination } : { DestinationCidrBlock: destination }
}

export interface Route {
  /** A CIDR. */
  readonly destination: string
  /** The id of a gateway (`igw-…`) or NAT gateway (`nat-…`). */
  readonly target: string
}

export interface RouteTableSpec {
  readonly vpcId: string
  /** Without the local route and what gateway endpoints put there. */
  readonly routes: readonly Route[]
  readonly subnetIds: readonly string[]
}

export interface RouteTableOut {
  readonly id: string
}

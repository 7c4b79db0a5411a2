export interface NatGatewaySpec {
  readonly subnetId: string
  readonly allocationId: string
}

export interface NatGatewayOut {
  readonly id: string
}

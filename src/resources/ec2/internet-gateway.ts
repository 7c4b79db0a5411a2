export interface InternetGatewaySpec {
  /** The VPC that it is attached to. */
  readonly vpcId: string
}

export interface InternetGatewayOut {
  readonly id: string
}

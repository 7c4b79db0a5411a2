/** An Application Load Balancer. */
export interface LoadBalancerSpec {
  readonly name: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  /** By AWS's keys, for example `routing.http.drop_invalid_header_fields.enabled`; what is not named is left alone. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface LoadBalancerOut {
  readonly arn: string
  readonly name: string
  readonly dnsName: string
  readonly zoneId: string
}

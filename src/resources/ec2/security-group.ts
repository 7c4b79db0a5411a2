export interface GroupRule {
  /** `tcp`, `udp`, `icmp`, or `-1` for all, which has no ports. */
  readonly protocol: string
  readonly fromPort: number | null
  readonly toPort: number | null
  /** One of `cidr` and `groupId` is null. */
  readonly cidr: string | null
  readonly groupId: string | null
  readonly description: string
}

export interface SecurityGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  readonly vpcId: string
  readonly description: string
  readonly ingress: readonly GroupRule[]
  readonly egress: readonly GroupRule[]
}

export interface SecurityGroupOut {
  readonly id: string
}

export interface AclEntry {
  readonly rule: number
  readonly egress: boolean
  readonly action: 'allow' | 'deny'
  /** `tcp`, `udp`, `icmp`, or `-1` for all, which has no ports. */
  readonly protocol: string
  readonly cidr: string
  readonly fromPort: number | null
  readonly toPort: number | null
}

export interface NetworkAclSpec {
  readonly vpcId: string
  /** Without the undeletable denies at the end. */
  readonly entries: readonly AclEntry[]
  readonly subnetIds: readonly string[]
}

export interface NetworkAclOut {
  readonly id: string
}

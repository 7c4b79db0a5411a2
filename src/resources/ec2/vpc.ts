export interface VpcSpec {
  readonly cidr: string
  readonly dnsSupport: boolean
  readonly dnsHostnames: boolean
  /** Rules of the default security group, each as text; ours is empty, so that nothing works by accident. */
  readonly defaultSecurityGroupRules: readonly string[]
  /** Entries of the default network ACL besides the undeletable denies, each as text; ours is empty. */
  readonly defaultNetworkAclEntries: readonly string[]
}

export interface VpcOut {
  readonly id: string
  readonly cidr: string
}

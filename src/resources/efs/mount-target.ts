export interface MountTargetSpec {
  readonly fileSystemId: string
  readonly subnetId: string
  readonly securityGroupIds: readonly string[]
}

export interface MountTargetOut {
  readonly id: string
}

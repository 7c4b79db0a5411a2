import type { LaunchSettings } from '../../aws/launch-data.ts'

/** A single server. Its image is `initial`, as in a launch template. */
export interface InstanceSpec extends LaunchSettings {
  readonly subnetId: string
  readonly terminationProtection: boolean
}

export interface InstanceOut {
  readonly id: string
  /** Empty without one, or while it is stopped. */
  readonly publicIp: string
  readonly privateIp: string
}

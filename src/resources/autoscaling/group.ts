export interface TargetTracking {
  readonly name: string
  readonly metric: 'ASGAverageCPUUtilization'
  readonly target: number
}

export interface AutoScalingGroupSpec {
  readonly name: string
  /** New instances take the template's default version. */
  readonly launchTemplateId: string
  readonly minSize: number
  readonly maxSize: number
  /** Initial: scaling moves it. */
  readonly desiredCapacity: number
  readonly subnetIds: readonly string[]
  readonly targetGroupArns: readonly string[]
  readonly healthCheckType: 'EC2' | 'ELB'
  readonly healthCheckGraceSeconds: number
  /** Names of the group metrics that are collected each minute. */
  readonly metrics: readonly string[]
  readonly targetTracking: TargetTracking | null
}

export interface AutoScalingGroupOut {
  readonly name: string
  readonly arn: string
}

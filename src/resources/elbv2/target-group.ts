export interface TargetGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  readonly vpcId: string
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly port: number
  readonly targetType: 'instance' | 'ip'
  readonly healthCheck: {
    readonly path: string
    readonly intervalSeconds: number
    readonly timeoutSeconds: number
    readonly healthyThreshold: number
    readonly unhealthyThreshold: number
    readonly matcher: string
  }
  /** By AWS's keys; what is not named is left alone. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface TargetGroupOut {
  readonly arn: string
  readonly name: string
}

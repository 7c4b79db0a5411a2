export type ListenerAction =
  | { readonly type: 'forward'; readonly targetGroupArn: string }
  | {
      readonly type: 'redirect'
      readonly protocol: string
      readonly port: string
      readonly status: 'HTTP_301' | 'HTTP_302'
    }

export interface ListenerSpec {
  readonly loadBalancerArn: string
  readonly port: number
  readonly protocol: 'HTTP' | 'HTTPS'
  /** Null on HTTP. */
  readonly sslPolicy: string | null
  readonly certificateArn: string | null
  readonly action: ListenerAction
}

export interface ListenerOut {
  readonly arn: string
}

/** Flow logs of a VPC, into a log group. */
export interface FlowLogSpec {
  readonly vpcId: string
  readonly trafficType: 'ALL' | 'ACCEPT' | 'REJECT'
  readonly logGroupName: string
  readonly roleArn: string
  readonly aggregationSeconds: 60 | 600
}

export interface FlowLogOut {
  readonly id: string
}

export interface SubscriptionSpec {
  readonly topicArn: string
  readonly protocol: 'email'
  readonly endpoint: string
}

export interface SubscriptionOut {
  readonly topicArn: string
}

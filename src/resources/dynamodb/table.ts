export interface TableSpec {
  readonly name: string
  readonly hashKey: { readonly name: string; readonly type: 'S' | 'N' | 'B' }
  readonly billing: 'PAY_PER_REQUEST'
  /** The attribute that says when an item expires; null: never. */
  readonly ttlAttribute: string | null
  /** `KMS`: with AWS's own key for DynamoDB in this account, seen in CloudTrail; `DEFAULT`: with a key of DynamoDB's. */
  readonly encryption: 'KMS' | 'DEFAULT'
  readonly pointInTimeRecovery: boolean
  readonly deletionProtection: boolean
}

export interface TableOut {
  readonly name: string
  readonly arn: string
}

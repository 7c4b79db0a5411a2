import type { PolicyDocument } from '../../aws/policy.ts'

export interface TopicSpec {
  readonly name: string
  readonly displayName: string
  /** ARN of the key; null: not encrypted. */
  readonly kmsKeyArn: string | null
  readonly policy: PolicyDocument
}

export interface TopicOut {
  readonly name: string
  readonly arn: string
}

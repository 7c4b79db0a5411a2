import type { PolicyDocument } from '../../aws/policy.ts'

export interface KeySpec {
  /** `alias/…`: how people find it. */
  readonly alias: string
  readonly description: string
  readonly policy: PolicyDocument
  readonly rotation: boolean
  readonly enabled: boolean
}

export interface KeyOut {
  readonly id: string
  readonly arn: string
}

import type { PolicyDocument } from '../../aws/policy.ts'

export interface RoleSpec {
  readonly name: string
  readonly path: string
  readonly description: string
  /** Who may assume it. */
  readonly trust: PolicyDocument
  /** ARNs of managed policies. */
  readonly managedPolicies: readonly string[]
  /** By name. */
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>
}

export interface RoleOut {
  readonly name: string
  readonly arn: string
}

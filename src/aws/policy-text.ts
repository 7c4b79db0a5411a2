import { type PolicyDocument, parsePolicy } from './policy.ts'

/** What AWS has as a policy. One that cannot be parsed counts as empty, which differs from whatever is wanted. */
export const policyFrom = (text: string | undefined): PolicyDocument =>
  parsePolicy(text) ?? { Version: '2012-10-17', Statement: [] }

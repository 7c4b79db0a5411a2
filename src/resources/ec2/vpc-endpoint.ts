import type { PolicyDocument } from '../../aws/policy.ts'

/** A gateway endpoint (S3, DynamoDB): free, and nothing but routes. */
export interface VpcEndpointSpec {
  readonly vpcId: string
  /** For example `com.amazonaws.us-east-1.s3`. */
  readonly serviceName: string
  readonly routeTableIds: readonly string[]
  readonly policy: PolicyDocument
}

export interface VpcEndpointOut {
  readonly id: string
}

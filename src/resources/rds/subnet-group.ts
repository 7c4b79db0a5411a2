export interface DbSubnetGroupSpec {
  /** Stored in lower case by AWS. */
  readonly name: string
  readonly description: string
  readonly subnetIds: readonly string[]
}

export interface DbSubnetGroupOut {
  readonly name: string
}

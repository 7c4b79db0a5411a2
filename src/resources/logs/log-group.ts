export interface LogGroupSpec {
  readonly name: string
  /** Null: for ever. */
  readonly retentionDays: number | null
}

export interface LogGroupOut {
  readonly name: string
  /** Without the trailing `:*`. */
  readonly arn: string
}

export interface DbParameterGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  /** `postgres16`. */
  readonly family: string
  readonly description: string
  /** What we set; all else is the engine's default. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface DbParameterGroupOut {
  readonly name: string
}

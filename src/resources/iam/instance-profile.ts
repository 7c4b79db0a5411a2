export interface InstanceProfileSpec {
  readonly name: string
  readonly path: string
  readonly roleName: string
}

export interface InstanceProfileOut {
  readonly name: string
  readonly arn: string
}

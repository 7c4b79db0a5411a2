export interface LaunchTemplateSpec {
  readonly name: string
  /** Initial: the template that lives is the pin, so that a new image does not make every plan differ. */
  readonly imageId: string
  readonly instanceType: string
  readonly instanceProfileArn: string
  readonly securityGroupIds: readonly string[]
  readonly publicIp: boolean
  readonly detailedMonitoring: boolean
  readonly metadata: { readonly httpTokens: 'required' | 'optional'; readonly hopLimit: number }
  readonly rootVolume: {
    readonly device: string
    readonly type: string
    readonly sizeGb: number
    readonly encrypted: boolean
  }
  /** The script itself, not base64. */
  readonly userData: string
}

export interface LaunchTemplateOut {
  readonly id: string
  readonly name: string
}

export interface AccessPointSpec {
  readonly fileSystemId: string
  readonly path: string
  /** Made with the first mount when it is not there yet. */
  readonly owner: { readonly uid: number; readonly gid: number; readonly permissions: string }
  /** Everybody who comes in this way acts as this user; null: as who they are. */
  readonly posixUser: { readonly uid: number; readonly gid: number } | null
}

export interface AccessPointOut {
  readonly id: string
  readonly arn: string
}

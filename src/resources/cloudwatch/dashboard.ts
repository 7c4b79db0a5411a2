export interface DashboardSpec {
  /** Dashboards are global in an account: the name holds the region. */
  readonly name: string
  /** As the JSON that CloudWatch takes. */
  readonly body: { readonly widgets: readonly object[] }
}

export interface DashboardOut {
  readonly name: string
}

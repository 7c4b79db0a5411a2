export interface ElasticIpSpec {
  readonly domain: 'vpc'
}

export interface ElasticIpOut {
  /** The allocation id. */
  readonly id: string
  readonly publicIp: string
}

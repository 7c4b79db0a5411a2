/** What Node says of the other end of a connection that came to nothing. */
export interface Peer {
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
}

/** What did not answer: the endpoint, unless one service has an endpoint of its own and that is what was called. */
export function whereOf({ address, port, hostname }: Peer, endpoint: string | null | undefined): string | undefined {
  const seen = address === undefined ? hostname : `${address}:${port}`
  const isAddress = /^https?:\/\/[\d.:[\]]+(\/|$)/.test(endpoint ?? '')
  const another = isAddress && address !== undefined && !endpoint?.includes(`${address}:${port}`)
  return another ? seen : (endpoint ?? seen)
}

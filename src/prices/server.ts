import type { Monthly, Prices } from './prices.ts'

/** A server, as far as its price depends on it. */
export interface Server {
  readonly type: string
  readonly disk: { readonly type: string; readonly sizeGb: number }
  readonly publicIp: boolean
  readonly detailedMonitoring: boolean
}

interface ServerPart {
  readonly what: string
  readonly usd: Monthly
}

/** Metrics that an instance sends each minute, instead of every five for nothing. */
const DETAILED_METRICS = 7

/** A server, alone or of a group: itself, its disk, its address, and how closely it is watched. */
export const serverParts = (server: Server, prices: Prices): readonly ServerPart[] => [
  { what: server.type, usd: prices.instanceMonthly(server.type) },
  { what: 'its disk', usd: prices.volumeMonthly(server.disk.type, server.disk.sizeGb) },
  ...(server.publicIp ? [{ what: 'its public address', usd: prices.addressMonthly() }] : []),
  ...(server.detailedMonitoring ? [{ what: 'its metrics', usd: prices.metricsMonthly(DETAILED_METRICS) }] : []),
]

/** All of it; null where a part of it is not known. */
export const serverMonthly = (server: Server, prices: Prices): Monthly =>
  serverParts(server, prices).reduce<Monthly>(
    (sum, { usd }) => (sum === null || usd === null ? null : Math.round((sum + usd) * 100) / 100),
    0,
  )

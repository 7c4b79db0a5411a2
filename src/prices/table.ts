import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Prices by what they are asked for: an instance type, a kind of volume. */
export type ByKind = Readonly<Record<string, number>>

/** US dollars per unit; the name of each says the unit. What the source does not show is left out. */
export interface UnitPrices {
  readonly instanceHour?: ByKind
  readonly volumeGbMonth?: ByKind
  readonly natGatewayHour?: number
  readonly natGatewayGb?: number
  readonly publicAddressHour?: number
  readonly loadBalancerHour?: number
  readonly loadBalancerCapacityHour?: number
  readonly databaseHour?: ByKind
  readonly databaseHourMultiAz?: ByKind
  readonly databaseStorageGbMonth?: ByKind
  readonly databaseStorageGbMonthMultiAz?: ByKind
  readonly databaseBackupGbMonth?: number
  readonly interfaceEndpointHour?: number
  readonly logStoredGbMonth?: number
  readonly keyMonth?: number
  readonly secretMonth?: number
  readonly alarmMonth?: number
  readonly dashboardMonth?: number
  readonly metricMonth?: number
}

/** A file of `prices/`: what one region costs, as one source said it on one day. */
export interface PriceTable {
  readonly region: string
  readonly currency: 'USD'
  /** The day on which these prices held, `2025-11-04`. */
  readonly asOf: string
  readonly source: string
  /** A month, as AWS counts it in its own estimates. */
  readonly hoursPerMonth: number
  readonly prices: UnitPrices
}

const FOLDER = join(import.meta.dirname, '..', '..', 'prices')

const read = new Map<string, PriceTable | null>()

/** The table of a region; null for a region that has none. It is read once, when first asked for. */
export function tableOf(region: string): PriceTable | null {
  const known = read.get(region)
  if (known !== undefined) return known
  const table = load(region)
  read.set(region, table)
  return table
}

function load(region: string): PriceTable | null {
  // It becomes part of a path.
  if (!/^[a-z]+(-[a-z]+)+-\d+$/.test(region)) return null
  try {
    return JSON.parse(readFileSync(join(FOLDER, `${region}.json`), 'utf8')) as PriceTable
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

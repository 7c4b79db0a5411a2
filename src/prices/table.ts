import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Prices by what they are asked for: an instance type, a kind of volume. */
export type ByKind = Readonly<Record<string, number>>

/** US dollars per unit; the name of each says the unit. What no source shows is left out. */
export interface UnitPrices {
  /** Linux, on demand. */
  readonly instanceHour?: ByKind
  readonly volumeGbMonth?: ByKind
  readonly natGatewayHour?: number
  readonly natGatewayGb?: number
  readonly publicAddressHour?: number
  readonly interfaceEndpointHour?: number
  /** An Application Load Balancer, and a unit of its capacity. */
  readonly loadBalancerHour?: number
  readonly loadBalancerCapacityHour?: number
  /** PostgreSQL, on demand. */
  readonly databaseHour?: ByKind
  readonly databaseHourMultiAz?: ByKind
  readonly databaseStorageGbMonth?: ByKind
  readonly databaseStorageGbMonthMultiAz?: ByKind
  readonly databaseBackupGbMonth?: number
  /** DynamoDB on demand; recovery: to any point in time. */
  readonly tableReadMillion?: number
  readonly tableWriteMillion?: number
  readonly tableStorageGbMonth?: number
  readonly tableRecoveryGbMonth?: number
  /** EFS over several zones, with elastic throughput. */
  readonly fileStorageGbMonth?: number
  readonly fileInfrequentGbMonth?: number
  readonly fileReadGb?: number
  readonly fileWriteGb?: number
  readonly bucketGbMonth?: number
  readonly logIngestedGb?: number
  readonly logStoredGbMonth?: number
  readonly flowLogGb?: number
  readonly alarmMonth?: number
  readonly metricMonth?: number
  readonly dashboardMonth?: number
  readonly keyMonth?: number
  readonly secretMonth?: number
  readonly transferOutGb?: number
}

/** The prices that stand alone, not by kind. */
export type Unit = {
  [K in keyof UnitPrices]-?: NonNullable<UnitPrices[K]> extends number ? K : never
}[keyof UnitPrices]

/** Prices that come from elsewhere than the rest of their table. */
interface Exception {
  readonly prices: readonly (keyof UnitPrices)[]
  readonly asOf: string
  readonly source: string
}

/** A file of `prices/`: what one region costs. */
export interface PriceTable {
  readonly region: string
  readonly currency: 'USD'
  /** The oldest day of which a price in it is, `2025-11-04`. */
  readonly asOf: string
  readonly source: string
  /** A month, as AWS counts it in its own estimates. */
  readonly hoursPerMonth: number
  readonly prices: UnitPrices
  readonly exceptions: readonly Exception[]
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

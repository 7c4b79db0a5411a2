import { type ByKind, tableOf, type Unit, type UnitPrices } from './table.ts'

export interface Database {
  /** `db.t3.micro`. */
  readonly class: string
  readonly multiAz: boolean
  readonly storageGb: number
}

/** US dollars a month, to the cent; null: not known. What is not known is never 0. */
export type Monthly = number | null

/** What things cost in one region, on demand and without use: traffic, requests and what is stored come on top. */
export interface Prices {
  readonly region: string
  /** None of the prices is older than this day, `2025-11-04`; null: nothing is known of this region. */
  readonly asOf: string | null
  readonly source: string | null
  /** What a choice of `network.nat` costs, public addresses included. */
  natMonthly(mode: 'none' | 'single' | 'per-az', zones: number): Monthly
  /** One NAT gateway, without its address. */
  natGatewayMonthly(): Monthly
  /** One public IPv4 address, in use or not. */
  addressMonthly(): Monthly
  instanceMonthly(type: string): Monthly
  volumeMonthly(type: string, gb: number): Monthly
  /** An Application Load Balancer. */
  balancerMonthly(): Monthly
  databaseMonthly(database: Database): Monthly
  /** An interface endpoint, which costs by the zone; a gateway endpoint is free. */
  endpointMonthly(zones: number): Monthly
  /** Log events that are kept. */
  logsMonthly(gb: number): Monthly
  keyMonthly(): Monthly
  secretMonthly(): Monthly
  alarmMonthly(): Monthly
  dashboardMonthly(): Monthly
  /** Custom metrics; an instance with detailed monitoring has seven. */
  metricsMonthly(count: number): Monthly
  /** What is counted as it is used, by its unit: `natGatewayGb`. */
  unit(name: Unit): number | null
}

const cents = (usd: number): number => Math.round(usd * 100) / 100

/** A price by the month, when it is known. */
const times = (price: number | undefined, count: number): Monthly => (price === undefined ? null : cents(price * count))

const sum = (...parts: readonly Monthly[]): Monthly =>
  parts.reduce<Monthly>((total, part) => (total === null || part === null ? null : cents(total + part)), 0)

const of = (prices: ByKind | undefined, kind: string): number | undefined =>
  prices !== undefined && Object.hasOwn(prices, kind) ? prices[kind] : undefined

/** What is known of a region's prices. */
export function pricesOf(region: string): Prices {
  const table = tableOf(region)
  const unit: UnitPrices = table?.prices ?? {}
  const hours = table?.hoursPerMonth ?? 730
  const natGatewayMonthly = () => times(unit.natGatewayHour, hours)
  const addressMonthly = () => times(unit.publicAddressHour, hours)
  return {
    region,
    asOf: table?.asOf ?? null,
    source: table?.source ?? null,
    natMonthly(mode, zones) {
      if (mode === 'none') return 0
      const one = sum(natGatewayMonthly(), addressMonthly())
      return times(one ?? undefined, mode === 'single' ? 1 : zones)
    },
    natGatewayMonthly,
    addressMonthly,
    instanceMonthly: (type) => times(of(unit.instanceHour, type), hours),
    volumeMonthly: (type, gb) => times(of(unit.volumeGbMonth, type), gb),
    balancerMonthly: () => times(unit.loadBalancerHour, hours),
    databaseMonthly({ class: kind, multiAz, storageGb }) {
      const [hour, storage] = multiAz
        ? [unit.databaseHourMultiAz, unit.databaseStorageGbMonthMultiAz]
        : [unit.databaseHour, unit.databaseStorageGbMonth]
      return sum(times(of(hour, kind), hours), times(of(storage, 'gp3'), storageGb))
    },
    endpointMonthly: (zones) => times(unit.interfaceEndpointHour, hours * zones),
    logsMonthly: (gb) => times(unit.logStoredGbMonth, gb),
    keyMonthly: () => times(unit.keyMonth, 1),
    secretMonthly: () => times(unit.secretMonth, 1),
    alarmMonthly: () => times(unit.alarmMonth, 1),
    dashboardMonthly: () => times(unit.dashboardMonth, 1),
    metricsMonthly: (count) => times(unit.metricMonth, count),
    unit: (name) => unit[name] ?? null,
  }
}

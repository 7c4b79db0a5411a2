import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pricesOf } from '../../src/prices/prices.ts'

/** Read as a stranger would, not by the code under test. */
const file = (region: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../../prices/${region}.json`), 'utf8'))

const cents = (usd: number) => Number(usd.toFixed(2))

describe.each(['us-east-1', 'eu-central-1', 'sa-east-1'])('in %s', (region) => {
  const { prices: table, asOf, source } = file(region)
  const prices = pricesOf(region)

  test('each function multiplies what stands in the table', () => {
    expect(prices).toMatchObject({ region, asOf, source })
    expect(prices.natGatewayMonthly()).toBe(cents(table.natGatewayHour * 730))
    expect(prices.addressMonthly()).toBe(cents(table.publicAddressHour * 730))
    expect(prices.balancerMonthly()).toBe(cents(table.loadBalancerHour * 730))
    expect(prices.instanceMonthly('t3.micro')).toBe(cents(table.instanceHour['t3.micro'] * 730))
    expect(prices.volumeMonthly('gp3', 30)).toBe(cents(table.volumeGbMonth.gp3 * 30))
    expect(prices.endpointMonthly(3)).toBe(cents(table.interfaceEndpointHour * 730 * 3))
    expect(prices.logsMonthly(10)).toBe(cents(table.logStoredGbMonth * 10))
    expect(prices.metricsMonthly(7)).toBe(cents(table.metricMonth * 7))
    expect(prices.keyMonthly()).toBe(table.keyMonth)
    expect(prices.secretMonthly()).toBe(table.secretMonth)
    expect(prices.alarmMonthly()).toBe(cents(table.alarmMonth))
    expect(prices.dashboardMonthly()).toBe(table.dashboardMonth)
    expect(prices.unit('natGatewayGb')).toBe(table.natGatewayGb)
  })

  test('a NAT gateway is counted with its address', () => {
    const one = cents(table.natGatewayHour * 730) + cents(table.publicAddressHour * 730)
    expect(prices.natMonthly('none', 3)).toBe(0)
    expect(prices.natMonthly('single', 3)).toBe(cents(one))
    expect(prices.natMonthly('per-az', 3)).toBe(cents(one * 3))
  })

  test('a database is its class and its storage, and another price in two zones', () => {
    const single = table.databaseHour['db.t3.micro'] * 730 + table.databaseStorageGbMonth.gp3 * 20
    const multi = table.databaseHourMultiAz['db.t3.micro'] * 730 + table.databaseStorageGbMonthMultiAz.gp3 * 20
    const kind = { class: 'db.t3.micro', storageGb: 20 }
    expect(prices.databaseMonthly({ ...kind, multiAz: false })).toBeCloseTo(single, 1)
    expect(prices.databaseMonthly({ ...kind, multiAz: true })).toBeCloseTo(multi, 1)
    expect(multi).toBeGreaterThan(single)
  })
})

test('the numbers that everybody knows of us-east-1', () => {
  const prices = pricesOf('us-east-1')
  expect([prices.natMonthly('single', 2), prices.natMonthly('per-az', 2)]).toEqual([36.5, 73])
  expect([prices.instanceMonthly('t3.micro'), prices.instanceMonthly('t4g.micro')]).toEqual([7.59, 6.13])
  expect(prices.databaseMonthly({ class: 'db.t3.micro', multiAz: false, storageGb: 20 })).toBe(15.44)
  expect(prices.databaseMonthly({ class: 'db.t3.micro', multiAz: true, storageGb: 20 })).toBe(30.88)
})

test.each(['us-east-1', 'ap-southeast-6', 'sa-west-1', '../package', 'constructor'])(
  'in %s what is not in the table is not known, and never free',
  (region) => {
    const prices = pricesOf(region)
    expect(prices.instanceMonthly('t9.mega')).toBeNull()
    expect(prices.instanceMonthly('constructor')).toBeNull()
    expect(prices.volumeMonthly('io9', 10)).toBeNull()
    expect(prices.databaseMonthly({ class: 'db.t9.mega', multiAz: false, storageGb: 20 })).toBeNull()
  },
)

test('without a table nothing is known but that no NAT gateway costs nothing', () => {
  const prices = pricesOf('sa-west-1')
  expect([prices.asOf, prices.source]).toEqual([null, null])
  const answers = [
    ...[prices.natMonthly('single', 1), prices.natMonthly('per-az', 2), prices.natGatewayMonthly()],
    ...[prices.addressMonthly(), prices.instanceMonthly('t3.micro'), prices.volumeMonthly('gp3', 8)],
    ...[prices.balancerMonthly(), prices.databaseMonthly({ class: 'db.t3.micro', multiAz: false, storageGb: 20 })],
    ...[prices.endpointMonthly(2), prices.logsMonthly(1), prices.keyMonthly(), prices.secretMonthly()],
    ...[prices.alarmMonthly(), prices.dashboardMonthly(), prices.metricsMonthly(7), prices.unit('transferOutGb')],
  ]
  expect(answers.filter((answer) => answer !== null)).toEqual([])
  expect(prices.natMonthly('none', 2)).toBe(0)
})

test('half of a price is no price: a class that is known in one zone only', () => {
  const { prices } = file('eu-south-1')
  const lone = Object.keys(prices.databaseHour).find((type) => !(type in prices.databaseHourMultiAz)) ?? ''
  expect(lone).not.toBe('')
  expect(pricesOf('eu-south-1').databaseMonthly({ class: lone, multiAz: true, storageGb: 20 })).toBeNull()
  // The class is known there, and its storage is not.
  expect(pricesOf('eu-south-1').databaseMonthly({ class: 'db.t3.micro', multiAz: false, storageGb: 20 })).toBeNull()
})

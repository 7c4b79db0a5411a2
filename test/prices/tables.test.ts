import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REGIONS } from '../../src/config/regions.ts'
import type { PriceTable } from '../../src/prices/table.ts'

const FOLDER = resolve(import.meta.dirname, '../../prices')
const files = globSync('*.json', { cwd: FOLDER })
const tables = files.map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as PriceTable] as const)

/** Every number of a table, with the way to it. */
const numbers = (value: unknown, path = ''): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => numbers(item, `${path}/${key}`))
    : [[path, value]]

test('there is a table for nearly every region, and for none that nobody can choose', () => {
  const regions = files.map((file) => file.replace(/\.json$/, ''))
  expect(regions.filter((region) => !(region in REGIONS))).toEqual([])
  expect(Object.keys(REGIONS).filter((region) => !regions.includes(region))).toEqual(['sa-west-1', 'me-west-1'])
})

describe.each(tables)('%s', (file, table) => {
  test('says of where, of what day and from where it is', () => {
    expect(`${table.region}.json`).toBe(file)
    expect(table).toMatchObject({ currency: 'USD', hoursPerMonth: 730 })
    for (const { asOf, source } of [table, ...table.exceptions]) {
      expect(asOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
      expect(asOf <= new Date().toISOString().slice(0, 10)).toBe(true)
      expect(source.length).toBeGreaterThan(20)
    }
  })

  test('has no price that is older than it says', () => {
    const days = table.exceptions.map(({ asOf }) => asOf)
    expect(days.filter((day) => day < table.asOf)).toEqual([])
  })

  test('excepts prices that it has, each once', () => {
    const excepted = table.exceptions.flatMap(({ prices }) => prices)
    expect(excepted.filter((name) => !(name in table.prices))).toEqual([])
    expect(new Set(excepted).size).toBe(excepted.length)
  })

  test('has prices above nothing, and no price that is not one', () => {
    const wrong = numbers(table.prices).filter(([, price]) => !(typeof price === 'number' && price > 0 && price < 100))
    expect(wrong).toEqual([])
  })

  test('charges more for the larger of two servers, and more for two zones', () => {
    const { instanceHour = {}, databaseHour = {}, databaseHourMultiAz = {} } = table.prices
    const sizes = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge']
    for (const prices of [instanceHour, databaseHour, databaseHourMultiAz]) {
      const families = new Set(Object.keys(prices).map((type) => type.slice(0, type.lastIndexOf('.'))))
      for (const family of families) {
        const row = sizes.flatMap((size) => prices[`${family}.${size}`] ?? [])
        expect(row).toEqual([...row].sort((a, b) => a - b))
      }
    }
    const cheaper = Object.entries(databaseHourMultiAz).filter(([type, usd]) => usd <= (databaseHour[type] ?? 0))
    expect(cheaper).toEqual([])
  })
})

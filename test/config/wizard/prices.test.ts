import { expect, test } from 'vitest'
import { pricesOf } from '../../../src/prices/prices.ts'
import { FLAGS, REVIEW, somebody, times } from './person.ts'

/** As a pattern: `$36.50 a month`. */
const usd = (amount: number | null) => `\\$${amount?.toFixed(2).replace('.', '\\.')} a month`
const { natMonthly, databaseMonthly, asOf } = pricesOf('us-east-1')
const database = (storageGb: number) => databaseMonthly({ class: 'db.t3.micro', multiAz: false, storageGb })
/** With its disk, its address and its metrics, as the plan counts it and README says. */
const SERVER = 13.98

test('prices are beside what they are for', async () => {
  const person = somebody()
  const config = person.ask(FLAGS)
  await person.enter({ to: 'NAT', given: FLAGS })
  await person.shows(`how private subnets reach out; prices of ${asOf}, traffic is extra`)
  expect(natMonthly('single', 2)).toBeGreaterThan(0)
  expect(person.screen).toMatch(new RegExp(`single +${usd(natMonthly('single', 2))}\n`))
  expect(person.screen).toMatch(new RegExp(`per-az +${usd(natMonthly('per-az', 2))}\n`))
  expect(person.screen).toMatch(new RegExp(`none +${usd(0)}\n`))
  await person.enter({ from: 'Zones', to: 'Web servers', given: FLAGS })
  await person.shows(new RegExp(`t3\\.micro +${usd(SERVER)}\n`))
  await person.enter({ from: 'SSH', to: 'Database' })
  await person.shows(new RegExp(`db\\.t3\\.micro +${usd(database(20))}\n`))
  await person.answer('Database')
  await person.shows(new RegExp(`100 cost ${usd((database(120) ?? 0) - (database(20) ?? 0))}`))
  await person.answer('Storage', '120')
  await person.answer('Alarm e-mail')
  await person.shows(REVIEW)
  expect(person.screen).toMatch(new RegExp(`NAT +single, ${usd(natMonthly('single', 2))}`))
  expect(person.screen).toMatch(new RegExp(`Web servers +t3\\.micro, ${usd(SERVER)} each`))
  expect(person.screen).toMatch(new RegExp(`Storage +120 GB, ${usd(database(120))} with the database`))
  await person.answer(REVIEW)
  expect((await config).database.storageGb).toBe(120)
})

test('what nobody knows the price of is called unknown, and is never 0', async () => {
  const person = somebody()
  const config = person.ask(FLAGS)
  await person.enter({ to: 'Web servers', given: FLAGS })
  await person.answer('Web servers', ...times(10, 'down'))
  await person.answer('a type of EC2 instance (t3.micro)', 'u-6tb1.112xlarge')
  await person.enter({ from: 'Web servers' })
  await person.shows(/Web servers +u-6tb1\.112xlarge, price unknown each/)
  // It stands in the list from now on.
  await person.change('Web servers')
  await person.shows(/❯ u-6tb1\.112xlarge +price unknown/)
  await person.answer('Web servers: what')
  await person.answer(REVIEW)
  expect((await config).web.instanceType).toBe('u-6tb1.112xlarge')
})

test('a region without a table says so', async () => {
  const person = somebody()
  const flags = { ...FLAGS, region: 'me-west-1' }
  expect(pricesOf('me-west-1').asOf).toBeNull()
  void person.ask(flags).catch(() => undefined)
  await person.enter({ to: 'NAT', given: flags })
  await person.shows('no prices are known here')
  expect(person.screen).toMatch(/single +price unknown\n +per-az +price unknown\n +none +\$0\.00 a month/)
})

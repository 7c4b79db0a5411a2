import { pricesOf } from '../../prices/prices.ts'
import { AVAILABLE_BLUEPRINTS, BLUEPRINTS } from '../names.ts'
import { REGIONS, regionOf } from '../regions.ts'
import type { Config } from '../schema.ts'
import type { Choice } from './choice.ts'
import { monthly } from './money.ts'
import { chosen, numberOf, type Question, typed } from './question.ts'

const ABOUT: Readonly<Record<string, string>> = {
  ecommerce: 'network, web servers that scale, load balancer, database, files, alarms',
}

const blueprint = chosen({
  title: 'Blueprint',
  path: ['blueprint'],
  about: () => 'what to build',
  refusal: 'This one is not in this version.',
  choices: () =>
    BLUEPRINTS.map((value) =>
      AVAILABLE_BLUEPRINTS.includes(value)
        ? { value, name: value, description: ABOUT[value] ?? '' }
        : { value, name: value, disabled: '(not in this version)' },
    ),
})

const name = typed({ title: 'Name', path: ['name'], about: () => "goes into every resource's name" })

const environment = typed({
  title: 'Environment',
  path: ['environment'],
  about: () => 'which one of several, as dev, test or prod',
})

const region = chosen({
  title: 'Region',
  path: ['region'],
  about: () => 'where it runs; near its users is fastest; typing finds one',
  byTyping: true,
  choices: () =>
    Object.entries(REGIONS).map(([value, { place }]) => ({
      value,
      name: `${value.padEnd(15)} ${place}`,
      short: value,
    })),
  show: ({ region: name }) => `${name}, ${regionOf(name)?.place}`,
})

const range = typed({
  title: 'Network range',
  path: ['network', 'cidr'],
  about: () => "the VPC's addresses, from /16 to /24",
})

/** The layout has room for four. */
const ROOM = 4

const zones = typed({
  title: 'Zones',
  path: ['network', 'availabilityZones'],
  about: ({ region }) => {
    const most = mostZones(region)
    return `over how many data centres; ${most === 2 ? 'this region has 2' : `2 to ${most}`}`
  },
  meaning: numberOf,
  complain: (zones, { region }) => {
    const most = mostZones(region)
    return Number(zones) > ROOM && most < ROOM ? `${zones} is more than ${region} has: ${most}` : null
  },
  suggest: ({ region, network }) => String(Math.min(network.availabilityZones, mostZones(region))),
})

const mostZones = (region: string): number => Math.min(regionOf(region)?.zones ?? 2, ROOM)

type Nat = Config['network']['nat']

const NAT: Readonly<Record<Nat, string>> = {
  single: 'one gateway for all zones; when its zone fails, private subnets cannot reach out',
  'per-az': 'a gateway in each zone; one zone that fails takes nothing from the others',
  none: 'private subnets cannot reach out at all; web servers have to be in public ones',
}

const natPrice = (mode: Nat, { region, network }: Config): string =>
  monthly(pricesOf(region).natMonthly(mode, network.availabilityZones))

/** Of which day the prices are, since they change. */
function datedPrices(region: string): string {
  const { asOf } = pricesOf(region)
  return asOf === null ? 'no prices are known here' : `prices of ${asOf}, traffic is extra`
}

const nat = chosen({
  title: 'NAT',
  path: ['network', 'nat'],
  about: ({ region }) => `how private subnets reach out; ${datedPrices(region)}`,
  choices: (config) =>
    (['single', 'per-az', 'none'] as const).map(
      (value): Choice<Nat> => ({
        value,
        name: `${value.padEnd(8)} ${natPrice(value, config)}`,
        short: value,
        description: NAT[value],
      }),
    ),
  show: (config) => `${config.network.nat}, ${natPrice(config.network.nat, config)}`,
})

/** What is built, and where. */
export const PLACE: readonly Question[] = [blueprint, name, environment, region, range, zones, nat]

import { pricesOf } from '../../prices/prices.ts'
import { serverMonthly } from '../../prices/server.ts'
import type { Config } from '../schema.ts'
import { hasPublicAddress, WEB_SERVER } from '../servers.ts'
import { monthly } from './money.ts'
import { chosenOrTyped, numberOf, type Question, typed } from './question.ts'

/** The usual sizes, by what both EC2 and RDS call them. */
const SIZES: Readonly<Record<string, string>> = {
  't3.micro': '2 vCPU, 1 GB of memory',
  't3.small': '2 vCPU, 2 GB of memory',
  't3.medium': '2 vCPU, 4 GB of memory',
  't3.large': '2 vCPU, 8 GB of memory',
  't4g.micro': '2 vCPU (ARM), 1 GB of memory',
  't4g.small': '2 vCPU (ARM), 2 GB of memory',
  't4g.medium': '2 vCPU (ARM), 4 GB of memory',
}

/** One line of a list of sizes. */
const size = (value: string, usd: number | null) => ({
  value,
  name: `${value.padEnd(14)} ${monthly(usd).padStart(16)}`,
  short: value,
  description: SIZES[value.replace(/^db\./, '')] ?? '',
})

const serverPrice = (config: Config, type: string) =>
  serverMonthly({ ...WEB_SERVER, type, publicIp: hasPublicAddress(config) }, pricesOf(config.region))

const server = chosenOrTyped({
  title: 'Web servers',
  path: ['web', 'instanceType'],
  about: (config) =>
    `what each of them runs on; prices with its disk, ${hasPublicAddress(config) ? 'address ' : ''}and metrics`,
  usual: Object.keys(SIZES),
  lineOf: (type, config) => size(type, serverPrice(config, type)),
  other: 'another type…',
  typing: 'a type of EC2 instance',
  show: (config) => `${config.web.instanceType}, ${monthly(serverPrice(config, config.web.instanceType))} each`,
})

const fewest = typed({
  title: 'Fewest servers',
  path: ['web', 'minSize'],
  about: () => 'never fewer than this',
  meaning: numberOf,
})

const most = typed({
  title: 'Most servers',
  path: ['web', 'maxSize'],
  about: () => 'never more than this, however busy they are',
  meaning: numberOf,
  suggest: ({ web }) => String(Math.max(web.minSize, web.maxSize)),
})

const databasePrice = ({ region, database }: Config, changes: Partial<Config['database']> = {}) => {
  const { instanceClass, multiAz, storageGb } = { ...database, ...changes }
  return pricesOf(region).databaseMonthly({ class: instanceClass, multiAz, storageGb })
}

const database = chosenOrTyped({
  title: 'Database',
  path: ['database', 'instanceClass'],
  about: () => 'what PostgreSQL runs on; prices with its storage',
  usual: Object.keys(SIZES).map((type) => `db.${type}`),
  lineOf: (instanceClass, config) => size(instanceClass, databasePrice(config, { instanceClass })),
  other: 'another class…',
  typing: 'a class of RDS instance',
})

/** What storage costs by itself: what more of it adds. */
function hundredGb(config: Config): number | null {
  const little = databasePrice(config)
  const more = databasePrice(config, { storageGb: config.database.storageGb + 100 })
  return little === null || more === null ? null : more - little
}

const storage = typed({
  title: 'Storage',
  path: ['database', 'storageGb'],
  about: (config) => {
    const usd = hundredGb(config)
    return `GB for the database; grows, never shrinks${usd === null ? '' : `; 100 cost ${monthly(usd)}`}`
  },
  meaning: numberOf,
  show: (config) => `${config.database.storageGb} GB, ${monthly(databasePrice(config))} with the database`,
})

/** How much of it. */
export const SIZES_ASKED: readonly Question[] = [server, fewest, most, database, storage]

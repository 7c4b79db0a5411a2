import { databases, files } from './inventory-data.ts'
import { doors, network } from './inventory-network.ts'
import { balancers, identities, servers } from './inventory-servers.ts'
import { buckets, logGroups } from './inventory-stores.ts'
import { alarms, alerts, flowLogs, keys } from './inventory-watch.ts'
import type { Raw } from './raw.ts'
import type { Thing } from './thing.ts'

export type { Thing } from './thing.ts'

const LISTS = [
  ...[network, doors, servers, balancers, identities, buckets, logGroups],
  ...[databases, files, alarms, alerts, flowLogs, keys],
]

/** Everything that stands in an account, in all services that a stack uses. */
export async function inventory(raw: Raw): Promise<readonly Thing[]> {
  return (await Promise.all(LISTS.map((list) => list(raw)))).flat()
}

/** For comparing one account with itself. */
export const idsOf = (things: readonly Thing[]): readonly string[] =>
  things.map(({ kind, id }) => `${kind} ${id}`).sort()

/** What carries an address: that of a thing whose kind AWS gives no tags is not among them. */
export const addressesOf = (things: readonly Thing[]): readonly string[] =>
  things.flatMap(({ tags }) => tags['ecom-infra:address'] ?? []).sort()

const UNTAGGED = ['efs:mount-target/', 'efs:file-system-policy/', 's3:bucket-policy/', 'sns:subscription/']

/** The addresses that can stand in tags. */
export const taggable = (rows: readonly { readonly address: string }[]): readonly string[] =>
  rows
    .map(({ address }) => address)
    .filter((one) => !UNTAGGED.some((kind) => one.startsWith(kind)))
    .sort()

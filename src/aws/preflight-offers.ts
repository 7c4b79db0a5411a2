import type { Ctx } from './ctx.ts'
import { siblingsOf } from './instance-sizes.ts'
import { type Answer, type Asker, onward } from './preflight-asker.ts'

/** IAM actions of this file. */
export const OFFER_ACTIONS: readonly string[] = [
  'ec2:DescribeInstanceTypeOfferings',
  'rds:DescribeOrderableDBInstanceOptions',
]

/** An instance type in a zone. */
export interface Offering {
  readonly type: string
  readonly zone: string
}

/** Offered nearly everywhere: where not even these are known, nothing is. */
const COMMON = ['t3.micro', 't3.small', 'm5.large']

/** Where these types and their siblings are offered; none at all: nobody knows. */
export async function offerings(
  ctx: Ctx,
  asker: Asker,
  types: readonly string[],
): Promise<Answer<readonly Offering[]>> {
  const Values = [...new Set([...types, ...types.flatMap(siblingsOf), ...COMMON])].slice(0, 200)
  const Filters = [{ Name: 'instance-type', Values }]
  const page = await asker.ask(() =>
    ctx.ec2.describeInstanceTypeOfferings({ LocationType: 'availability-zone', Filters, MaxResults: 1_000 }),
  )
  return onward(page, ({ InstanceTypeOfferings = [] }) =>
    InstanceTypeOfferings.map(({ InstanceType = '', Location = '' }) => ({ type: InstanceType, zone: Location })),
  )
}

/** One way in which RDS sells a database. */
export interface DbOffer {
  readonly instanceClass: string
  readonly engineVersion: string
  readonly storageType: string
  readonly zones: readonly string[]
  readonly multiAz: boolean
}

export interface DbOffers {
  readonly offers: readonly DbOffer[]
  /** False: there are more, and what is missing here may be among them. */
  readonly whole: boolean
}

/** What RDS offers of an engine on a class; on any class: the beginning of it. */
export async function dbOffers(
  ctx: Ctx,
  asker: Asker,
  wanted: { readonly engine: string; readonly instanceClass?: string },
): Promise<Answer<DbOffers>> {
  const input = { Engine: wanted.engine, DBInstanceClass: wanted.instanceClass, Vpc: true, MaxRecords: 1_000 }
  const page = await asker.ask(() => ctx.rds.describeOrderableDBInstanceOptions(input))
  return onward(page, ({ OrderableDBInstanceOptions = [], Marker }) => ({
    offers: OrderableDBInstanceOptions.map((option) => ({
      instanceClass: option.DBInstanceClass ?? '',
      engineVersion: option.EngineVersion ?? '',
      storageType: option.StorageType ?? '',
      zones: (option.AvailabilityZones ?? []).flatMap(({ Name }) => Name ?? []),
      multiAz: option.MultiAZCapable === true,
    })),
    whole: !Marker,
  }))
}

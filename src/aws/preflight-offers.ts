import type { OrderableDBInstanceOption } from '@aws-sdk/client-rds'
import type { Ctx } from './ctx.ts'
import { siblingsOf } from './instance-sizes.ts'
import type { Answer, Asker } from './preflight-asker.ts'
import { type Told, told } from './preflight-listing.ts'

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

/** Where these types and their siblings are offered, until it is enough; none at all: nobody knows. */
export function offerings(
  ctx: Ctx,
  asker: Asker,
  types: readonly string[],
  enough: (offered: readonly Offering[]) => boolean,
): Promise<Answer<Told<Offering>>> {
  const Values = [...new Set([...types, ...types.flatMap(siblingsOf), ...COMMON])].slice(0, 200)
  const Filters = [{ Name: 'instance-type', Values }]
  const input = { LocationType: 'availability-zone', Filters, MaxResults: 1_000 } as const
  return told(asker, {
    page: (NextToken) => ctx.ec2.describeInstanceTypeOfferings({ ...input, NextToken }),
    items: ({ InstanceTypeOfferings }) =>
      InstanceTypeOfferings?.map(({ InstanceType = '', Location = '' }) => ({ type: InstanceType, zone: Location })),
    next: ({ NextToken }) => NextToken,
    enough,
  })
}

/** One way in which RDS sells a database. */
export interface DbOffer {
  readonly instanceClass: string
  readonly engineVersion: string
  readonly storageType: string
  readonly zones: readonly string[]
  readonly multiAz: boolean
}

interface DbQuestion {
  readonly engine: string
  readonly instanceClass?: string
  readonly enough: (offers: readonly DbOffer[]) => boolean
}

/** What RDS offers of an engine on a class, or on any, until it is enough. */
export function dbOffers(ctx: Ctx, asker: Asker, wanted: DbQuestion): Promise<Answer<Told<DbOffer>>> {
  const input = { Engine: wanted.engine, DBInstanceClass: wanted.instanceClass, Vpc: true, MaxRecords: 1_000 }
  return told(asker, {
    page: (Marker) => ctx.rds.describeOrderableDBInstanceOptions({ ...input, Marker }),
    items: ({ OrderableDBInstanceOptions }) => OrderableDBInstanceOptions?.map(offerOf),
    next: ({ Marker }) => Marker,
    enough: wanted.enough,
  })
}

const offerOf = (option: OrderableDBInstanceOption): DbOffer => ({
  instanceClass: option.DBInstanceClass ?? '',
  engineVersion: option.EngineVersion ?? '',
  storageType: option.StorageType ?? '',
  zones: (option.AvailabilityZones ?? []).flatMap(({ Name }) => Name ?? []),
  multiAz: option.MultiAZCapable === true,
})

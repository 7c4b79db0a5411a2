import { EC2Client } from '@aws-sdk/client-ec2'
import { RDSClient } from '@aws-sdk/client-rds'
import { beforeEach, describe, expect, test } from 'vitest'
import { needOf } from '../../../src/app/preflight/need.ts'
import { checkOffers } from '../../../src/app/preflight/offers.ts'
import { Budget } from '../../../src/aws/preflight-asker.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { scripted } from '../../support/scripted.ts'
import { configOf, planOf } from './stand.ts'

const ec2 = scripted(EC2Client)
const rds = scripted(RDSClient)

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c']

/** What a filter asks for. */
const valuesIn = (filters: unknown): readonly string[] => (filters as { Values: string[] }[])[0]?.Values ?? []

/** What EC2 offers, by type: these alone exist. */
function sells(types: Readonly<Record<string, readonly string[]>>): void {
  ec2.answers({
    DescribeInstanceTypeOfferings: ({ Filters }) => ({
      InstanceTypeOfferings: valuesIn(Filters).flatMap((InstanceType) =>
        (types[InstanceType] ?? []).map((Location) => ({ InstanceType, Location })),
      ),
    }),
  })
}

interface Option {
  readonly DBInstanceClass: string
  readonly EngineVersion: string
  readonly StorageType?: string
  readonly MultiAZCapable?: boolean
  readonly zones?: readonly string[]
}

/** What RDS offers; a marker says that there is more. */
function offers(options: readonly Option[], Marker?: string): void {
  rds.answers({
    DescribeOrderableDBInstanceOptions: ({ DBInstanceClass }) => ({
      OrderableDBInstanceOptions: options
        .filter((option) => DBInstanceClass === undefined || option.DBInstanceClass === DBInstanceClass)
        .map(({ zones = ZONES, ...option }) => ({
          ...{ StorageType: 'gp3', MultiAZCapable: true, ...option },
          AvailabilityZones: zones.map((Name) => ({ Name })),
        })),
      Marker,
    }),
  })
}

const SMALL: readonly Option[] = ['17.2', '16.8', '16.4', '15.10'].map((EngineVersion) => ({
  DBInstanceClass: 'db.t3.micro',
  EngineVersion,
}))

beforeEach(() => {
  sells({ 't3.micro': ZONES, 't3.small': ZONES })
  offers(SMALL)
})

function check(config: object = {}) {
  const { plan, graph } = planOf(configOf(config))
  return checkOffers(fakeCtx(), new Budget(), needOf(plan, graph))
}
const findings = async (config: object = {}) => (await check(config)).findings
const messages = async (config: object = {}) => (await findings(config)).map(({ message }) => message)

describe('instance types', () => {
  test('one question for all of them, and nothing to say', async () => {
    expect(await check()).toEqual({ findings: [], doubts: [], notes: [] })
    expect(ec2.inputsOf('DescribeInstanceTypeOfferings')).toHaveLength(1)
  })

  test('one that there is not: the field, and what its family has', async () => {
    expect(await findings({ web: { instanceType: 't3.8xlarge' } })).toEqual([
      {
        code: 'Offer',
        message: 't3.8xlarge is not offered in us-east-1.',
        ...{ field: 'web.instanceType', action: null },
        hint: 'Choose another, for example t3.micro, t3.small.',
      },
    ])
    expect(await findings({ bastion: { instanceType: 't9.micro' } })).toMatchObject([
      { field: 'bastion.instanceType', hint: 'Choose another, for example t3.micro, t3.small.' },
    ])
  })

  test('one that is offered in other zones only', async () => {
    sells({ 't3.micro': ['us-east-1c'], 't3.small': ZONES })
    expect(await findings()).toMatchObject([
      { field: 'bastion.instanceType', message: 't3.micro is not offered in us-east-1a, only in us-east-1c.' },
      { field: 'web.instanceType', message: 't3.micro is not offered in us-east-1a, us-east-1b, only in us-east-1c.' },
    ])
  })

  test('a group that can stand in one of its zones is told where', async () => {
    sells({ 't3.micro': ['us-east-1a'] })
    const { findings: none, notes } = await check()
    expect(none).toEqual([])
    expect(notes).toEqual([
      't3.micro is not offered in us-east-1b: autoscaling:group/web stands in its other zones only',
    ])
  })

  describe('told in pages', () => {
    const T3 = ZONES.map((Location) => ({ InstanceType: 't3.micro', Location }))
    const LARGE = ZONES.map((Location) => ({ InstanceType: 'm5.large', Location }))

    /** As AWS may: whatever size was asked for, and a page with nothing on it is not the last one. */
    function pages(...all: readonly (readonly object[])[]): void {
      ec2.answers({
        DescribeInstanceTypeOfferings: ({ NextToken }) => {
          const at = Number(NextToken ?? 0)
          return {
            InstanceTypeOfferings: all[at],
            ...(at + 1 < all.length ? { NextToken: String(at + 1) } : {}),
          }
        },
      })
    }
    const asked = () => ec2.inputsOf('DescribeInstanceTypeOfferings').length

    test('what stands on a later page is offered, and no more pages are asked for than tell so', async () => {
      pages(LARGE, [], T3, [], [])
      expect(await check()).toEqual({ findings: [], doubts: [], notes: [] })
      expect(asked()).toBe(3)
    })

    test('what stands on none of them is not', async () => {
      pages([], LARGE, [])
      expect((await findings()).map(({ field }) => field)).toEqual(['bastion.instanceType', 'web.instanceType'])
    })

    test('what may stand on a page for which there is no call is unknown: neither missing, nor offered elsewhere only', async () => {
      for (const seen of [[], LARGE, T3.slice(2), T3.slice(0, 1)]) {
        pages(seen, ...Array.from({ length: 20 }, () => []))
        const { findings: none, doubts, notes } = await check({ bastion: { instanceType: 'm5.large' } })
        expect({ none, notes }).toEqual({ none: [], notes: [] })
        expect(doubts).toContainEqual({ what: 'where t3.micro is offered', why: 'not told to the end' })
        expect(asked()).toBeLessThanOrEqual(12)
      }
    })
  })

  test('where nothing at all is offered, nobody knows', async () => {
    sells({})
    const { findings: none, doubts } = await check()
    expect(none).toEqual([])
    expect(doubts).toEqual([{ what: 'where t3.micro is offered', why: 'not known here' }])
  })
})

describe('databases', () => {
  test('"16" is any 16, and "16.4" is itself', async () => {
    expect(await findings({ database: { engineVersion: '16' } })).toEqual([])
    expect(await findings({ database: { engineVersion: '16.4' } })).toEqual([])
    expect(rds.inputsOf('DescribeOrderableDBInstanceOptions')).toHaveLength(2)
  })

  test('a version that there is not: the minor ones of the same, or the major ones', async () => {
    expect(await findings({ database: { engineVersion: '16.99' } })).toEqual([
      {
        code: 'Offer',
        message: 'postgres 16.99 is not offered on db.t3.micro in us-east-1.',
        ...{ field: 'database.engineVersion', action: null },
        hint: 'Choose another, for example 16.8, 16.4.',
      },
    ])
    expect(await findings({ database: { engineVersion: '14' } })).toMatchObject([
      { hint: 'Choose another, for example 17, 16, 15.' },
    ])
  })

  test('a class that there is not', async () => {
    expect(await findings({ database: { instanceClass: 'db.t3.2xlarge' } })).toEqual([
      {
        code: 'Offer',
        message: 'db.t3.2xlarge is not offered for postgres in us-east-1.',
        ...{ field: 'database.instanceClass', action: null },
        hint: 'Choose another, for example db.t3.micro.',
      },
    ])
  })

  test('where RDS sells nothing at all, nobody knows', async () => {
    offers([])
    const { findings: none, doubts } = await check()
    expect(none).toEqual([])
    expect(doubts).toEqual([{ what: 'whether db.t3.micro is offered for postgres 16', why: 'not known here' }])
  })

  test('zones, storage, and a standby', async () => {
    offers([{ DBInstanceClass: 'db.t3.micro', EngineVersion: '16.8', zones: ['us-east-1c'] }])
    expect(await messages()).toEqual(['db.t3.micro is not offered in us-east-1a, us-east-1b, only in us-east-1c.'])
    offers([{ DBInstanceClass: 'db.t3.micro', EngineVersion: '16.8', StorageType: 'io1' }])
    expect(await messages()).toEqual(['db.t3.micro is not offered with gp3.'])
    offers([{ DBInstanceClass: 'db.t3.micro', EngineVersion: '16.8', MultiAZCapable: false }])
    expect(await messages()).toEqual([])
    expect(await findings({ database: { multiAz: true } })).toMatchObject([
      { field: 'database.multiAz', message: 'db.t3.micro is not offered with a standby in another zone.' },
    ])
  })

  test('what may stand on the next page is not missing', async () => {
    offers(SMALL, 'more')
    const { findings: none, doubts } = await check({ database: { engineVersion: '13' } })
    expect(none).toEqual([])
    expect(doubts).toEqual([{ what: 'whether postgres 13 is offered on db.t3.micro', why: 'not told to the end' }])
  })

  test('a class is looked for on the pages to come; without calls for them, it is unknown', async () => {
    const OrderableDBInstanceOptions = [
      {
        ...{ DBInstanceClass: 'db.t3.micro', EngineVersion: '16.8', StorageType: 'gp3', MultiAZCapable: true },
        AvailabilityZones: ZONES.map((Name) => ({ Name })),
      },
    ]
    rds.answers({
      DescribeOrderableDBInstanceOptions: ({ Marker }) =>
        Marker === undefined ? { Marker: '2' } : { OrderableDBInstanceOptions, Marker: '3' },
    })
    expect(await check()).toEqual({ findings: [], doubts: [], notes: [] })
    rds.answers({ DescribeOrderableDBInstanceOptions: () => ({ OrderableDBInstanceOptions: [], Marker: 'on' }) })
    const { findings: none, doubts } = await check()
    expect(none).toEqual([])
    expect(doubts).toEqual([{ what: 'whether db.t3.micro is offered for postgres 16', why: 'not told to the end' }])
    rds.answers({ DescribeOrderableDBInstanceOptions: (input) => (input.DBInstanceClass ? {} : { Marker: 'on' }) })
    expect(await check()).toEqual({ findings: [], doubts, notes: [] })
  })

  test('a refusal to tell is no refusal', async () => {
    rds.answers({
      DescribeOrderableDBInstanceOptions: () => {
        throw refusal('AccessDenied', 'no', 403)
      },
    })
    const { findings: none, doubts } = await check()
    expect(none).toEqual([])
    expect(doubts).toMatchObject([{ why: 'not allowed to ask' }])
  })
})

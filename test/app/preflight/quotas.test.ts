import { EC2Client } from '@aws-sdk/client-ec2'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { beforeEach, describe, expect, test } from 'vitest'
import { needOf } from '../../../src/app/preflight/need.ts'
import { checkQuotas } from '../../../src/app/preflight/quotas.ts'
import { Budget } from '../../../src/aws/preflight-asker.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { scripted } from '../../support/scripted.ts'
import { configOf, planOf } from './stand.ts'

const quotas = scripted(ServiceQuotasClient)
const ec2 = scripted(EC2Client)

type Limits = Readonly<Record<string, number>>
const ROOMY: Limits = { 'L-F678F1CE': 5, 'L-FE5A380F': 5, 'L-0263D0A3': 5, 'L-1216C47A': 32 }

/** An account with these quotas; what is not among them is not known. */
function allows(limits: Limits): void {
  const known = (QuotaCode = '') => ({ QuotaCode, Value: limits[QuotaCode] })
  quotas.answers({
    ListServiceQuotas: () => ({ Quotas: Object.keys(limits).map(known) }),
    GetServiceQuota: ({ QuotaCode }) => {
      if (!(String(QuotaCode) in limits)) throw refusal('NoSuchResourceException')
      return { Quota: known(String(QuotaCode)) }
    },
  })
}

const vpcs = (count: number, more: object = {}) =>
  Array.from({ length: count }, () => ({ OwnerId: '123456789012', ...more }))

/** An account in which this is there. */
function has(what: { vpcs?: object[]; addresses?: object[]; gateways?: string[]; instances?: object[] } = {}): void {
  ec2.answers({
    DescribeVpcs: () => ({ Vpcs: what.vpcs ?? vpcs(1) }),
    DescribeAddresses: () => ({ Addresses: what.addresses ?? [] }),
    DescribeNatGateways: () => ({ NatGateways: (what.gateways ?? []).map((SubnetId) => ({ SubnetId })) }),
    DescribeSubnets: ({ Filters }) => ({
      Subnets: (Filters as { Values: string[] }[])[0]?.Values.map((SubnetId) => ({
        SubnetId,
        AvailabilityZone: SubnetId.replace('subnet-', 'us-east-1'),
      })),
    }),
    DescribeInstances: () => ({ Reservations: [{ Instances: what.instances ?? [] }] }),
  })
}

beforeEach(() => {
  allows(ROOMY)
  has()
})

function check(config: object = {}) {
  const { plan, graph } = planOf(configOf(config))
  return checkQuotas(fakeCtx(), new Budget(), needOf(plan, graph))
}

describe('quotas', () => {
  test('with room for everything, nothing is said', async () => {
    has({ vpcs: vpcs(4), addresses: [{}, {}, {}, {}], gateways: ['subnet-b', 'subnet-b'] })
    expect(await check()).toEqual({ findings: [], doubts: [], notes: [] })
    expect(ec2.inputsOf('DescribeSubnets')).toEqual([])
    expect(quotas.inputsOf('ListServiceQuotas')).toHaveLength(1)
    expect(quotas.inputsOf('GetServiceQuota')).toHaveLength(2)
  })

  test('VPCs: with what there is, and where to ask for more', async () => {
    has({ vpcs: vpcs(5) })
    expect((await check()).findings).toEqual([
      {
        code: 'Quota',
        message: '5 of 5 VPCs are in use in us-east-1, and this plan adds 1.',
        ...{ field: null, action: 'ec2:CreateVpc' },
        hint: 'Ask for more in the Service Quotas console (vpc L-F678F1CE), or remove what is not in use.',
      },
    ])
  })

  test('VPCs of others, whose subnets are shared with us, do not count', async () => {
    has({ vpcs: [...vpcs(4), ...vpcs(9, { OwnerId: '999999999999' })] })
    expect((await check()).findings).toEqual([])
  })

  test('elastic IPs: all that the plan takes; those that somebody brought along do not count', async () => {
    const addresses = [{}, {}, {}, {}, { PublicIpv4Pool: 'ipv4pool-ec2-012' }, { ServiceManaged: 'alb' }]
    has({ addresses })
    const per = { network: { nat: 'per-az' } }
    expect((await check(per)).findings).toMatchObject([
      { message: '4 of 5 elastic IPs are in use in us-east-1, and this plan adds 2.', field: 'network.nat' },
    ])
    expect((await check()).findings).toEqual([])
    expect((await check({ network: { nat: 'none' } })).findings).toEqual([])
  })

  test('NAT gateways are counted zone by zone', async () => {
    has({ gateways: ['subnet-a', 'subnet-a', 'subnet-a', 'subnet-a', 'subnet-a', 'subnet-b'] })
    expect((await check()).findings).toMatchObject([
      { message: '5 of 5 NAT gateways are in use in us-east-1a, and this plan adds 1.', field: 'network.nat' },
    ])
    has({ gateways: ['subnet-b', 'subnet-b', 'subnet-b', 'subnet-b', 'subnet-b', 'subnet-c'] })
    expect((await check()).findings).toEqual([])
    expect(ec2.inputsOf('DescribeNatGateways')[0]).toMatchObject({
      Filter: [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }],
    })
  })

  test('vCPUs: of what runs on demand, by the size of the type or as its owner has set it', async () => {
    allows({ ...ROOMY, 'L-1216C47A': 16 })
    const running = [
      { InstanceType: 'm5.2xlarge' },
      { InstanceType: 'c5.xlarge', CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } },
      { InstanceType: 'm5.24xlarge', InstanceLifecycle: 'spot' },
      { InstanceType: 'm5.24xlarge', Placement: { Tenancy: 'host' } },
      { InstanceType: 'g5.12xlarge' },
    ]
    has({ instances: running })
    // The bastion and one web server, of two vCPUs each.
    expect((await check()).findings).toEqual([])
    expect((await check({ web: { minSize: 3, maxSize: 3 } })).findings).toMatchObject([
      {
        message: '10 of 16 vCPUs of standard instances are in use in us-east-1, and this plan adds 8.',
        field: 'web.minSize',
      },
    ])
  })

  describe('told in pages', () => {
    /** One thing a page; `more`: and then pages without end, with nothing on them. */
    const paged =
      (field: string, things: readonly unknown[], more = false) =>
      ({ NextToken }: Readonly<Record<string, unknown>>) => {
        const at = Number(NextToken ?? 0)
        const isLast = !more && at + 1 >= things.length
        return { [field]: things.slice(at, at + 1), ...(isLast ? {} : { NextToken: String(at + 1) }) }
      }
    const zoned = (at: string) => ({ SubnetId: `subnet-${at}` })
    const known = { DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-a', AvailabilityZone: 'us-east-1a' }] }) }

    test('all of them count', async () => {
      allows({ 'L-F678F1CE': 2, 'L-FE5A380F': 2, 'L-0263D0A3': 5, 'L-1216C47A': 4 })
      const one = { Instances: [{ InstanceType: 'm5.large' }] }
      const big = { Instances: [{ InstanceType: 'm5.large' }, { InstanceType: 'm5.large' }] }
      const rest = { DescribeVpcs: paged('Vpcs', vpcs(1)), DescribeNatGateways: paged('NatGateways', []) }
      ec2.answers({ ...rest, DescribeVpcs: paged('Vpcs', vpcs(2)) })
      expect((await check()).findings).toMatchObject([{ message: expect.stringMatching(/^2 of 2 VPCs/) }])
      ec2.answers({ ...rest, ...known, DescribeNatGateways: paged('NatGateways', [zoned('a'), zoned('a')]) })
      expect((await check()).findings).toMatchObject([{ message: expect.stringMatching(/^2 of 2 NAT gateways/) }])
      ec2.answers({ ...rest, DescribeInstances: paged('Reservations', [one, big]) })
      expect((await check()).findings).toMatchObject([{ message: expect.stringMatching(/^6 of 4 vCPUs/) }])
    })

    test('what there are no calls for makes no room, and what was told is enough for a no', async () => {
      allows({ 'L-F678F1CE': 5, 'L-FE5A380F': 5, 'L-0263D0A3': 5, 'L-1216C47A': 32 })
      const room = {
        DescribeVpcs: paged('Vpcs', vpcs(1), true),
        DescribeNatGateways: paged('NatGateways', [zoned('a')], true),
        DescribeInstances: paged('Reservations', [], true),
      }
      ec2.answers(room)
      const { findings, doubts } = await check()
      expect(findings).toEqual([])
      expect(doubts).toEqual(
        ['VPCs', 'NAT gateways', 'vCPUs of standard instances'].map((what) => ({
          ...{ what: `the quota of ${what}`, why: 'not told to the end' },
        })),
      )
      expect(ec2.called().length + quotas.called().length).toBe(12)
      ec2.answers({ ...room, DescribeVpcs: ({ NextToken }) => ({ Vpcs: NextToken ? [] : vpcs(5), NextToken: 'on' }) })
      expect((await check()).findings).toMatchObject([
        { message: 'At least 5 of 5 VPCs are in use in us-east-1, and this plan adds 1.' },
      ])
    })

    test('a zone of a gateway that was not told may be any', async () => {
      allows({ 'L-F678F1CE': 5, 'L-FE5A380F': 1, 'L-0263D0A3': 5, 'L-1216C47A': 32 })
      ec2.answers({
        DescribeNatGateways: () => ({ NatGateways: [zoned('a')] }),
        DescribeSubnets: () => ({ Subnets: [], NextToken: 'on' }),
      })
      const { findings, doubts } = await check()
      expect(findings).toEqual([])
      expect(doubts).toEqual([{ what: 'the quota of NAT gateways', why: 'not told to the end' }])
    })

    test('a quota that is on a later page is asked for', async () => {
      quotas.answers({
        ListServiceQuotas: () => ({ Quotas: [{ QuotaCode: 'L-FE5A380F', Value: 5 }], NextToken: 'on' }),
        GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: ROOMY[String(QuotaCode)] } }),
      })
      has({ vpcs: vpcs(5) })
      expect((await check()).findings).toMatchObject([{ action: 'ec2:CreateVpc' }])
    })
  })

  test('a quota that AWS does not tell is not guessed', async () => {
    allows({})
    has({ vpcs: vpcs(50) })
    const { findings, doubts } = await check()
    expect(findings).toEqual([])
    const what = ['VPCs', 'NAT gateways', 'elastic IPs', 'vCPUs of standard instances']
    expect(doubts.map((doubt) => doubt.what).sort()).toEqual(what.map((name) => `the quota of ${name}`).sort())
    expect(new Set(doubts.map(({ why }) => why))).toEqual(new Set(['not known here']))
  })

  test('whoever may not ask is not refused', async () => {
    const denied = () => {
      throw refusal('AccessDeniedException', 'no', 403)
    }
    quotas.answers({ ListServiceQuotas: denied, GetServiceQuota: denied })
    const { findings, doubts } = await check()
    expect(findings).toEqual([])
    expect(new Set(doubts.map(({ why }) => why))).toEqual(new Set(['not allowed to ask']))
  })

  test('credentials that have expired end the run', async () => {
    ec2.answers({
      DescribeVpcs: () => {
        throw refusal('RequestExpired')
      },
    })
    await expect(check()).rejects.toThrow('RequestExpired')
  })

  test('where there is no listing, each quota is asked for', async () => {
    quotas.answers({
      ListServiceQuotas: () => {
        throw refusal('NotImplemented', 'moto has no such operation.', 501)
      },
      GetServiceQuota: ({ QuotaCode }) => ({ Quota: { Value: ROOMY[String(QuotaCode)] } }),
    })
    has({ vpcs: vpcs(5) })
    expect((await check()).findings).toHaveLength(1)
  })

  test('what runs on other quotas than the standard one is unknown', async () => {
    const { doubts } = await check({ web: { instanceType: 'g5.xlarge' } })
    expect(doubts).toEqual([{ what: 'the vCPU quota of g5.xlarge', why: 'not known here' }])
  })
})

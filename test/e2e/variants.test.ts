import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { become as becomes } from './support/becoming.ts'
import { importCertificate } from './support/certificate.ts'
import { failing } from './support/failing.ts'
import { idsOf, inventory, type Thing } from './support/inventory.ts'
import { OURS, subnetIds } from './support/ours.ts'
import { nameIn } from './support/raw.ts'
import { astray, type Changes, openStack, type Stack, status, up } from './support/stack.ts'

describe('the variants of a stack, one after the other on a live one', () => {
  let stack: Stack
  let before: readonly Thing[]

  const become = (changes: Changes) => becomes(stack, changes)

  beforeAll(async () => {
    stack = await openStack()
    before = await inventory(stack.raw)
    await up(stack)
  })
  afterAll(() => stack?.close())

  /** Which NAT gateway each private subnet goes out by. */
  async function waysOut(): Promise<Record<string, string>> {
    const { ec2 } = stack.raw
    const { RouteTables = [] } = await ec2.describeRouteTables({ Filters: OURS })
    const { NatGateways = [] } = await ec2.describeNatGateways({ Filter: OURS })
    const alive = NatGateways.filter(({ State }) => State === 'available')
    const way = (id?: string) => nameIn(alive.find(({ NatGatewayId }) => NatGatewayId === id)?.Tags) || 'nowhere'
    const tables = RouteTables.filter(({ Tags }) => nameIn(Tags).startsWith('private-'))
    const entries = tables.map(({ Tags, Routes = [] }) => [
      nameIn(Tags),
      way(Routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0')?.NatGatewayId),
    ])
    return Object.fromEntries(entries)
  }

  const count = async (kind: string) => (await inventory(stack.raw)).filter((thing) => thing.kind === kind).length

  it('gives each zone a NAT gateway of its own, and keeps the first', async () => {
    expect(await waysOut()).toEqual({ 'private-a': 'a', 'private-b': 'a' })
    const done = await become({ network: { nat: 'per-az' } })
    // Each with its address, and an alarm.
    expect(done.summary).toMatchObject({ created: 3, replaced: 0, deleted: 0 })
    expect(await waysOut()).toEqual({ 'private-a': 'a', 'private-b': 'b' })
    expect([await count('nat'), await count('address')]).toEqual([2, 2])
  })

  it('takes all NAT gateways away, and their addresses', async () => {
    const done = await become({ network: { nat: 'none' } })
    expect(done.summary).toMatchObject({ created: 0, replaced: 0, deleted: 6 })
    expect(await waysOut()).toEqual({ 'private-a': 'nowhere', 'private-b': 'nowhere' })
    expect([await count('nat'), await count('address')]).toEqual([0, 0])
  })

  it('brings one back for all', async () => {
    await become({ network: { nat: 'single' } })
    expect(await waysOut()).toEqual({ 'private-a': 'a', 'private-b': 'a' })
    expect([await count('nat'), await count('address')]).toEqual([1, 1])
  })

  it('moves the web servers into the private subnets, without public addresses', async () => {
    await become({ web: { placement: 'private' } })
    const { ec2, autoscaling } = stack.raw
    const { AutoScalingGroups = [] } = await autoscaling.describeAutoScalingGroups({})
    const wanted = await subnetIds(stack.raw, ['private-a', 'private-b'])
    expect(AutoScalingGroups[0]?.VPCZoneIdentifier?.split(',').sort()).toEqual(wanted.sort())
    const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: 'shop-dev-web',
      Versions: ['$Default'],
    })
    expect(LaunchTemplateVersions[0]?.LaunchTemplateData?.NetworkInterfaces).toMatchObject([
      { AssociatePublicIpAddress: false },
    ])
  })

  /** Port, protocol and what is done, of each listener. */
  async function doors(): Promise<string[]> {
    const { LoadBalancers = [] } = await stack.raw.elbv2.describeLoadBalancers({})
    const { Listeners = [] } = await stack.raw.elbv2.describeListeners({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
    })
    return Listeners.map(({ Port, Protocol, SslPolicy, Certificates, DefaultActions: [action] = [] }) => {
      const { Protocol: scheme = '', Port: port = '', StatusCode = '' } = action?.RedirectConfig ?? {}
      const secure = Protocol === 'HTTPS' ? [SslPolicy, Certificates?.[0]?.CertificateArn] : []
      return [Port, Protocol, ...secure, action?.Type, scheme, port, StatusCode].filter(Boolean).join(' ')
    }).sort()
  }

  const secured = (certificateArn: string) => [
    `443 HTTPS ELBSecurityPolicy-TLS13-1-2-2021-06 ${certificateArn} forward`,
    '80 HTTP redirect HTTPS 443 HTTP_301',
  ]

  it('serves HTTPS by a certificate, redirects from port 80, and tells how long the certificate holds', async () => {
    expect(await doors()).toEqual(['80 HTTP forward'])
    const certificateArn = await importCertificate(stack.raw, 90)
    const done = await become({ edge: { certificateArn } })
    expect(done.outputs.siteUrl).toMatch(/^https:/)
    expect(await doors()).toEqual(secured(certificateArn))
    const row = (await status(stack)).resources.find(({ address }) => address === 'elbv2:listener/https')
    const { Certificate } = await stack.raw.acm.describeCertificate({ CertificateArn: certificateArn })
    const end = Certificate?.NotAfter?.toISOString().slice(0, 10)
    expect(row?.health).toEqual({ state: 'healthy', detail: expect.stringContaining(String(end)) })
  })

  it('takes another certificate that ends soon, says so, and goes back to HTTP', async () => {
    const certificateArn = await importCertificate(stack.raw, 9)
    stack.configure({ edge: { certificateArn } })
    expect((await up(stack)).summary).toMatchObject({ created: 0, updated: 1, replaced: 0, deleted: 0 })
    expect(await doors()).toEqual(secured(certificateArn))
    const seen = await status(stack, 3)
    expect(seen.verdict).toBe('unhealthy')
    expect(astray(seen)).toMatchObject([
      { address: 'elbv2:listener/https', health: { state: 'unhealthy', detail: expect.stringMatching(/in \d days/) } },
    ])
    const back = await become({})
    expect(back.outputs.siteUrl).toMatch(/^http:/)
    expect(await doors()).toEqual(['80 HTTP forward'])
  })

  const MOVED = { network: { cidr: '10.30.0.0/20' } }

  it('does not move the network when that would lose the database', async () => {
    const all = idsOf(await inventory(stack.raw))
    stack.configure(MOVED)
    const { code, message } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    expect(message).toContain('--replace rds:instance/main --delete-data')
    expect(stack.account.proxy.report().changes).toBe(0)
    expect(idsOf(await inventory(stack.raw))).toEqual(all)
  })

  it('moves the whole network to other addresses when it may, and leaves nothing of the old one', async () => {
    const old = new Set((await inventory(stack.raw)).map(({ id }) => id))
    await stack.json(['up', '--yes', '--replace', 'rds:instance/main', '--delete-data'])
    await become(MOVED)
    const known = new Set(before.map(({ id }) => id))
    const now = (await inventory(stack.raw)).filter(({ id }) => !known.has(id))
    const lasting = [
      ...['role', 'profile', 'bucket', 'log group', 'template', 'asg', 'policy', 'address', 'volume'],
      ...[
        'items',
        'files',
        'access point',
        'database',
        'db subnets',
        'db parameters',
        'alarm',
        'dashboard',
        'topic',
        'key',
        'alias',
      ],
    ]
    const stayed = now.filter(({ id, kind }) => old.has(id) && !lasting.includes(kind))
    expect(stayed.map(({ kind, id }) => `${kind} ${id}`)).toEqual([])
    const addresses = now.map(({ tags }) => tags['ecom-infra:address']).filter((one) => one !== undefined)
    expect(new Set(addresses).size).toBe(addresses.length)
    const { Subnets = [] } = await stack.raw.ec2.describeSubnets({ Filters: OURS })
    expect(Subnets.map(({ CidrBlock }) => CidrBlock).sort()).toEqual([
      ...['10.30.0.0/23', '10.30.10.0/23', '10.30.2.0/23', '10.30.8.0/23'],
    ])
    const { Vpcs = [] } = await stack.raw.ec2.describeVpcs({ Filters: OURS })
    expect(Vpcs.map(({ CidrBlock }) => CidrBlock)).toEqual(['10.30.0.0/20'])
  })
})

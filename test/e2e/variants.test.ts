import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emulator } from '../support/emulator.ts'
import { inventory, type Thing } from './support/inventory.ts'
import { at, nameIn } from './support/raw.ts'
import { astray, type Changes, type Document, openStack, type Stack, status, up } from './support/stack.ts'

const ours = [{ Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] }]

describe('the variants of a stack, one after the other on a live one', () => {
  let stack: Stack
  let before: readonly Thing[]

  /** Applies a change of the config; afterwards nothing is left to do, and nothing of ours without an address. */
  async function become(changes: Changes): Promise<Document> {
    stack.configure(changes)
    const done = await up(stack)
    expect(done.failures).toEqual([])
    expect(astray(await status(stack))).toEqual([])
    return done
  }

  beforeAll(async () => {
    stack = await openStack()
    before = await inventory(stack.raw)
    await up(stack)
  })
  afterAll(() => stack?.close())

  /** Which NAT gateway each private subnet goes out by. */
  async function waysOut(): Promise<Record<string, string>> {
    const { ec2 } = stack.raw
    const { RouteTables = [] } = await ec2.describeRouteTables({ Filters: ours })
    const { NatGateways = [] } = await ec2.describeNatGateways({ Filter: ours })
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
    expect(done.summary).toMatchObject({ created: 2, replaced: 0, deleted: 0 })
    expect(await waysOut()).toEqual({ 'private-a': 'a', 'private-b': 'b' })
    expect([await count('nat'), await count('address')]).toEqual([2, 2])
  })

  it('takes all NAT gateways away, and their addresses', async () => {
    const done = await become({ network: { nat: 'none' } })
    expect(done.summary).toMatchObject({ created: 0, replaced: 0, deleted: 4 })
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
    const { Subnets } = await ec2.describeSubnets({ Filters: ours })
    const wanted = ['a', 'b'].map((zone) => at(Subnets, `ec2:subnet/private-${zone}`).SubnetId)
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

  it('serves HTTPS by a certificate, redirects from port 80, and goes back', async () => {
    expect(await doors()).toEqual(['80 HTTP forward'])
    const certificateArn = await certificate(stack.account.id)
    const done = await become({ edge: { certificateArn } })
    expect(done.outputs.siteUrl).toMatch(/^https:/)
    expect(await doors()).toEqual([
      `443 HTTPS ELBSecurityPolicy-TLS13-1-2-2021-06 ${certificateArn} forward`,
      '80 HTTP redirect HTTPS 443 HTTP_301',
    ])
    const back = await become({})
    expect(back.outputs.siteUrl).toMatch(/^http:/)
    expect(await doors()).toEqual(['80 HTTP forward'])
  })

  it('moves the whole network to other addresses, and leaves nothing of the old one', async () => {
    const old = new Set((await inventory(stack.raw)).map(({ id }) => id))
    await become({ network: { cidr: '10.30.0.0/20' } })
    const known = new Set(before.map(({ id }) => id))
    const now = (await inventory(stack.raw)).filter(({ id }) => !known.has(id))
    const lasting = ['role', 'profile', 'bucket', 'log group', 'template', 'asg', 'policy', 'address', 'volume']
    const stayed = now.filter(({ id, kind }) => old.has(id) && !lasting.includes(kind))
    expect(stayed.map(({ kind, id }) => `${kind} ${id}`)).toEqual([])
    const addresses = now.map(({ tags }) => tags['ecom-infra:address']).filter((one) => one !== undefined)
    expect(new Set(addresses).size).toBe(addresses.length)
    const { Subnets = [] } = await stack.raw.ec2.describeSubnets({ Filters: ours })
    expect(Subnets.map(({ CidrBlock }) => CidrBlock).sort()).toEqual([
      ...['10.30.0.0/23', '10.30.10.0/23', '10.30.2.0/23', '10.30.8.0/23'],
    ])
    const { Vpcs = [] } = await stack.raw.ec2.describeVpcs({ Filters: ours })
    expect(Vpcs.map(({ CidrBlock }) => CidrBlock)).toEqual(['10.30.0.0/20'])
  })
})

/** moto checks no signatures, and a listener only that the certificate is there. */
async function certificate(account: string): Promise<string> {
  const answer = await fetch(emulator(), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CertificateManager.RequestCertificate',
      'x-moto-account-id': account,
      authorization: 'AWS4-HMAC-SHA256 Credential=stranger/20260101/us-east-1/acm/aws4_request, Signature=none',
    },
    body: JSON.stringify({ DomainName: 'shop.example.com', ValidationMethod: 'DNS' }),
  })
  const { CertificateArn } = (await answer.json()) as { CertificateArn: string }
  return CertificateArn
}

import { Refused } from '../engine/errors.ts'
import type { Clients } from './clients.ts'

/** What a blueprint must know of the account before it can draw. Read once, a value like any other. */
export interface Facts {
  readonly account: string
  readonly partition: string
  readonly region: string
  /** The region's zones as this account sees them, sorted by name. */
  readonly zones: readonly string[]
  /** The current Amazon Linux 2023 image of the wanted architecture. */
  readonly imageId: string
  /** False on an `http:` endpoint, where a policy that insists on TLS would lock everybody out. */
  readonly tls: boolean
}

export interface Identity {
  readonly account: string
  readonly partition: string
  readonly arn: string
}

/** Who we are. The first call of every command: it also tells whether credentials and endpoint work. */
export async function identify(clients: Clients): Promise<Identity> {
  const { Account, Arn } = await clients.sts.getCallerIdentity({})
  if (!Account || !Arn) throw new Refused('NoIdentity', 'AWS did not say whose credentials these are.')
  return { account: Account, arn: Arn, partition: Arn.split(':')[1] ?? 'aws' }
}

/** Graviton families carry a `g` after the generation: t4g, m7gd, c8g. */
export const architectureOf = (instanceType: string): 'arm64' | 'x86_64' =>
  /^[a-z]+\d+g/.test(instanceType) ? 'arm64' : 'x86_64'

/** Reads the facts: two calls, at once. */
export async function readFacts(
  clients: Clients,
  identity: Identity,
  wanted: { readonly region: string; readonly instanceType: string; readonly tls: boolean },
): Promise<Facts> {
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architectureOf(wanted.instanceType)}`
  const [zones, image] = await Promise.all([
    // Whatever their state: subnets must not move because a zone has a bad day.
    clients.ec2.describeAvailabilityZones({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] }),
    clients.ssm.getParameter({ Name: name }),
  ])
  const imageId = image.Parameter?.Value
  if (!imageId) throw new Refused('NoImage', `AWS has no public parameter ${name} in ${wanted.region}.`)
  return {
    account: identity.account,
    partition: identity.partition,
    region: wanted.region,
    zones: (zones.AvailabilityZones ?? []).flatMap((zone) => zone.ZoneName ?? []).sort(),
    imageId,
    tls: wanted.tls,
  }
}

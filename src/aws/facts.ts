import { Refused } from '../engine/errors.ts'
import type { Clients } from './clients.ts'

/** What a blueprint must know of the account before it can draw. Read once, a value like any other. */
export interface Facts {
  readonly account: string
  readonly partition: string
  readonly region: string
  /** The region's zones as this account sees them, sorted by name. */
  readonly zones: readonly string[]
  /** The current Amazon Linux 2023 images, of the architectures that are wanted. */
  readonly images: Readonly<Partial<Record<Architecture, string>>>
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

export type Architecture = 'arm64' | 'x86_64'

/** Graviton families carry a `g` after the generation: t4g, m7gd, c8g. */
export const architectureOf = (instanceType: string): Architecture =>
  /^[a-z]+\d+g/.test(instanceType) ? 'arm64' : 'x86_64'

/** The image that an instance of this type boots. */
export function imageFor({ images, region }: Facts, instanceType: string): string {
  const architecture = architectureOf(instanceType)
  const image = images[architecture]
  if (image === undefined)
    throw new Refused('NoImage', `AWS has no Amazon Linux image for ${architecture} in ${region}.`)
  return image
}

/** IAM actions of `readFacts`. Who one is may be asked by everybody. */
export const FACTS_ACTIONS: readonly string[] = ['ec2:DescribeAvailabilityZones', 'ssm:GetParameters']

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-'

/** Reads the facts: two calls, at once. */
export async function readFacts(
  clients: Clients,
  identity: Identity,
  wanted: { readonly region: string; readonly instanceTypes: readonly string[]; readonly tls: boolean },
): Promise<Facts> {
  const architectures = [...new Set(wanted.instanceTypes.map(architectureOf))]
  const [zones, { Parameters }] = await Promise.all([
    // Whatever their state: subnets must not move because a zone has a bad day.
    clients.ec2.describeAvailabilityZones({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] }),
    clients.ssm.getParameters({ Names: architectures.map((architecture) => `${PARAMETER}${architecture}`) }),
  ])
  const images = (Parameters ?? []).map(({ Name = '', Value = '' }) => [Name.slice(PARAMETER.length), Value] as const)
  return {
    account: identity.account,
    partition: identity.partition,
    region: wanted.region,
    zones: (zones.AvailabilityZones ?? []).flatMap((zone) => zone.ZoneName ?? []).sort(),
    images: Object.fromEntries(images),
    tls: wanted.tls,
  }
}

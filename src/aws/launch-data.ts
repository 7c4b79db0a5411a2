import type {
  _InstanceType,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
  VolumeType,
} from '@aws-sdk/client-ec2'
import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { ADDRESS, toPairs, toRecord } from './ownership.ts'

/** What a launch template says of the instances, in our words. */
export interface LaunchSettings {
  /** Initial: the template that lives is the pin, so that a new image does not make every plan differ. */
  readonly imageId: string
  readonly instanceType: string
  readonly instanceProfileArn: string
  readonly securityGroupIds: readonly string[]
  readonly publicIp: boolean
  readonly detailedMonitoring: boolean
  readonly metadata: { readonly httpTokens: 'required' | 'optional'; readonly hopLimit: number }
  readonly rootVolume: {
    readonly device: string
    readonly type: string
    readonly sizeGb: number
    readonly encrypted: boolean
  }
  /** The script itself, not base64. */
  readonly userData: string
}

type Tags = Readonly<Record<string, string>>

/** The tags of what is launched: the stack's, but never an address, for what AWS makes from ours has none. */
export function launched(ctx: Ctx, address: Address): Tags {
  const { [ADDRESS]: _, ...tags } = ctx.tags(address)
  return tags
}

/** What is tagged when an instance is launched. */
const LAUNCHED = ['instance', 'volume'] as const

/** `tags` are those of what is launched. User data has to be base64 (aws-behaviours.md 2.2). */
export const toData = (settings: LaunchSettings, tags: Tags): RequestLaunchTemplateData => ({
  ImageId: settings.imageId,
  InstanceType: settings.instanceType as _InstanceType,
  IamInstanceProfile: { Arn: settings.instanceProfileArn },
  Monitoring: { Enabled: settings.detailedMonitoring },
  MetadataOptions: {
    HttpEndpoint: 'enabled',
    HttpTokens: settings.metadata.httpTokens,
    HttpPutResponseHopLimit: settings.metadata.hopLimit,
  },
  // Groups on the interface, not on the instance: only there a public address can be said, and AWS takes one or the other.
  NetworkInterfaces: [
    {
      DeviceIndex: 0,
      AssociatePublicIpAddress: settings.publicIp,
      Groups: [...settings.securityGroupIds],
      DeleteOnTermination: true,
    },
  ],
  BlockDeviceMappings: [
    {
      DeviceName: settings.rootVolume.device,
      Ebs: {
        VolumeType: settings.rootVolume.type as VolumeType,
        VolumeSize: settings.rootVolume.sizeGb,
        Encrypted: settings.rootVolume.encrypted,
        DeleteOnTermination: true,
      },
    },
  ],
  UserData: Buffer.from(settings.userData).toString('base64'),
  TagSpecifications: LAUNCHED.map((ResourceType) => ({ ResourceType, Tags: toPairs(tags) })),
})

export function fromData(data: ResponseLaunchTemplateData): LaunchSettings {
  const nic = data.NetworkInterfaces?.[0]
  const disk = data.BlockDeviceMappings?.[0]
  return {
    imageId: data.ImageId ?? '',
    instanceType: data.InstanceType ?? '',
    instanceProfileArn: data.IamInstanceProfile?.Arn ?? '',
    securityGroupIds: [...(nic?.Groups ?? data.SecurityGroupIds ?? [])].sort(),
    publicIp: nic?.AssociatePublicIpAddress ?? false,
    detailedMonitoring: data.Monitoring?.Enabled ?? false,
    metadata: metadataFrom(data),
    rootVolume: {
      device: disk?.DeviceName ?? '',
      type: disk?.Ebs?.VolumeType ?? '',
      sizeGb: disk?.Ebs?.VolumeSize ?? 0,
      encrypted: disk?.Ebs?.Encrypted ?? false,
    },
    userData: Buffer.from(data.UserData ?? '', 'base64').toString(),
  }
}

const metadataFrom = ({ MetadataOptions }: ResponseLaunchTemplateData): LaunchSettings['metadata'] => ({
  httpTokens: MetadataOptions?.HttpTokens ?? 'optional',
  hopLimit: MetadataOptions?.HttpPutResponseHopLimit ?? 1,
})

/** Which of these tags an instance or its volumes would be launched without. */
export function notLaunched(data: ResponseLaunchTemplateData, tags: Tags): ReadonlySet<string> {
  const given = launchedTags(data)
  const missing = Object.entries(tags).filter(([key, value]) => given.some((have) => have[key] !== value))
  return new Set(missing.map(([key]) => key))
}

/** Those of these names that an instance or its volumes would still be launched with. */
export function stillLaunched(data: ResponseLaunchTemplateData, keys: readonly string[]): Tags {
  const given = launchedTags(data).flatMap((tags) => Object.entries(tags))
  return Object.fromEntries(given.filter(([key]) => keys.includes(key)))
}

const launchedTags = ({ TagSpecifications = [] }: ResponseLaunchTemplateData): readonly Tags[] =>
  LAUNCHED.map((kind) => toRecord(TagSpecifications.find(({ ResourceType }) => ResourceType === kind)?.Tags))

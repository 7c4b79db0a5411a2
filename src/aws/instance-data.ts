import type { Instance } from '@aws-sdk/client-ec2'
import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { isInterrupted } from './instance-changes.ts'
import { type Root, stateOf } from './instances.ts'
import { type LaunchSettings, launched } from './launch-data.ts'
import { toRecord } from './ownership.ts'

type Tags = Readonly<Record<string, string>>
type Wanted = { readonly publicIp?: unknown; readonly rootVolume?: unknown } | null | undefined

/** What a listing of instances tells by itself, in our words. */
export const settingsIn = (item: Instance) => ({
  imageId: item.ImageId ?? '',
  subnetId: item.SubnetId ?? '',
  // One that nobody came to start again is not the instance that was asked for.
  instanceType: `${item.InstanceType ?? ''}${isInterrupted(item) ? ', stopped by a change that was interrupted' : ''}`,
  instanceProfileArn: item.IamInstanceProfile?.Arn ?? '',
  securityGroupIds: groupsIn(item),
  detailedMonitoring: ['enabled', 'pending'].includes(item.Monitoring?.State ?? ''),
  metadata: {
    httpTokens: item.MetadataOptions?.HttpTokens ?? ('optional' as const),
    hopLimit: item.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
  },
})

/** An instance's groups are those of its first interface; moto keeps the two apart. */
function groupsIn({ NetworkInterfaces = [], SecurityGroups = [] }: Instance): readonly string[] {
  const first = NetworkInterfaces.find(({ Attachment }) => Attachment?.DeviceIndex === 0)
  return (first?.Groups ?? SecurityGroups).flatMap(({ GroupId }) => GroupId ?? []).sort()
}

/** Only a running one shows whether it has a public address: until then it is taken as wanted. */
export const publicIn = (item: Instance, wanted: Wanted): boolean =>
  stateOf(item) !== 'running' && typeof wanted?.publicIp === 'boolean'
    ? wanted.publicIp
    : item.PublicIpAddress !== undefined

/** Its root volume; as wanted while AWS does not show it yet. */
export function diskIn(root: Root | undefined, wanted: Wanted): LaunchSettings['rootVolume'] {
  const hidden = { device: '', type: '', sizeGb: 0, encrypted: false }
  if (!root) return (wanted?.rootVolume ?? hidden) as LaunchSettings['rootVolume']
  const { VolumeType = '', Size = 0, Encrypted = false } = root.volume
  return { device: root.device, type: VolumeType, sizeGb: Size, encrypted: Encrypted }
}

/**
 * The instance's own. A tag that its volume lacks counts as lacking on it, and one given up that the volume still has
 * as there: so that it is seen and put right.
 */
export function tagsIn(ctx: Ctx, item: Instance, root: Root | undefined, address: Address): Tags {
  const own = toRecord(item.Tags)
  if (!root) return own
  const volume = toRecord(root.volume.Tags)
  const wanted = launched(ctx, address)
  const kept = Object.entries(own).filter(([key]) => !(key in wanted) || volume[key] === wanted[key])
  const old = Object.entries(volume).filter(([key]) => ctx.retired.includes(key))
  return Object.fromEntries([...old, ...kept])
}

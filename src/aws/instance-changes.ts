import type { Instance } from '@aws-sdk/client-ec2'
import { Failed } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { rootVolumeId, stateOf, untilInstance } from './instances.ts'
import { type LaunchSettings, launched } from './launch-data.ts'
import { tagEc2, toPairs } from './ownership.ts'
import { FRESH_EC2 } from './passing.ts'
import { required } from './required.ts'
import { type Passing, patiently, until } from './wait.ts'

/** In place, on the first interface: an instance with several takes no groups of its own (aws-behaviours.md 2.3). */
export async function changeGroups(ctx: Ctx, item: Instance, groups: readonly string[]): Promise<void> {
  const nic = item.NetworkInterfaces?.find(({ Attachment }) => Attachment?.DeviceIndex === 0)
  const NetworkInterfaceId = required(nic?.NetworkInterfaceId, 'DescribeInstances', 'NetworkInterfaceId')
  await patiently(ctx, [FRESH_EC2], () =>
    ctx.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [...groups] }),
  )
}

export async function changeMonitoring(ctx: Ctx, id: string, detailed: boolean): Promise<void> {
  const input = { InstanceIds: [id] }
  await (detailed ? ctx.ec2.monitorInstances(input) : ctx.ec2.unmonitorInstances(input))
}

/** Pending until the host has taken it. The endpoint is named because moto forgets what is not. */
export async function changeMetadata(ctx: Ctx, id: string, want: LaunchSettings['metadata']): Promise<void> {
  const { httpTokens, hopLimit } = want
  const options = { HttpEndpoint: 'enabled', HttpTokens: httpTokens, HttpPutResponseHopLimit: hopLimit } as const
  await ctx.ec2.modifyInstanceMetadataOptions({ InstanceId: id, ...options })
  await untilInstance(ctx, id, 'the metadata options to be applied', ({ MetadataOptions }) => {
    return MetadataOptions?.State !== 'pending'
  })
}

type Disk = LaunchSettings['rootVolume']

/**
 * A volume grows and changes its type while it is used. It does not shrink, so a larger one serves as well, and that
 * the file system does not grow with it until the next boot is no harm. AWS neither encrypts it nor moves its device.
 */
export const diskServes = (want: Disk, have: Disk): boolean =>
  isSameDisk(want, have) && want.type === have.type && have.sizeGb >= want.sizeGb

/** An account may encrypt every volume by default, asked or not. */
const isSameDisk = (want: Disk, have: Disk): boolean =>
  want.device === have.device && (have.encrypted || !want.encrypted)

export async function changeDisk(ctx: Ctx, item: Instance, want: Disk, have: Disk): Promise<void> {
  if (!isSameDisk(want, have)) throw fixed(item.InstanceId ?? '', want, have)
  const VolumeId = required(rootVolumeId(item), 'DescribeInstances', 'VolumeId')
  const Size = Math.max(want.sizeGb, have.sizeGb)
  await ctx.ec2.modifyVolume({ VolumeId, Size, VolumeType: want.type as 'gp3' })
  // At `optimizing` it has its new size and type; that state itself may last for hours.
  await until(ctx, { what: 'the root volume to be changed', every: 5, timeout: 600 }, async () => {
    const { VolumesModifications = [] } = await ctx.ec2.describeVolumesModifications({ VolumeIds: [VolumeId] })
    const last = VolumesModifications.toSorted((a, b) => time(b.StartTime) - time(a.StartTime))[0]
    if (last?.ModificationState === 'failed')
      throw new Failed('VolumeFailed', `AWS could not change ${VolumeId}: ${last.StatusMessage ?? 'no reason given'}`)
    return last?.ModificationState === 'modifying' ? undefined : true
  })
}

const time = (at: Date | undefined): number => at?.getTime() ?? 0

const fixed = (id: string, want: Disk, have: Disk): Failed =>
  new Failed(
    'Unchangeable',
    want.device === have.device
      ? `The root volume of ${id} is not encrypted, and AWS cannot encrypt it afterwards.`
      : `The root volume of ${id} is ${have.device}, not ${want.device}, and AWS cannot change that afterwards.`,
    { hint: 'Terminate the instance (nothing of the stack is kept on it), then run the same command again.' },
  )

/** One attribute a call (aws-behaviours.md 2.3). User data by its name, because moto takes no other form of it. */
export async function changeBoot(
  ctx: Ctx,
  { InstanceId, InstanceType }: Instance,
  want: Pick<LaunchSettings, 'instanceType' | 'userData'>,
  script: boolean,
): Promise<void> {
  if (InstanceType !== want.instanceType)
    await ctx.ec2.modifyInstanceAttribute({ InstanceId, InstanceType: { Value: want.instanceType } })
  if (!script) return
  const Value = Buffer.from(want.userData).toString('base64')
  await ctx.ec2.modifyInstanceAttribute({ InstanceId, Attribute: 'userData', Value })
}

/** Our tags on it; without the address on its root volume and its interfaces, which go with it. */
export async function tagInstance(ctx: Ctx, item: Instance, address: Address): Promise<void> {
  await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, item.InstanceId ?? '', address))
  const nics = (item.NetworkInterfaces ?? []).filter(({ Attachment }) => Attachment?.DeleteOnTermination)
  const Resources = [rootVolumeId(item) ?? [], ...nics.map((nic) => nic.NetworkInterfaceId ?? [])].flat()
  if (Resources.length === 0) return
  if (ctx.retired.length > 0) await ctx.ec2.deleteTags({ Resources, Tags: ctx.retired.map((Key) => ({ Key })) })
  await ctx.ec2.createTags({ Resources, Tags: toPairs(launched(ctx, address)) })
}

/** Says that we stopped it ourselves and are going to start it again. */
const RESTART = 'ecom-infra:restart'

/** Stopped by a run of ours that did not come to start it again. */
export const isInterrupted = (item: Instance): boolean =>
  ['stopping', 'stopped'].includes(stateOf(item)) && (item.Tags ?? []).some(({ Key }) => Key === RESTART)

/** A type that was just changed is not known everywhere yet. */
const LAUNCH_PLAN: Passing = {
  codes: ['InvalidParameterValue'],
  says: ['launchplan instance type does not match'],
  seconds: 300,
  what: 'the new instance type to be known everywhere',
}

/**
 * Stops it, changes it, and starts it again. That it is ours to start is written on it first, so that a run that
 * dies between leaves no server behind that nobody starts. One that somebody else has stopped stays so.
 */
export async function whileStopped(ctx: Ctx, item: Instance, change: () => Promise<void>): Promise<void> {
  const id = item.InstanceId ?? ''
  const restart = isInterrupted(item) || ['pending', 'running'].includes(stateOf(item))
  if (stateOf(item) === 'pending') await untilInstance(ctx, id, 'the instance to run', isIn('running'))
  if (['pending', 'running'].includes(stateOf(item))) await stop(ctx, id)
  await untilInstance(ctx, id, 'the instance to stop', isIn('stopped'))
  try {
    await change()
  } finally {
    // A change that AWS refuses is no reason to leave it down.
    if (restart) await start(ctx, id)
  }
}

async function start(ctx: Ctx, id: string): Promise<void> {
  await patiently(ctx, [LAUNCH_PLAN], () => ctx.ec2.startInstances({ InstanceIds: [id] }))
  await untilInstance(ctx, id, 'the instance to run again', isIn('running'))
  await unmark(ctx, id)
}

const isIn = (state: string) => (item: Instance) => stateOf(item) === state

async function stop(ctx: Ctx, id: string): Promise<void> {
  ctx.note('stopping the instance: AWS changes its type and its user data only then')
  await ctx.ec2.createTags({ Resources: [id], Tags: [{ Key: RESTART, Value: 'yes' }] })
  try {
    await ctx.ec2.stopInstances({ InstanceIds: [id] })
  } catch (error) {
    await unlessGone(unmark(ctx, id))
    throw error
  }
}

const unmark = (ctx: Ctx, id: string) => ctx.ec2.deleteTags({ Resources: [id], Tags: [{ Key: RESTART }] })

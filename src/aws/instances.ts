import type { Filter, Instance, InstanceStatus, Volume } from '@aws-sdk/client-ec2'
import { Failed } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { ADDRESS, all, claim, oursFilter, toRecord } from './ownership.ts'
import { until } from './wait.ts'

/** The others are over, though AWS shows them for an hour, and their tags and volumes fade (aws-behaviours.md 2.3). */
const LIVING = ['pending', 'running', 'stopping', 'stopped']

export const stateOf = ({ State }: Instance): string => State?.Name ?? 'unknown'

async function list(ctx: Ctx, Filters: Filter[]): Promise<readonly Instance[]> {
  const reservations = await all(ctx.ec2.paginateDescribeInstances({ Filters }), (page) => page.Reservations)
  return reservations.flatMap(({ Instances }) => Instances ?? [])
}

const living = async (ctx: Ctx, filter: Filter[]): Promise<readonly Instance[]> =>
  (await list(ctx, [...filter, { Name: 'instance-state-name', Values: LIVING }])).filter((item) =>
    LIVING.includes(stateOf(item)),
  )

/** Those of the stack that have an address: what a group launches has the stack's tag alone, and is its business. */
const ours = (ctx: Ctx): Promise<readonly Instance[]> =>
  ctx.memo('ec2:instances', () => living(ctx, [...oursFilter(ctx), { Name: 'tag-key', Values: [ADDRESS] }]))

/** Ours, and what the tags did not show: by the remembered id, and by the token of a creation that was not confirmed. */
export async function instancesFor(ctx: Ctx, asked: readonly Asked[]): Promise<readonly Instance[]> {
  const seen = [...(await ours(ctx))]
  const ids = asked.flatMap(({ id }) => (id === null || seen.some((item) => item.InstanceId === id) ? [] : id))
  if (ids.length > 0) seen.push(...(await living(ctx, [{ Name: 'instance-id', Values: ids }])))
  const tokens = asked.flatMap(({ token }) => token ?? [])
  const announced = await byToken(ctx, tokens)
  return [...seen, ...announced.filter(({ InstanceId }) => !seen.some((item) => item.InstanceId === InstanceId))]
}

/** Stock moto has no such filter; there the tags of what was made show at once. */
async function byToken(ctx: Ctx, tokens: readonly string[]): Promise<readonly Instance[]> {
  if (tokens.length === 0) return []
  try {
    return await living(ctx, [{ Name: 'client-token', Values: [...tokens] }])
  } catch (error) {
    if (!isLacking(error)) throw error
    return []
  }
}

/** Whose it is: what was made with our token is ours, even while its tags do not show. */
export function claimInstance(
  ctx: Ctx,
  item: Instance,
  asked: readonly Asked[],
): { readonly address: Address; readonly ours: boolean } {
  const told = asked.find(({ token }) => token !== null && token === item.ClientToken)
  return told ? { address: told.address, ours: true } : claim(ctx, item.InstanceId ?? '', toRecord(item.Tags), asked)
}

/** Whatever its state; a filter, because a missing id in an id list fails the call. */
export const instanceNamed = async (ctx: Ctx, id: string): Promise<Instance | undefined> =>
  (await list(ctx, [{ Name: 'instance-id', Values: [id] }])).find((item) => item.InstanceId === id)

/** Looks until the instance is as wanted. One that is over ends the wait with AWS's reason. */
export async function untilInstance(
  ctx: Ctx,
  id: string,
  what: string,
  is: (item: Instance) => boolean,
): Promise<Instance> {
  return until(ctx, { what, every: 3, timeout: 600 }, async () => {
    const item = await instanceNamed(ctx, id)
    if (item && !LIVING.includes(stateOf(item))) throw over(item)
    return item && is(item) ? item : undefined
  })
}

/** The name of the root device is the image's own. Stock moto does not know the device of an unknown image. */
const rootOf = ({ BlockDeviceMappings = [], RootDeviceName }: Instance) =>
  BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName) ?? BlockDeviceMappings[0]

export interface Root {
  readonly device: string
  readonly volume: Volume
}

export const rootVolumeId = (item: Instance): string | undefined => rootOf(item)?.Ebs?.VolumeId

/** The root volumes of these instances by their ids, in one call. One that AWS does not show yet is left out. */
export async function rootsOf(ctx: Ctx, instances: readonly Instance[]): Promise<ReadonlyMap<string, Root>> {
  const Values = instances.flatMap((item) => rootVolumeId(item) ?? [])
  if (Values.length === 0) return new Map()
  const Filters = [{ Name: 'volume-id', Values }]
  const volumes = await all(ctx.ec2.paginateDescribeVolumes({ Filters }), (page) => page.Volumes)
  const pairs = instances.flatMap((item): [string, Root][] => {
    const volume = volumes.find(({ VolumeId }) => VolumeId !== undefined && VolumeId === rootVolumeId(item))
    return volume ? [[item.InstanceId ?? '', { device: rootOf(item)?.DeviceName ?? '', volume }]] : []
  })
  return new Map(pairs)
}

/** Running, and past both status checks: `running` alone does not mean booted (aws-behaviours.md 2.3). */
export const isWell = ({ InstanceState, InstanceStatus: own, SystemStatus }: InstanceStatus): boolean =>
  InstanceState?.Name === 'running' && own?.Status === 'ok' && SystemStatus?.Status === 'ok'

/** Waits until it is well. One that has ended, or stands still, never will be: that ends the wait with AWS's reason. */
export async function allWell(ctx: Ctx, id: string, timeout: number): Promise<void> {
  await until(ctx, { what: 'the instance to pass its status checks', every: 10, timeout }, async () => {
    const status = (await statuses(ctx, [id]))[0]
    const state = status?.InstanceState?.Name
    if (state !== undefined && !['pending', 'running'].includes(state))
      throw over((await instanceNamed(ctx, id)) ?? { InstanceId: id, State: { Name: state } })
    return status && isWell(status) ? true : undefined
  })
}

async function statuses(ctx: Ctx, InstanceIds: string[]): Promise<readonly InstanceStatus[]> {
  const answer = await unlessGone(ctx.ec2.describeInstanceStatus({ InstanceIds, IncludeAllInstances: true }))
  return answer?.InstanceStatuses ?? []
}

/** The status of one, out of one call for all of ours. */
export async function statusOf(ctx: Ctx, id: string): Promise<InstanceStatus | undefined> {
  const answer = await ctx.memo('ec2:instance-status', async () => {
    const ids = (await ours(ctx)).flatMap(({ InstanceId }) => InstanceId ?? [])
    return statuses(ctx, [...new Set([...ids, id])])
  })
  return answer.find(({ InstanceId }) => InstanceId === id)
}

/** Its interfaces block the deletion of subnet and groups until AWS has taken them away, after the instance. */
export async function interfacesGone(ctx: Ctx, { NetworkInterfaces = [] }: Instance): Promise<void> {
  const Values = NetworkInterfaces.flatMap(({ Attachment, NetworkInterfaceId }) =>
    Attachment?.DeleteOnTermination && NetworkInterfaceId ? [NetworkInterfaceId] : [],
  )
  if (Values.length === 0) return
  const Filters = [{ Name: 'network-interface-id', Values }]
  await until(ctx, { what: 'its network interface to be gone', every: 5, timeout: 600 }, async () => {
    const { NetworkInterfaces: left = [] } = await ctx.ec2.describeNetworkInterfaces({ Filters })
    return left.length === 0 ? true : undefined
  })
}

/** The answer to a launch that cannot succeed comes long after the call that asked for it was answered well. */
function over(item: Instance): Failed {
  const { Code = '', Message = 'AWS gives no reason' } = item.StateReason ?? {}
  const reason = Message.startsWith(Code) ? Message : `${Code}: ${Message}`
  return new Failed('InstanceFailed', `The instance ${item.InstanceId} is ${stateOf(item)}: ${reason}`, {
    hint: 'Cure the reason that AWS gives, then run the same command again.',
  })
}

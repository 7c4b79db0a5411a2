import type { MountTargetDescription } from '@aws-sdk/client-efs'
import type { Ctx } from '../../aws/ctx.ts'
import { EFS_BUSY, efsActions, mountTargets, ownFileSystems } from '../../aws/efs.ts'
import { unlessGone } from '../../aws/failure.ts'
import { interfaceGroups } from '../../aws/interfaces.ts'
import { required } from '../../aws/required.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import { Failed } from '../../engine/errors.ts'
import { type Address, UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface MountTargetSpec {
  readonly fileSystemId: string
  readonly subnetId: string
  readonly securityGroupIds: readonly string[]
}

export interface MountTargetOut {
  readonly id: string
  /** AWS's own interface in our subnet: it carries the groups, and stands in their way until it is gone. */
  readonly networkInterfaceId: string | null
}

/** aws-behaviours.md 5.7. A child of its file system: it takes no tags. */
export const mountTarget: ResourceType<MountTargetSpec, MountTargetOut, Ctx> = {
  type: 'efs:mount-target',
  parents: ['efs:file-system', 'ec2:subnet'],
  fields: { fileSystemId: 'immutable', subnetId: 'immutable', securityGroupIds: 'mutable' },
  same: { securityGroupIds: asSet },
  holds: ['securityGroupIds'],
  about: {
    // One a zone: a second one is refused with MountTargetConflict.
    identity: 'name',
    usable: 'ready',
    seconds: { create: 80, delete: 60 },
    timeout: 1_800,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [...efsActions('DescribeFileSystems', 'DescribeMountTargets'), 'ec2:DescribeNetworkInterfaces'],
      create: [
        ...efsActions('CreateMountTarget', 'DescribeMountTargets'),
        // AWS makes the interface with the caller's own rights.
        ...['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces', 'ec2:CreateNetworkInterface'],
        'iam:CreateServiceLinkedRole',
      ],
      sync: [...efsActions('ModifyMountTargetSecurityGroups'), 'ec2:ModifyNetworkInterfaceAttribute'],
      destroy: [
        ...efsActions('DeleteMountTarget', 'DescribeMountTargets'),
        ...['ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'],
      ],
    },
  },

  async read(ctx, asked) {
    const parents = new Set([...(await ownFileSystems(ctx)).map((item) => item.FileSystemId ?? ''), ...wantedOn(asked)])
    const listed = (await Promise.all([...parents].map((id) => mountTargets(ctx, id)))).flat()
    const there = listed.filter(({ LifeCycleState }) => LifeCycleState !== 'deleted')
    // EFS tells the groups of one target at a time; their interfaces tell those of all in one call.
    const ids = there.flatMap(({ NetworkInterfaceId }) => NetworkInterfaceId ?? [])
    const groups = await interfaceGroups(ctx, ids)
    return there.map((item) => describe(item, groups, asked))
  },

  async create(ctx, _address, { fileSystemId, subnetId, securityGroupIds }) {
    const input = { FileSystemId: fileSystemId, SubnetId: subnetId, SecurityGroups: [...securityGroupIds] }
    const made = await patiently(ctx, [EFS_BUSY, FRESH_GROUND], () => ctx.efs.createMountTarget(input))
    // Two that are made in one zone at the same moment may both be answered with the first.
    if (made.SubnetId !== undefined && made.SubnetId !== subnetId) throw elsewhere(subnetId, made)
    return required(made.MountTargetId, 'CreateMountTarget', 'MountTargetId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the mount target to become available', every: 10, timeout: mountTarget.about.timeout }
    await until(ctx, patience, async () => {
      const now = await one(ctx, id)
      const state = now?.LifeCycleState
      if (state !== undefined && ['error', 'deleting', 'deleted'].includes(state)) throw broken(id, state)
      return state === 'available' ? now : undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    if (!changed.has('securityGroupIds')) return
    const input = { MountTargetId: live.id, SecurityGroups: [...spec.securityGroupIds] }
    await patiently(ctx, [FRESH_GROUND], () => ctx.efs.modifyMountTargetSecurityGroups(input))
  },

  async destroy(ctx, live) {
    await patiently(ctx, [SLOW_NETWORK], () => unlessGone(ctx.efs.deleteMountTarget({ MountTargetId: live.id })))
    await until(ctx, { what: 'the mount target to be gone', every: 10, timeout: 600 }, async () => {
      const now = await one(ctx, live.id)
      return now === undefined || now.LifeCycleState === 'deleted' ? true : undefined
    })
    const { networkInterfaceId } = live.out
    if (networkInterfaceId === null) return
    // Its groups and its subnet cannot be deleted before.
    await until(ctx, { what: "the mount target's network interface to be gone", every: 5, timeout: 600 }, async () =>
      (await interfaceGroups(ctx, [networkInterfaceId])).size === 0 ? true : undefined,
    )
  },

  async health(ctx, live): Promise<Health> {
    const now = (await mountTargets(ctx, live.spec.fileSystemId)).find(({ MountTargetId }) => MountTargetId === live.id)
    const state = now?.LifeCycleState
    if (state === 'available' || state === 'updating') return { state: 'healthy', detail: state }
    return { state: state === 'creating' ? 'unknown' : 'unhealthy', detail: state ?? 'not found' }
  },
}

/** A subnet or group that was made a moment ago and is not known to EFS yet. */
const FRESH_GROUND: Passing = {
  codes: ['SubnetNotFound', 'SecurityGroupNotFound'],
  seconds: 300,
  what: 'a new subnet or security group to be known to EFS',
}

/** EFS did not get an answer from the network in time; the same call goes on. */
const SLOW_NETWORK: Passing = { codes: ['DependencyTimeout'], seconds: 600, what: 'EFS to reach the network' }

const one = async (ctx: Ctx, MountTargetId: string): Promise<MountTargetDescription | undefined> =>
  (await unlessGone(ctx.efs.describeMountTargets({ MountTargetId })))?.MountTargets?.find(
    (item) => item.MountTargetId === MountTargetId,
  )

const broken = (id: string, state: string): Failed =>
  new Failed('MountTargetFailed', `The mount target ${id} is in state ${state}.`, {
    hint: 'Run the same command again: it puts a new one in its place.',
  })

const elsewhere = (subnetId: string, { MountTargetId, SubnetId }: MountTargetDescription): Failed =>
  new Failed('MountTargetConflict', `The zone of ${subnetId} has a mount target: ${MountTargetId} in ${SubnetId}.`, {
    ...{ action: 'elasticfilesystem:CreateMountTarget', awsCode: 'MountTargetConflict' },
    hint: 'A file system has one mount target a zone. Delete that one, then run the same command again.',
  })

const wishOf = ({ spec }: Asked): Partial<MountTargetSpec> => (spec ?? {}) as Partial<MountTargetSpec>

/** File systems that ours are to stand on: one whose tags a stranger took is still theirs. */
const wantedOn = (asked: readonly Asked[]): readonly string[] =>
  asked.flatMap((each) => wishOf(each).fileSystemId ?? []).filter((id) => id !== UNKNOWN)

/**
 * What stands on a file system of ours is ours: it takes no tags, and the file system cannot be deleted while it stands.
 * Its address is that of who remembers it, or wants it in this subnet of this file system.
 */
function describe(
  item: MountTargetDescription,
  groups: ReadonlyMap<string, readonly string[]>,
  asked: readonly Asked[],
): Found<MountTargetSpec, MountTargetOut> {
  const id = required(item.MountTargetId, 'DescribeMountTargets', 'MountTargetId')
  const [fileSystemId, subnetId] = [item.FileSystemId ?? '', item.SubnetId ?? '']
  const asker =
    asked.find((each) => each.id === id) ??
    asked.find((each) => wishOf(each).fileSystemId === fileSystemId && wishOf(each).subnetId === subnetId)
  const networkInterfaceId = item.NetworkInterfaceId ?? null
  // One that is being made may have no interface yet: that is no difference.
  const securityGroupIds = groups.get(networkInterfaceId ?? '') ?? (asker && wishOf(asker).securityGroupIds) ?? []
  const failed = failureOf(item)
  return {
    address: asker?.address ?? (`unknown/${id}` satisfies Address),
    id,
    ours: true,
    spec: { fileSystemId, subnetId, securityGroupIds },
    tags: null,
    out: { id, networkInterfaceId },
    ...(failed === null ? {} : { failed }),
  }
}

/** One that is being deleted counts as failed, not as absent: until it is gone, its zone takes no other. */
function failureOf({ LifeCycleState }: MountTargetDescription): string | null {
  if (LifeCycleState === 'deleting') return 'it is being deleted'
  return LifeCycleState === 'error' ? 'its state is error' : null
}

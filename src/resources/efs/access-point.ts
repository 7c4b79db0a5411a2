import type { AccessPointDescription } from '@aws-sdk/client-efs'
import type { Ctx } from '../../aws/ctx.ts'
import { accessPoints, claimByToken, concerns, EFS_BUSY, efsActions, isLeaving, tagEfs } from '../../aws/efs.ts'
import { unlessGone } from '../../aws/failure.ts'
import { toPairs, toRecord } from '../../aws/ownership.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface AccessPointSpec {
  readonly fileSystemId: string
  readonly path: string
  /** Made with the first mount when it is not there yet. */
  readonly owner: { readonly uid: number; readonly gid: number; readonly permissions: string }
  /** Everybody who comes in this way acts as this user; null: as who they are. */
  readonly posixUser: { readonly uid: number; readonly gid: number } | null
}

export interface AccessPointOut {
  readonly id: string
  readonly arn: string
}

/** aws-behaviours.md 5.7. The directory behind it is data of the file system, and stays there. */
export const accessPoint: ResourceType<AccessPointSpec, AccessPointOut, Ctx> = {
  type: 'efs:access-point',
  fields: { fileSystemId: 'immutable', path: 'immutable', owner: 'immutable', posixUser: 'immutable' },
  about: {
    identity: 'token',
    // Who mounts it finds nothing before.
    usable: 'ready',
    seconds: { create: 5, delete: 5 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: efsActions('DescribeAccessPoints'),
      create: efsActions('CreateAccessPoint', 'TagResource', 'DescribeAccessPoints'),
      sync: efsActions('TagResource', 'UntagResource'),
      destroy: efsActions('DeleteAccessPoint', 'DescribeAccessPoints'),
    },
  },

  async read(ctx, asked) {
    const mine = (await accessPoints(ctx)).filter((item) => !isLeaving(item) && concerns(ctx, identityOf(item), asked))
    return mine.map((item) => describe(ctx, item, asked))
  },

  async create(ctx, address, { fileSystemId, path, owner, posixUser }, token) {
    const input = {
      ClientToken: token,
      FileSystemId: fileSystemId,
      RootDirectory: {
        Path: path,
        CreationInfo: { OwnerUid: owner.uid, OwnerGid: owner.gid, Permissions: owner.permissions },
      },
      ...(posixUser === null ? {} : { PosixUser: { Uid: posixUser.uid, Gid: posixUser.gid } }),
      Tags: toPairs(ctx.tags(address)),
    }
    const made = await patiently(ctx, [EFS_BUSY], () => ctx.efs.createAccessPoint(input))
    return required(made.AccessPointId, 'CreateAccessPoint', 'AccessPointId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the access point to become available', every: 3, timeout: accessPoint.about.timeout }
    await until(ctx, patience, async () => {
      const now = await one(ctx, id)
      if (now && (now.LifeCycleState === 'error' || isLeaving(now))) throw broken(id, now.LifeCycleState)
      return now?.LifeCycleState === 'available' ? now : undefined
    })
  },

  async sync(ctx, _spec, live, changed) {
    if (changed.has('tags')) await tagEfs(ctx, live.id, live.address)
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.efs.deleteAccessPoint({ AccessPointId: live.id }))
    await until(ctx, { what: 'the access point to be gone', every: 3, timeout: 600 }, async () => {
      const now = await one(ctx, live.id)
      return now === undefined || now.LifeCycleState === 'deleted' ? true : undefined
    })
  },
}

const one = async (ctx: Ctx, AccessPointId: string): Promise<AccessPointDescription | undefined> =>
  (await unlessGone(ctx.efs.describeAccessPoints({ AccessPointId })))?.AccessPoints?.find(
    (item) => item.AccessPointId === AccessPointId,
  )

const broken = (id: string, state: string | undefined): Failed =>
  new Failed('AccessPointFailed', `The access point ${id} is in state ${state}.`, {
    hint: 'Run the same command again: it puts a new one in its place.',
  })

const identityOf = (item: AccessPointDescription) => ({
  id: required(item.AccessPointId, 'DescribeAccessPoints', 'AccessPointId'),
  token: item.ClientToken,
  tags: toRecord(item.Tags),
})

function describe(
  ctx: Ctx,
  item: AccessPointDescription,
  asked: readonly Asked[],
): Found<AccessPointSpec, AccessPointOut> {
  const identity = identityOf(item)
  const { id, tags } = identity
  const { Path = '/', CreationInfo } = item.RootDirectory ?? {}
  const { Uid, Gid } = item.PosixUser ?? {}
  const spec: AccessPointSpec = {
    fileSystemId: item.FileSystemId ?? '',
    path: Path,
    owner: {
      uid: CreationInfo?.OwnerUid ?? -1,
      gid: CreationInfo?.OwnerGid ?? -1,
      permissions: CreationInfo?.Permissions ?? '',
    },
    posixUser: Uid === undefined || Gid === undefined ? null : { uid: Uid, gid: Gid },
  }
  const arn = required(item.AccessPointArn, 'DescribeAccessPoints', 'AccessPointArn')
  const failed = item.LifeCycleState === 'error' ? { failed: 'its state is error' } : {}
  return { ...claimByToken(ctx, identity, asked), id, spec, tags, out: { id, arn }, ...failed }
}

import type { AccessPointDescription, FileSystemDescription, MountTargetDescription } from '@aws-sdk/client-efs'
import type { Address } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { all, claim, STACK, toPairs, toRecord } from './ownership.ts'
import type { Passing } from './wait.ts'

/** EFS's IAM actions go by its long name. */
export const efsActions = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `elasticfilesystem:${name}`)

/** A file system that is being made or changed takes nothing else meanwhile (aws-behaviours.md 5.7). */
export const EFS_BUSY: Passing = {
  codes: ['IncorrectFileSystemLifeCycleState'],
  seconds: 600,
  what: 'the file system to become available',
}

/** Pages of a hundred: the most that AWS gives. Where it gives fewer, the token leads on. */
const MaxItems = 100

/** Every file system of the region, whoever's: EFS filters by no tag. */
export const fileSystems = (ctx: Ctx): Promise<FileSystemDescription[]> =>
  ctx.memo('efs:file-systems', () => all(ctx.efs.paginateDescribeFileSystems({ MaxItems }), (page) => page.FileSystems))

/** Every access point of the region: one listing, however many file systems there are. */
export const accessPoints = (ctx: Ctx): Promise<AccessPointDescription[]> =>
  ctx.memo('efs:access-points', () => all(ctx.efs.paginateDescribeAccessPoints({}), (page) => page.AccessPoints))

/** All mount targets of one file system in one listing: EFS lists them by nothing wider. None where it is gone. */
export const mountTargets = (ctx: Ctx, FileSystemId: string): Promise<MountTargetDescription[]> =>
  ctx.memo(`efs:mount-targets ${FileSystemId}`, async () => {
    const pages = ctx.efs.paginateDescribeMountTargets({ FileSystemId, MaxItems })
    return (await unlessGone(all(pages, (page) => page.MountTargets))) ?? []
  })

interface WithToken {
  readonly id: string
  readonly token: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** A thing with tags and a token: the token is known to nobody but who announced it. */
export function claimByToken(
  ctx: Ctx,
  { id, token, tags }: WithToken,
  asked: readonly Asked[],
): { readonly address: Address; readonly ours: boolean } {
  const announced = asked.find((one) => one.token !== null && one.token === token)
  if (announced && tags[STACK] === undefined) return { address: announced.address, ours: true }
  return claim(ctx, id, tags, asked)
}

/** Whether a look has to show it: it is ours, remembered, or was announced. */
export const concerns = (ctx: Ctx, { id, token, tags }: WithToken, asked: readonly Asked[]): boolean =>
  tags[STACK] === ctx.stack || asked.some((one) => one.id === id || (one.token !== null && one.token === token))

/** File systems on their way out count as absent: a new one has another token, so they are in nobody's way. */
export const isLeaving = ({ LifeCycleState }: { readonly LifeCycleState?: string | undefined }): boolean =>
  LifeCycleState === 'deleting' || LifeCycleState === 'deleted'

/** File systems that carry our stack's tag. */
export const ownFileSystems = async (ctx: Ctx): Promise<readonly FileSystemDescription[]> =>
  (await fileSystems(ctx)).filter((item) => !isLeaving(item) && toRecord(item.Tags)[STACK] === ctx.stack)

/** Puts our tags on a file system or an access point, and takes off those given up; others stay. */
export async function tagEfs(ctx: Ctx, ResourceId: string, address: Address): Promise<void> {
  if (ctx.retired.length > 0) await ctx.efs.untagResource({ ResourceId, TagKeys: [...ctx.retired] })
  await ctx.efs.tagResource({ ResourceId, Tags: toPairs(ctx.tags(address)) })
}

const missing = new WeakMap<object, Set<string>>()

/** Makes a change that stock moto does not have (moto.md, efs): said, left out, and remembered for as long as it runs. */
export async function whereKnown(ctx: Ctx, what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!isLacking(error)) throw error
    ctx.note(`this emulator cannot change ${what}`)
    missing.set(ctx.efs, new Set([...(missing.get(ctx.efs) ?? []), what]))
  }
}

/** Whether it turned out that it cannot be changed here: then it is taken as wanted. */
export const isFixed = (ctx: Ctx, what: string): boolean => missing.get(ctx.efs)?.has(what) ?? false

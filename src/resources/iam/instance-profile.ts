import type { InstanceProfile } from '@aws-sdk/client-iam'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { IAM_BUSY, IAM_IN_USE, iamArn } from '../../aws/iam.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { iamPathOf } from '../../aws/names.ts'
import { all, toPairs, toRecord } from '../../aws/ownership.ts'
import { FRESH_IAM } from '../../aws/passing.ts'
import { patiently, until } from '../../aws/wait.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface InstanceProfileSpec {
  readonly name: string
  readonly path: string
  readonly roleName: string
}

export interface InstanceProfileOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 6.1. Its id is its name. */
export const instanceProfile: ResourceType<InstanceProfileSpec, InstanceProfileOut, Ctx> = {
  type: 'iam:instance-profile',
  fields: { name: 'immutable', path: 'immutable', roleName: 'mutable' },
  holds: ['roleName'],
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 3, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['iam:ListInstanceProfiles', 'iam:GetInstanceProfile'],
      create: ['iam:CreateInstanceProfile', 'iam:TagInstanceProfile', 'iam:GetInstanceProfile'],
      sync: [
        'iam:TagInstanceProfile',
        'iam:UntagInstanceProfile',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:AddRoleToInstanceProfile',
        'iam:PassRole',
      ],
      destroy: ['iam:GetInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
    },
  },

  async read(ctx, asked) {
    const path = iamPathOf(ctx.stack, ctx.region)
    const listed = await all(
      ctx.iam.paginateListInstanceProfiles({ PathPrefix: path }),
      (page) => page.InstanceProfiles,
    )
    // Stock moto ignores the prefix.
    const mine = listed.filter(({ Path }) => Path?.startsWith(path))
    const names = new Set([...mine.flatMap((item) => item.InstanceProfileName ?? []), ...namesAsked(asked)])
    const found = await Promise.all([...names].map((name) => look(ctx, name, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, { name, path }) {
    const input = { InstanceProfileName: name, Path: path, Tags: toPairs(ctx.tags(address)) }
    await ctx.iam.createInstanceProfile(input)
    return name
  },

  /** Until IAM answers with an ARN: for a moment it may give something else in its place. */
  async ready(ctx, id) {
    const { timeout } = instanceProfile.about
    await until(ctx, { what: 'the instance profile to have its ARN', every: 2, timeout }, async () =>
      (await get(ctx, id))?.Arn?.startsWith('arn:') ? true : undefined,
    )
  },

  async sync(ctx, spec, live, changed) {
    const InstanceProfileName = live.id
    const patient = (act: () => Promise<unknown>) => patiently(ctx, [FRESH_IAM, IAM_BUSY], act)
    if (changed.has('tags')) {
      const [Tags, TagKeys] = [toPairs(ctx.tags(live.address)), [...ctx.retired]]
      if (TagKeys.length > 0) await patient(() => ctx.iam.untagInstanceProfile({ InstanceProfileName, TagKeys }))
      await patient(() => ctx.iam.tagInstanceProfile({ InstanceProfileName, Tags }))
    }
    if (!changed.has('roleName')) return
    // A profile takes one role: a second one is refused as if a quota were full.
    await letGo(ctx, live.id)
    await patient(() => ctx.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: spec.roleName }))
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IAM_IN_USE, IAM_BUSY], async () => {
      await letGo(ctx, live.id)
      await unlessGone(ctx.iam.deleteInstanceProfile({ InstanceProfileName: live.id }))
    })
    const { timeout } = instanceProfile.about
    await until(ctx, { what: 'the instance profile to be gone', every: 2, timeout }, async () =>
      (await get(ctx, live.id)) === undefined ? true : undefined,
    )
  },
}

const get = async (ctx: Ctx, name: string): Promise<InstanceProfile | undefined> =>
  (await unlessGone(ctx.iam.getInstanceProfile({ InstanceProfileName: name })))?.InstanceProfile

/** Takes out whatever role is in it. */
async function letGo(ctx: Ctx, InstanceProfileName: string): Promise<void> {
  for (const { RoleName } of (await get(ctx, InstanceProfileName))?.Roles ?? []) {
    await unlessGone(ctx.iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName }))
  }
}

/** One call a profile: on AWS the listing shows no tags. */
async function look(
  ctx: Ctx,
  id: string,
  asked: readonly Asked[],
): Promise<Found<InstanceProfileSpec, InstanceProfileOut> | null> {
  const item = await get(ctx, id)
  if (!item) return null
  const tags = toRecord(item.Tags)
  const claimed = claimNamed(ctx, { id, name: id, tags }, asked)
  if (!claimed.ours && !askerOf({ id, name: id, tags }, asked)) return null
  const path = item.Path ?? '/'
  const spec = { name: id, path, roleName: item.Roles?.[0]?.RoleName ?? '' }
  return { ...claimed, id, spec, tags, out: { name: id, arn: iamArn(ctx, 'instance-profile', path, id) } }
}

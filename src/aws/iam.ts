import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { all, toPairs } from './ownership.ts'
import type { Passing } from './wait.ts'

/** Several changes of one role or profile at a time (aws-behaviours.md 6.1). */
export const IAM_BUSY: Passing = {
  codes: ['ConcurrentModification', 'EntityTemporarilyUnmodifiable'],
  seconds: 120,
  what: 'another change of the same identity to end',
}

/** IAM still sees what has just been taken away from the thing (aws-behaviours.md 6.1). */
export const IAM_IN_USE: Passing = {
  codes: ['DeleteConflict'],
  seconds: 120,
  what: 'IAM to see that nothing is attached any more',
}

/**
 * The ARN of an IAM thing, from what it is made of: right after the creation IAM may answer with the unique id
 * (`AROA…`) in its place (aws-behaviours.md 6.1).
 */
export const iamArn = (ctx: Ctx, kind: 'role' | 'instance-profile', path: string, name: string): string =>
  `arn:${ctx.partition}:iam::${ctx.account}:${kind}${path}${name}`

/** Puts our tags on a role, and takes off those given up; others stay. */
export async function tagRole({ iam, retired, tags }: Ctx, RoleName: string, address: Address): Promise<void> {
  if (retired.length > 0) await iam.untagRole({ RoleName, TagKeys: [...retired] })
  await iam.tagRole({ RoleName, Tags: toPairs(tags(address)) })
}

/** IAM deletes no role that is in a profile or has a policy, whoever put it there: all of that goes first. */
export async function deleteRole({ iam }: Ctx, RoleName: string): Promise<void> {
  const profiles = await all(iam.paginateListInstanceProfilesForRole({ RoleName }), (page) => page.InstanceProfiles)
  for (const { InstanceProfileName } of profiles) {
    await unlessGone(iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName }))
  }
  const attached = await all(iam.paginateListAttachedRolePolicies({ RoleName }), (page) => page.AttachedPolicies)
  for (const { PolicyArn } of attached) await unlessGone(iam.detachRolePolicy({ RoleName, PolicyArn }))
  const inline = await all(iam.paginateListRolePolicies({ RoleName }), (page) => page.PolicyNames)
  for (const PolicyName of inline) await unlessGone(iam.deleteRolePolicy({ RoleName, PolicyName }))
  await iam.deleteRole({ RoleName })
}

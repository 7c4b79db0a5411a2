import type { AutoScalingGroup, DescribeAutoScalingGroupsCommandInput } from '@aws-sdk/client-auto-scaling'
import type { Address } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { namesAsked } from './named.ts'
import { ADDRESS, all, oursFilter, toPairs } from './ownership.ts'
import { FRESH_IAM } from './passing.ts'
import { type Passing, patiently, until } from './wait.ts'

/** What Auto Scaling does not know yet of things that were made a moment ago (aws-behaviours.md 2.4). */
const FRESH: Passing = {
  codes: ['Validation'],
  says: [
    'target groups may not be valid',
    'the security group',
    'the subnet id',
    'with template id',
    'specified version',
  ],
  seconds: 120,
  what: 'a new resource to be known to Auto Scaling',
}

/** Several changes at a time, or the account's first group, which makes the service-linked role. */
export const ASG_BUSY: Passing = {
  codes: ['ResourceContention', 'ServiceLinkedRoleFailure'],
  seconds: 120,
  what: 'Auto Scaling to finish something else',
}

/** The name of a group that is being deleted, and is not shown any more. */
const NAME_TAKEN: Passing = {
  codes: ['AlreadyExists'],
  seconds: 600,
  what: 'the name of the old group to be free',
}

/** Repeats a call that makes or changes a group while it is refused because of what is new. */
export const asgPatiently = <T>(ctx: Ctx, act: () => Promise<T>): Promise<T> =>
  patiently(ctx, [FRESH_IAM, FRESH, ASG_BUSY, NAME_TAKEN], act)

const list = (ctx: Ctx, input: DescribeAutoScalingGroupsCommandInput): Promise<readonly AutoScalingGroup[]> =>
  all(ctx.autoscaling.paginateDescribeAutoScalingGroups(input), (page) => page.AutoScalingGroups)

/** The stack's groups. */
export const ourGroups = (ctx: Ctx): Promise<readonly AutoScalingGroup[]> =>
  ctx.memo('autoscaling:groups', () => list(ctx, { Filters: oursFilter(ctx) }))

/** Ours, and by name what the tag did not show: a stranger's under our name, or one whose tags were taken away. */
export async function groupsFor(ctx: Ctx, asked: readonly Asked[]): Promise<readonly AutoScalingGroup[]> {
  const ours = await ourGroups(ctx)
  const missing = namesAsked(asked).filter((name) => !ours.some((group) => group.AutoScalingGroupName === name))
  return missing.length === 0 ? ours : [...ours, ...(await list(ctx, { AutoScalingGroupNames: missing }))]
}

/** By name an absent one is no error. One that is being deleted is still there. */
export async function groupNamed(ctx: Ctx, name: string): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups } = await ctx.autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] })
  return AutoScalingGroups?.[0]
}

export const isLeaving = ({ Status }: AutoScalingGroup): boolean => Status === 'Delete in progress'

/** How many instances are in service and healthy. */
export const serving = ({ Instances = [] }: AutoScalingGroup): number =>
  Instances.filter((one) => one.LifecycleState === 'InService' && one.HealthStatus === 'Healthy').length

/**
 * Waits while a group that had the name is being deleted. A living one is refused here,
 * because stock moto puts the new group in its place and forgets its instances.
 */
export async function nameFree(ctx: Ctx, name: string): Promise<void> {
  await until(ctx, { what: 'the old group of that name to be gone', every: 10, timeout: 1_200 }, async () => {
    const last = await groupNamed(ctx, name)
    if (last && !isLeaving(last)) {
      throw Object.assign(new Error(`A group named ${name} exists already.`), { name: 'DuplicateAutoScalingGroup' })
    }
    return last ? undefined : true
  })
}

/** What AWS makes of a group carries the stack's tag, and never an address (design.md 3). */
export const asgTags = (ctx: Ctx, address: Address, name: string) =>
  toPairs(ctx.tags(address)).map((pair) => ({
    ...pair,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    PropagateAtLaunch: pair.Key !== ADDRESS,
  }))

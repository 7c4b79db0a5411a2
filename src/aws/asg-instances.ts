import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { Failed } from '../engine/errors.ts'
import { ASG_BUSY, groupNamed, serving } from './asg.ts'
import { endRefresh } from './asg-refresh.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, messageOf, unlessGone } from './failure.ts'
import { type Passing, patiently, until } from './wait.ts'

/** It still counts an instance or an activity that has just ended. */
const LAST_ACTIVITY: Passing = {
  codes: ['ResourceInUse', 'ScalingActivityInProgress', 'ResourceContention'],
  seconds: 600,
  what: "the group's last activity to end",
}

/** Waits until as many instances serve as are desired. Ends at once when AWS says why they cannot. */
export async function allServing(ctx: Ctx, name: string, timeout: number): Promise<void> {
  await until(ctx, { what: 'the instances to be in service', every: 10, timeout }, async () => {
    const group = await groupNamed(ctx, name)
    if (!group) return undefined
    if (serving(group) >= (group.DesiredCapacity ?? 0)) return true
    const reason = await whyStuck(ctx, name)
    if (reason === null) return undefined
    throw new Failed('CannotLaunch', `${name} cannot launch its instances: ${reason}`, {
      hint: 'Cure the reason that AWS gives, then run the same command again.',
    })
  })
}

/**
 * Why the group cannot launch; null while it may still succeed. Its last activity decides: after a failure in one zone
 * it may be trying another (aws-behaviours.md 2.4).
 */
async function whyStuck(ctx: Ctx, AutoScalingGroupName: string): Promise<string | null> {
  const answer = await unlessGone(ctx.autoscaling.describeScalingActivities({ AutoScalingGroupName, MaxRecords: 1 }))
  const last = answer?.Activities?.[0]
  return last && isFinal(last) ? (last.StatusMessage ?? last.Description ?? 'no reason given') : null
}

/** In milliseconds: a failure of another day does not say why a group is stuck now. */
const RECENT = 10 * 60 * 1000

/** A profile that is not known yet is tried again by Auto Scaling itself. */
const isFinal = ({ StatusCode, Progress, StatusMessage, StartTime }: Activity): boolean =>
  StatusCode === 'Failed' &&
  Progress === 100 &&
  !/invalid iam instance profile/i.test(StatusMessage ?? '') &&
  Date.now() - (StartTime?.getTime() ?? 0) < RECENT

/** Takes every instance out of the group, and the group away. What a stranger has done to hold it up is undone. */
export async function dissolve(ctx: Ctx, group: AutoScalingGroup): Promise<void> {
  const { AutoScalingGroupName } = group
  await endRefresh(ctx, group)
  await unlock(ctx, group)
  const none = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0, NewInstancesProtectedFromScaleIn: false }
  await patiently(ctx, [ASG_BUSY], () =>
    unlessGone(ctx.autoscaling.updateAutoScalingGroup({ AutoScalingGroupName, ...none })),
  )
  // Draining the target group and lifecycle hooks take their time.
  await until(ctx, { what: 'the instances to be gone', every: 10, timeout: 1_800 }, async () => {
    const left = await groupNamed(ctx, AutoScalingGroupName ?? '')
    if (!left?.Instances?.length) return true
    await unprotect(ctx, left)
    return undefined
  })
  await patiently(ctx, [LAST_ACTIVITY], () =>
    unlessGone(ctx.autoscaling.deleteAutoScalingGroup({ AutoScalingGroupName })),
  )
}

/** Suspended processes, a warm pool and protected instances each keep a group alive. */
async function unlock(ctx: Ctx, group: AutoScalingGroup): Promise<void> {
  const { AutoScalingGroupName } = group
  if (group.SuspendedProcesses?.length) await unlessGone(ctx.autoscaling.resumeProcesses({ AutoScalingGroupName }))
  if (group.WarmPoolConfiguration) {
    await unlessGone(ctx.autoscaling.deleteWarmPool({ AutoScalingGroupName, ForceDelete: true }))
  }
  await unprotect(ctx, group)
}

/** At most 50 instances a call. One that has left the group in the meantime has no protection to lose. */
async function unprotect(ctx: Ctx, { AutoScalingGroupName, Instances = [] }: AutoScalingGroup): Promise<void> {
  const ids = Instances.flatMap((one) => (one.ProtectedFromScaleIn && one.InstanceId ? [one.InstanceId] : []))
  for (let from = 0; from < ids.length; from += 50) {
    const InstanceIds = ids.slice(from, from + 50)
    try {
      await ctx.autoscaling.setInstanceProtection({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn: false })
    } catch (error) {
      const left = codeOf(error) === 'Validation' && /not part of Auto Scaling group|not found/i.test(messageOf(error))
      if (!left) throw error
    }
  }
}

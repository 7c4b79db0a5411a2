import type { AutoScalingGroup, InstanceRefresh, UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import { Failed } from '../engine/errors.ts'
import { asgPatiently, groupNamed } from './asg.ts'
import { canRefresh, type Edition, outdated } from './asg-editions.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, messageOf, unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { required } from './required.ts'
import { until } from './wait.ts'

const OVER = ['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed']

const NO_REFRESH = 'this endpoint has no instance refresh: only new servers get the new template'

/** How often one that somebody else starts in between is waited for. */
const TRIES = 3

/** Changes settings of a group. AWS refuses those that a running refresh is about: it comes to its end first. */
export async function updateGroup(ctx: Ctx, input: UpdateAutoScalingGroupType, want: Edition): Promise<void> {
  const update = () => asgPatiently(ctx, () => ctx.autoscaling.updateAutoScalingGroup(input))
  try {
    await update()
  } catch (error) {
    if (codeOf(error) !== 'Validation' || !/active instance refresh/i.test(messageOf(error))) throw error
    await settle(ctx, input.AutoScalingGroupName ?? '', want)
    await update()
  }
}

/**
 * Replaces the servers that run another edition, and returns when AWS has. Each new one comes before an old one goes,
 * and counts when it has had the time that it may take to boot.
 */
export async function rollOut(ctx: Ctx, name: string, want: Edition, bootSeconds: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    const group = await groupNamed(ctx, name)
    if (!group?.Instances?.length) return
    // Stock moto's servers show whatever version the template has now.
    if (!(await canRefresh(ctx, group))) return ctx.note(NO_REFRESH)
    if ((await outdated(ctx, group, want)).length === 0) return
    try {
      const id = await start(ctx, name, want, bootSeconds)
      return await succeeded(ctx, name, id)
    } catch (error) {
      if (codeOf(error) !== 'InstanceRefreshInProgress' || tries === TRIES) throw error
      await settle(ctx, name, want)
    }
  }
}

async function start(ctx: Ctx, name: string, want: Edition, bootSeconds: number): Promise<string> {
  const input = {
    AutoScalingGroupName: name,
    Strategy: 'Rolling' as const,
    // The group has it already; said here too, so that a later run knows what a refresh brings.
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: want.templateId, Version: want.version } },
    Preferences: {
      ...{ MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: bootSeconds },
      ...{ SkipMatching: true, AutoRollback: false },
    },
  }
  const { InstanceRefreshId } = await asgPatiently(ctx, () => ctx.autoscaling.startInstanceRefresh(input))
  return required(InstanceRefreshId, 'StartInstanceRefresh', 'InstanceRefreshId')
}

/** Longer than AWS itself waits for a server that does not become healthy, so that AWS's reason is told. */
const LONGEST = 4_500

async function succeeded(ctx: Ctx, name: string, id: string): Promise<void> {
  let told = progressOf({})
  await until(ctx, { what: 'the servers to be replaced', every: 15, timeout: LONGEST }, async () => {
    const { InstanceRefreshes } = await ctx.autoscaling.describeInstanceRefreshes({
      ...{ AutoScalingGroupName: name, InstanceRefreshIds: [id] },
    })
    const refresh = InstanceRefreshes?.[0]
    if (refresh?.Status === 'Successful') return true
    if (refresh && OVER.includes(refresh.Status ?? '')) throw failed(name, refresh)
    const now = refresh ? progressOf(refresh) : told
    if (now !== told) ctx.note(now)
    told = now
    return undefined
  })
}

const progressOf = ({ PercentageComplete = 0, StatusReason }: InstanceRefresh): string =>
  `waiting for the servers to be replaced: ${PercentageComplete} %${StatusReason ? `. ${StatusReason}` : ''}`

const failed = (name: string, { Status, StatusReason = 'AWS gives no reason' }: InstanceRefresh): Failed =>
  new Failed(
    'RefreshFailed',
    `Not all servers of ${name} were replaced. The instance refresh ended as ${Status}: ${StatusReason}`,
    {
      hint: 'Cure the reason that AWS gives, then run the same command again: it goes on with the servers that are left.',
    },
  )

/** Lets a running refresh go on when it brings what is wanted; ends any other (aws-behaviours.md 2.4). */
async function settle(ctx: Ctx, name: string, want: Edition | null): Promise<void> {
  const running = await runningIn(ctx, name)
  if (!running) return
  if (want && brings(running, want)) return succeeded(ctx, name, running.InstanceRefreshId ?? '')
  ctx.note(`cancelling the instance refresh that is running${want ? ': it does not bring what is wanted' : ''}`)
  await unlessGone(ctx.autoscaling.cancelInstanceRefresh({ AutoScalingGroupName: name }))
  await until(ctx, { what: 'the earlier instance refresh to end', every: 10, timeout: 900 }, async () =>
    (await runningIn(ctx, name)) === undefined ? true : undefined,
  )
}

const brings = ({ DesiredConfiguration }: InstanceRefresh, { templateId, version }: Edition): boolean =>
  DesiredConfiguration?.LaunchTemplate?.LaunchTemplateId === templateId &&
  DesiredConfiguration.LaunchTemplate.Version === version

/** The newest come first, and only one can run. */
async function runningIn(ctx: Ctx, AutoScalingGroupName: string): Promise<InstanceRefresh | undefined> {
  const answer = await unlessGone(ctx.autoscaling.describeInstanceRefreshes({ AutoScalingGroupName }))
  return answer?.InstanceRefreshes?.find(({ Status }) => !OVER.includes(Status ?? ''))
}

/** A refresh would fill again what is being emptied. */
export async function endRefresh(ctx: Ctx, { AutoScalingGroupName = '' }: AutoScalingGroup): Promise<void> {
  try {
    await settle(ctx, AutoScalingGroupName, null)
  } catch (error) {
    if (!isLacking(error)) throw error
  }
}

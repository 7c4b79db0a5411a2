import { isDeepStrictEqual } from 'node:util'
import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { fromData } from './launch-data.ts'

/** What servers are launched from: one version of one template. */
export interface Edition {
  readonly templateId: string
  readonly version: string
}

/** Without a version AWS takes the default one. */
export const editionOf = ({ LaunchTemplate }: AutoScalingGroup | Instance): Edition => ({
  templateId: LaunchTemplate?.LaunchTemplateId ?? '',
  version: LaunchTemplate?.Version ?? '$Default',
})

const isLeaving = ({ LifecycleState }: Instance): boolean => /^(Terminat|Detach)/.test(LifecycleState ?? '')

/**
 * Names the editions that living servers run and that would launch other servers than `want`. One that differs in
 * tags alone would launch the same: a new tag is no reason to replace a server.
 */
export async function outdated(
  ctx: Ctx,
  { Instances = [] }: AutoScalingGroup,
  want: Edition,
): Promise<readonly string[]> {
  const living = Instances.filter((one) => !isLeaving(one)).map(editionOf)
  const others = living.filter(({ templateId }) => templateId !== want.templateId)
  const versions = new Set(living.filter((one) => !others.includes(one)).map(({ version }) => version))
  versions.delete(want.version)
  const changed = versions.size === 0 ? [] : await differing(ctx, want, [...versions])
  const foreign = others.map(({ templateId, version }) =>
    templateId === '' ? 'no template' : `${templateId} ${version}`,
  )
  return [...changed.toSorted((a, b) => Number(a) - Number(b)), ...new Set(foreign)]
}

/** Those of these versions that say something else than the wanted one. One that was deleted cannot be compared. */
async function differing(
  ctx: Ctx,
  { templateId, version }: Edition,
  others: readonly string[],
): Promise<readonly string[]> {
  const input = { LaunchTemplateId: templateId, Versions: [version, ...others] }
  const { LaunchTemplateVersions = [] } = (await unlessGone(ctx.ec2.describeLaunchTemplateVersions(input))) ?? {}
  const contentOf = (number: string) => {
    const data = LaunchTemplateVersions.find((one) => String(one.VersionNumber) === number)?.LaunchTemplateData
    return data && fromData(data)
  }
  const wanted = contentOf(version)
  return others.filter((other) => wanted === undefined || !isDeepStrictEqual(contentOf(other), wanted))
}

/**
 * The version that a group stands for: its own, and with it those of servers that were launched before and have not
 * been replaced, so that a roll-out that was cut off is seen. Where there is no instance refresh nobody could do that.
 */
export async function standingVersion(ctx: Ctx, group: AutoScalingGroup): Promise<string> {
  const own = editionOf(group)
  if (!/^\d+$/.test(own.version)) return own.version
  const old = await outdated(ctx, group, own)
  if (old.length === 0 || !(await canRefresh(ctx, group))) return own.version
  return `${own.version}, some servers run ${old.join(', ')}`
}

/** Emulators may not have it. AWS always has. */
export async function canRefresh(ctx: Ctx, { AutoScalingGroupName }: AutoScalingGroup): Promise<boolean> {
  try {
    await unlessGone(ctx.autoscaling.describeInstanceRefreshes({ AutoScalingGroupName, MaxRecords: 1 }))
    return true
  } catch (error) {
    if (isLacking(error)) return false
    throw error
  }
}

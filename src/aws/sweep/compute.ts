import type { Instance } from '@aws-sdk/client-ec2'
import { unlessGone } from '../failure.ts'
import { all, oursFilter, toRecord } from '../ownership.ts'
import { type Finder, finderOf, isOurs, type Kind, listing, type Sighting, tagged } from './finder.ts'

/** A terminated one stays visible for an hour, with its tags (aws-behaviours.md 2.3). */
export const instances: Kind<Instance> = {
  type: 'ec2:instance',
  prefix: 'i',
  list: (ctx, Filters) =>
    all(ctx.ec2.paginateDescribeInstances({ Filters }), (page) =>
      (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []),
    ),
  id: (item) => item.InstanceId,
  look: 'instance-id',
  fate: ({ State }) => (State?.Name === 'terminated' ? 'gone' : State?.Name === 'shutting-down' ? 'going' : 'there'),
  // Stopped, only its disks cost, and these are found by themselves.
  usd: ({ InstanceType = '', State }, prices) => (State?.Name === 'stopped' ? 0 : prices.instanceMonthly(InstanceType)),
}

const volumes = finderOf({
  type: 'ec2:volume',
  prefix: 'vol',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeVolumes({ Filters }), (page) => page.Volumes),
  id: (item) => item.VolumeId,
  look: 'volume-id',
  fate: ({ State }) => (State === 'deleted' ? 'gone' : State === 'deleting' ? 'going' : 'there'),
  // Storage alone: what is provisioned on top is not known here.
  usd: ({ VolumeType = '', Size }, prices) => (Size === undefined ? null : prices.volumeMonthly(VolumeType, Size)),
})

const templates = finderOf({
  type: 'ec2:launch-template',
  prefix: 'lt',
  list: (ctx, Filters) => all(ctx.ec2.paginateDescribeLaunchTemplates({ Filters }), (page) => page.LaunchTemplates),
  id: (item) => item.LaunchTemplateId,
  // There is no filter by id, and a missing id fails the call.
  look: async (ctx, id) =>
    (await unlessGone(ctx.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] })))?.LaunchTemplates ?? [],
})

/** The tagging API never shows them (aws-behaviours.md 0.7). Their instances are counted by themselves. */
const scalingGroups: Finder = async (ctx): Promise<readonly Sighting[]> => {
  const pages = ctx.autoscaling.paginateDescribeAutoScalingGroups({ Filters: oursFilter(ctx) })
  const groups = await listing(ctx, pages, (page) => page.AutoScalingGroups)
  return groups
    .filter(({ Tags }) => isOurs(ctx, toRecord(Tags)))
    .map(({ AutoScalingGroupName, Status }) => ({
      ...{ type: 'autoscaling:group', id: AutoScalingGroupName ?? '', why: tagged(ctx), monthlyUsd: 0 },
      fate: Status === 'Delete in progress' ? 'going' : 'there',
    }))
}

export const COMPUTE: readonly Finder[] = [finderOf(instances), volumes, templates, scalingGroups]

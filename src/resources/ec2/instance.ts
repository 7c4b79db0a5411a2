import type { Instance } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import {
  changeBoot,
  changeDisk,
  changeGroups,
  changeMetadata,
  changeMonitoring,
  diskServes,
  tagInstance,
  whileStopped,
} from '../../aws/instance-changes.ts'
import { diskIn, publicIn, settingsIn, tagsIn } from '../../aws/instance-data.ts'
import { changeProfile } from '../../aws/instance-profile.ts'
import * as instances from '../../aws/instances.ts'
import { type LaunchSettings, launched, toData } from '../../aws/launch-data.ts'
import { born, toPairs } from '../../aws/ownership.ts'
import { FRESH_EC2, FRESH_IAM } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

/** A single server. Its image is `initial`, as in a launch template. */
export interface InstanceSpec extends LaunchSettings {
  readonly subnetId: string
  readonly terminationProtection: boolean
}

export interface InstanceOut {
  readonly id: string
  /** Empty without one, or while it is stopped. */
  readonly publicIp: string
  readonly privateIp: string
}

/** aws-behaviours.md 2.3. */
export const instance: ResourceType<InstanceSpec, InstanceOut, Ctx> = {
  type: 'ec2:instance',
  fields: {
    subnetId: 'immutable',
    publicIp: 'immutable',
    imageId: 'initial',
    // These two stop it for a minute; the rest changes while it runs.
    instanceType: 'mutable',
    userData: 'mutable',
    instanceProfileArn: 'mutable',
    securityGroupIds: 'mutable',
    detailedMonitoring: 'mutable',
    metadata: 'mutable',
    rootVolume: 'mutable',
    terminationProtection: 'mutable',
  },
  same: { securityGroupIds: asSet, rootVolume: diskServes },
  holds: ['securityGroupIds'],
  // What was stopped comes back with another public address.
  volatile: ['publicIp'],
  about: {
    identity: 'token',
    usable: 'created',
    seconds: { create: 180, delete: 60, change: { instanceType: 180, userData: 180 } },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: calls('DescribeInstances', 'DescribeInstanceAttribute', 'DescribeInstanceStatus', 'DescribeVolumes'),
      create: [...calls('RunInstances', 'CreateTags'), 'iam:PassRole'],
      sync: [
        ...calls('ModifyInstanceAttribute', 'ModifyInstanceMetadataOptions', 'ModifyNetworkInterfaceAttribute'),
        ...calls('MonitorInstances', 'UnmonitorInstances', 'StopInstances', 'StartInstances'),
        ...calls('ModifyVolume', 'DescribeVolumesModifications', 'CreateTags', 'DeleteTags'),
        ...calls('AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation'),
        ...calls('DisassociateIamInstanceProfile', 'DescribeIamInstanceProfileAssociations'),
        'iam:PassRole',
      ],
      destroy: calls('TerminateInstances', 'DescribeInstances', 'DescribeNetworkInterfaces'),
    },
  },

  async read(ctx, asked) {
    const list = await instances.instancesFor(ctx, asked)
    const roots = await instances.rootsOf(ctx, list)
    const found = await Promise.all(list.map((item) => look(ctx, item, roots.get(item.InstanceId ?? ''), asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, spec, token) {
    const { NetworkInterfaces, UserData, TagSpecifications: _, ...data } = toData(spec, {})
    const Tags = toPairs(launched(ctx, address))
    const input = {
      ...(data as object),
      ...(UserData ? { UserData } : {}),
      NetworkInterfaces: (NetworkInterfaces ?? []).map((nic) => ({ ...nic, SubnetId: spec.subnetId })),
      ...{ DisableApiTermination: spec.terminationProtection, MinCount: 1, MaxCount: 1, ClientToken: token },
      TagSpecifications: [
        ...born(ctx, 'instance', address),
        { ResourceType: 'volume' as const, Tags },
        { ResourceType: 'network-interface' as const, Tags },
      ],
    }
    const { Instances } = await patiently(ctx, [FRESH_EC2, FRESH_IAM], () => ctx.ec2.runInstances(input))
    return required(Instances?.[0]?.InstanceId, 'RunInstances', 'InstanceId')
  },

  ready: (ctx, id) => instances.allWell(ctx, id, instance.about.timeout),

  async sync(ctx, spec, live, changed) {
    const item = required(await instances.instanceNamed(ctx, live.id), 'DescribeInstances', live.id)
    if (changed.has('tags')) await tagInstance(ctx, item, live.address)
    if (changed.has('securityGroupIds')) await changeGroups(ctx, item, spec.securityGroupIds)
    if (changed.has('detailedMonitoring')) await changeMonitoring(ctx, live.id, spec.detailedMonitoring)
    if (changed.has('metadata')) await changeMetadata(ctx, live.id, spec.metadata)
    if (changed.has('terminationProtection')) {
      const DisableApiTermination = { Value: spec.terminationProtection }
      await ctx.ec2.modifyInstanceAttribute({ InstanceId: live.id, DisableApiTermination })
    }
    if (changed.has('instanceProfileArn')) await changeProfile(ctx, item, spec.instanceProfileArn)
    if (changed.has('rootVolume')) await changeDisk(ctx, item, spec.rootVolume, live.spec.rootVolume)
    if (changed.has('instanceType') || changed.has('userData')) {
      await whileStopped(ctx, item, () => changeBoot(ctx, item, spec, changed.has('userData')))
    }
  },

  farewell: async (_ctx, { id, spec }) => ({
    blockers: spec.terminationProtection ? [`The instance ${id} has termination protection: switch it off.`] : [],
    losses: [],
  }),

  async destroy(ctx, live) {
    const item = await instances.instanceNamed(ctx, live.id)
    if (!item) return
    await unlessGone(ctx.ec2.terminateInstances({ InstanceIds: [live.id] }))
    await until(ctx, { what: 'the instance to be terminated', every: 5, timeout: 1_200 }, async () => {
      const now = await instances.instanceNamed(ctx, live.id)
      return now === undefined || instances.stateOf(now) === 'terminated' ? true : undefined
    })
    await instances.interfacesGone(ctx, item)
  },

  async health(ctx, live): Promise<Health> {
    const status = await instances.statusOf(ctx, live.id)
    const state = status?.InstanceState?.Name ?? 'not found'
    if (state !== 'running') return { state: state === 'pending' ? 'unknown' : 'unhealthy', detail: state }
    const [own, system] = [status?.InstanceStatus?.Status, status?.SystemStatus?.Status]
    const detail = `${state}, status checks: instance ${own ?? 'unknown'}, system ${system ?? 'unknown'}`
    if (status && instances.isWell(status)) return { state: 'healthy', detail: 'running, status checks passed' }
    return { state: own === 'impaired' || system === 'impaired' ? 'unhealthy' : 'unknown', detail }
  },
}

function calls(...operations: readonly string[]): readonly string[] {
  return operations.map((operation) => `ec2:${operation}`)
}

/** AWS gives user data and protection one attribute and one instance at a time. Null when it has gone in the meantime. */
async function look(
  ctx: Ctx,
  item: Instance,
  root: instances.Root | undefined,
  asked: readonly Asked[],
): Promise<Found<InstanceSpec, InstanceOut> | null> {
  const id = required(item.InstanceId, 'DescribeInstances', 'InstanceId')
  const attribute = (Attribute: 'userData' | 'disableApiTermination') =>
    unlessGone(ctx.ec2.describeInstanceAttribute({ InstanceId: id, Attribute }))
  const [script, protection] = await Promise.all([attribute('userData'), attribute('disableApiTermination')])
  if (!script || !protection) return null
  const claimed = instances.claimInstance(ctx, item, asked)
  const wanted = asked.find(({ address }) => address === claimed.address)?.spec as Partial<InstanceSpec> | undefined
  const spec: InstanceSpec = {
    ...settingsIn(item),
    ...{ publicIp: publicIn(item, wanted), rootVolume: diskIn(root, wanted) },
    userData: Buffer.from(script.UserData?.Value ?? '', 'base64').toString(),
    terminationProtection: protection.DisableApiTermination?.Value ?? false,
  }
  const out = { id, publicIp: item.PublicIpAddress ?? '', privateIp: item.PrivateIpAddress ?? '' }
  return { ...claimed, id, spec, tags: tagsIn(ctx, item, root, claimed.address), out }
}

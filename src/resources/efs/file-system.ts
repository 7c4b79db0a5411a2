import type { FileSystemDescription } from '@aws-sdk/client-efs'
import type { Ctx } from '../../aws/ctx.ts'
import { claimByToken, concerns, EFS_BUSY, efsActions, fileSystems, isLeaving, tagEfs } from '../../aws/efs.ts'
import { contentOf } from '../../aws/efs-content.ts'
import { type FileSystemSettings, settingSteps, settingsOf } from '../../aws/efs-settings.ts'
import { unlessGone } from '../../aws/failure.ts'
import { toPairs, toRecord } from '../../aws/ownership.ts'
import { required } from '../../aws/required.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { Failed } from '../../engine/errors.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export interface FileSystemSpec extends FileSystemSettings {
  readonly encrypted: boolean
  readonly performanceMode: 'generalPurpose'
}

export interface FileSystemOut {
  readonly id: string
  readonly arn: string
}

/** aws-behaviours.md 5.7. */
export const fileSystem: ResourceType<FileSystemSpec, FileSystemOut, Ctx> = {
  type: 'efs:file-system',
  fields: {
    encrypted: 'immutable',
    performanceMode: 'immutable',
    throughputMode: 'mutable',
    transitionToIa: 'mutable',
    transitionToPrimary: 'mutable',
    automaticBackups: 'mutable',
  },
  about: {
    identity: 'token',
    usable: 'ready',
    seconds: { create: 20, delete: 20 },
    timeout: 600,
    holdsData: true,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: efsActions('DescribeFileSystems', 'DescribeLifecycleConfiguration', 'DescribeBackupPolicy'),
      // The first one in an account brings the service-linked roles of EFS and, with backups, of AWS Backup.
      create: [...efsActions('CreateFileSystem', 'TagResource'), 'iam:CreateServiceLinkedRole'],
      sync: [
        ...efsActions(
          'TagResource',
          'UntagResource',
          'PutLifecycleConfiguration',
          'PutBackupPolicy',
          'UpdateFileSystem',
        ),
        ...efsActions('DescribeBackupPolicy'),
        'iam:CreateServiceLinkedRole',
      ],
      destroy: [
        ...efsActions('DeleteFileSystem', 'DescribeFileSystems', 'DescribeAccessPoints'),
        'cloudwatch:GetMetricStatistics',
      ],
    },
  },

  async read(ctx, asked) {
    const mine = (await fileSystems(ctx)).filter((item) => !isLeaving(item) && concerns(ctx, identityOf(item), asked))
    const found = await Promise.all(mine.map((item) => look(ctx, item, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, spec, token) {
    const made = await ctx.efs.createFileSystem({
      CreationToken: token,
      Encrypted: spec.encrypted,
      PerformanceMode: spec.performanceMode,
      ThroughputMode: spec.throughputMode,
      Backup: spec.automaticBackups,
      Tags: toPairs(ctx.tags(address)),
    })
    return required(made.FileSystemId, 'CreateFileSystem', 'FileSystemId')
  },

  async ready(ctx, id) {
    const patience = { what: 'the file system to become available', every: 5, timeout: fileSystem.about.timeout }
    await until(ctx, patience, async () => {
      const now = await one(ctx, id)
      if (now && (now.LifeCycleState === 'error' || isLeaving(now))) throw broken(id, now.LifeCycleState)
      return now?.LifeCycleState === 'available' ? now : undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('tags')) await tagEfs(ctx, live.id, live.address)
    for (const [fields, act] of settingSteps(ctx, live.id, spec))
      if (fields.some((field) => changed.has(field))) await act()
  },

  async farewell(ctx, live) {
    const item = await one(ctx, live.id)
    const content = item ? await contentOf(ctx, item) : null
    return { blockers: [], losses: content === null ? [] : [`file system ${live.id} ${content}`] }
  },

  async destroy(ctx, live) {
    const FileSystemId = live.id
    await patiently(ctx, [MOUNTED, EFS_BUSY], () => unlessGone(ctx.efs.deleteFileSystem({ FileSystemId })))
    await until(ctx, { what: 'the file system to be gone', every: 5, timeout: 600 }, async () => {
      const now = await one(ctx, live.id)
      return now === undefined || now.LifeCycleState === 'deleted' ? true : undefined
    })
  },

  async health(ctx, live): Promise<Health> {
    const state = (await fileSystems(ctx)).find(({ FileSystemId }) => FileSystemId === live.id)?.LifeCycleState
    if (state === 'available' || state === 'updating') return { state: 'healthy', detail: state }
    return { state: state === 'creating' ? 'unknown' : 'unhealthy', detail: state ?? 'not found' }
  },
}

/** A mount target counts until it is wholly gone. */
const MOUNTED: Passing = { codes: ['FileSystemInUse'], seconds: 600, what: 'the mount targets to be gone' }

const one = async (ctx: Ctx, FileSystemId: string): Promise<FileSystemDescription | undefined> =>
  (await unlessGone(ctx.efs.describeFileSystems({ FileSystemId })))?.FileSystems?.find(
    (item) => item.FileSystemId === FileSystemId,
  )

const broken = (id: string, state: string | undefined): Failed =>
  new Failed('FileSystemFailed', `The file system ${id} is in state ${state}.`, {
    hint: 'AWS cannot repair it. What it held can be restored from a backup of it to a new one.',
  })

const identityOf = (item: FileSystemDescription) => ({
  id: required(item.FileSystemId, 'DescribeFileSystems', 'FileSystemId'),
  token: item.CreationToken,
  tags: toRecord(item.Tags),
})

/** Null when it has gone meanwhile. */
async function look(
  ctx: Ctx,
  item: FileSystemDescription,
  asked: readonly Asked[],
): Promise<Found<FileSystemSpec, FileSystemOut> | null> {
  const identity = identityOf(item)
  const { id, tags } = identity
  const claimed = claimByToken(ctx, identity, asked)
  const wanted = asked.find(({ address }) => address === claimed.address)?.spec ?? {}
  const settings = await settingsOf(ctx, item, wanted)
  if (!settings) return null
  const performanceMode = item.PerformanceMode as FileSystemSpec['performanceMode']
  const spec: FileSystemSpec = { encrypted: item.Encrypted ?? false, performanceMode, ...settings }
  const out = { id, arn: required(item.FileSystemArn, 'DescribeFileSystems', 'FileSystemArn') }
  const failed = item.LifeCycleState === 'error' ? { failed: 'its state is error' } : {}
  return { ...claimed, id, spec, tags, out, ...failed }
}

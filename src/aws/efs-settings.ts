import type { FileSystemDescription, LifecyclePolicy } from '@aws-sdk/client-efs'
import { Failed } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { EFS_BUSY, isFixed, whereKnown } from './efs.ts'
import { codeOf, unlessGone } from './failure.ts'
import { patiently, until } from './wait.ts'

/** What of a file system can be changed. */
export interface FileSystemSettings {
  readonly throughputMode: 'elastic' | 'bursting'
  /** `AFTER_30_DAYS`; null: files stay where they are. */
  readonly transitionToIa: string | null
  /** `AFTER_1_ACCESS`: back on the first access; null: they stay in Infrequent Access. */
  readonly transitionToPrimary: string | null
  readonly automaticBackups: boolean
}

type Setting = keyof FileSystemSettings
type Transition<K extends keyof LifecyclePolicy> = NonNullable<LifecyclePolicy[K]>

const THROUGHPUT = 'the throughput mode'
const BACKUPS = 'automatic backups'

/**
 * Two calls a file system: AWS tells its life cycle and its backups one by one. Null when it has gone meanwhile.
 * What cannot be changed here is taken as wanted.
 */
export async function settingsOf(
  ctx: Ctx,
  { FileSystemId = '', ThroughputMode }: FileSystemDescription,
  wanted: Partial<FileSystemSettings>,
): Promise<FileSystemSettings | null> {
  const [lifecycle, backups] = await Promise.all([
    unlessGone(ctx.efs.describeLifecycleConfiguration({ FileSystemId })),
    backupsOf(ctx, FileSystemId),
  ])
  if (!lifecycle) return null
  const policies = lifecycle.LifecyclePolicies ?? []
  const transition = (key: keyof LifecyclePolicy): string | null =>
    policies.find((policy) => policy[key] !== undefined)?.[key] ?? null
  const throughputMode = ThroughputMode as FileSystemSettings['throughputMode']
  const automaticBackups = backups === 'ENABLED' || backups === 'ENABLING'
  return {
    throughputMode: isFixed(ctx, THROUGHPUT) ? (wanted.throughputMode ?? throughputMode) : throughputMode,
    transitionToIa: transition('TransitionToIA'),
    transitionToPrimary: transition('TransitionToPrimaryStorageClass'),
    automaticBackups: isFixed(ctx, BACKUPS) ? (wanted.automaticBackups ?? automaticBackups) : automaticBackups,
  }
}

/** What to do for which fields. The throughput comes last: AWS may refuse it for a whole day. */
export const settingSteps = (
  ctx: Ctx,
  id: string,
  spec: FileSystemSettings,
): readonly (readonly [readonly Setting[], () => Promise<void>])[] => [
  [['transitionToIa', 'transitionToPrimary'], () => putLifecycle(ctx, id, spec)],
  [['automaticBackups'], () => whereKnown(ctx, BACKUPS, () => putBackups(ctx, id, spec))],
  [['throughputMode'], () => whereKnown(ctx, THROUGHPUT, () => putThroughput(ctx, id, spec))],
]

/** AWS takes one transition a policy. What is not named is taken away, also a stranger's transition to the archive. */
async function putLifecycle(ctx: Ctx, FileSystemId: string, spec: FileSystemSettings): Promise<void> {
  const [TransitionToIA, TransitionToPrimaryStorageClass] = [
    spec.transitionToIa as Transition<'TransitionToIA'> | null,
    spec.transitionToPrimary as Transition<'TransitionToPrimaryStorageClass'> | null,
  ]
  const LifecyclePolicies: LifecyclePolicy[] = [
    ...(TransitionToIA === null ? [] : [{ TransitionToIA }]),
    ...(TransitionToPrimaryStorageClass === null ? [] : [{ TransitionToPrimaryStorageClass }]),
  ]
  await patiently(ctx, [EFS_BUSY], () => ctx.efs.putLifecycleConfiguration({ FileSystemId, LifecyclePolicies }))
}

/** AWS sets about it and ends it within ten minutes. */
async function putBackups(ctx: Ctx, FileSystemId: string, { automaticBackups }: FileSystemSettings): Promise<void> {
  const Status = automaticBackups ? 'ENABLED' : 'DISABLED'
  await patiently(ctx, [EFS_BUSY], () => ctx.efs.putBackupPolicy({ FileSystemId, BackupPolicy: { Status } }))
  await until(ctx, { what: 'automatic backups to be switched', every: 5, timeout: 600 }, async () =>
    (await backupsOf(ctx, FileSystemId)) === Status ? true : undefined,
  )
}

async function putThroughput(ctx: Ctx, FileSystemId: string, { throughputMode }: FileSystemSettings): Promise<void> {
  const input = { FileSystemId, ThroughputMode: throughputMode }
  await patiently(ctx, [EFS_BUSY], () => ctx.efs.updateFileSystem(input)).catch((error: unknown) => {
    if (codeOf(error) !== 'TooManyRequests') throw error
    throw new Failed('TooManyRequests', `AWS lets the throughput mode of ${FileSystemId} change once in 24 hours.`, {
      ...{ action: 'elasticfilesystem:UpdateFileSystem', awsCode: 'TooManyRequests', cause: error },
      hint: 'Run the same command again when a day has passed since the last change.',
    })
  })
}

/** Where nobody has ever set it there is none, and there are none. */
const backupsOf = async (ctx: Ctx, FileSystemId: string): Promise<string> =>
  (await unlessGone(ctx.efs.describeBackupPolicy({ FileSystemId })))?.BackupPolicy?.Status ?? 'DISABLED'

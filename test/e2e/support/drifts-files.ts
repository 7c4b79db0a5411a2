import { expect } from 'vitest'
import { type Drift, Filters, only, open, STACK } from './drift.ts'
import { at, type Raw } from './raw.ts'

const assets = (account: string) => ({ Bucket: `${STACK}-assets-${account}-us-east-1` })
const bucketPolicy = (account: string) => open('s3:GetObject', `arn:aws:s3:::${assets(account).Bucket}/*`)

const files = async ({ efs }: Raw) => ({
  FileSystemId: only((await efs.describeFileSystems({})).FileSystems).FileSystemId,
})
const door = async (raw: Raw) => {
  const { Subnets } = await raw.ec2.describeSubnets({ Filters })
  const { SubnetId } = at(Subnets, 'ec2:subnet/private-a')
  const { MountTargets } = await raw.efs.describeMountTargets(await files(raw))
  return only(MountTargets?.filter((one) => one.SubnetId === SubnetId))
}
const groups = async (raw: Raw) => {
  const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters })
  const id = (name: string) => at(SecurityGroups, `ec2:security-group/${name}`).GroupId ?? ''
  return { files: id('files'), alb: id('alb') }
}

const SYSTEM: readonly Drift[] = [
  {
    ...{ name: "a mount target's group changed", address: 'efs:mount-target/a', status: 'drifted' },
    make: async (raw) =>
      raw.efs.modifyMountTargetSecurityGroups({
        MountTargetId: (await door(raw)).MountTargetId,
        SecurityGroups: [(await groups(raw)).alb],
      }),
    read: async (raw) => {
      const { MountTargetId } = await door(raw)
      const { SecurityGroups = [] } = await raw.efs.describeMountTargetSecurityGroups({ MountTargetId })
      const { files: wanted } = await groups(raw)
      return SecurityGroups.map((id) => id === wanted)
    },
    path: 'securityGroupIds',
    desired: [expect.stringMatching(/^sg-/)],
    actual: [expect.stringMatching(/^sg-/)],
  },
  {
    ...{ name: 'the lifecycle of the files removed', address: 'efs:file-system/main', status: 'drifted' },
    make: async (raw) => raw.efs.putLifecycleConfiguration({ ...(await files(raw)), LifecyclePolicies: [] }),
    read: async (raw) => (await raw.efs.describeLifecycleConfiguration(await files(raw))).LifecyclePolicies,
    ...{ path: 'transitionToIa', desired: 'AFTER_30_DAYS', actual: null },
    also: [
      {
        ...{ address: 'efs:file-system/main', path: 'transitionToPrimary' },
        ...{ desired: 'AFTER_1_ACCESS', actual: null },
      },
    ],
  },
  {
    ...{ name: 'no more backups of the files', address: 'efs:file-system/main', status: 'drifted' },
    make: async (raw) => raw.efs.putBackupPolicy({ ...(await files(raw)), BackupPolicy: { Status: 'DISABLED' } }),
    read: async (raw) => {
      const asked = raw.efs.describeBackupPolicy(await files(raw))
      return (await asked.catch(() => ({ BackupPolicy: undefined }))).BackupPolicy?.Status
    },
    ...{ path: 'automaticBackups', desired: true, actual: false },
  },
  {
    ...{ name: 'the policy of the files removed', address: 'efs:file-system-policy/main', status: 'missing' },
    make: async (raw) => raw.efs.deleteFileSystemPolicy(await files(raw)),
    read: async (raw) => {
      const { Policy } = await raw.efs.describeFileSystemPolicy(await files(raw)).catch(() => ({ Policy: undefined }))
      return JSON.parse(Policy || 'null')
    },
  },
]

const BUCKET: readonly Drift[] = [
  {
    ...{ name: 'versioning suspended', address: 's3:bucket/assets', status: 'drifted' },
    make: ({ s3 }, account) =>
      s3.putBucketVersioning({ ...assets(account), VersioningConfiguration: { Status: 'Suspended' } }),
    read: async ({ s3 }, account) => (await s3.getBucketVersioning(assets(account))).Status,
    ...{ path: 'versioning', desired: 'Enabled', actual: 'Suspended' },
  },
  {
    ...{ name: 'the lifecycle of the bucket removed', address: 's3:bucket/assets', status: 'drifted' },
    make: ({ s3 }, account) => s3.deleteBucketLifecycle(assets(account)),
    read: async ({ s3 }, account) =>
      (await s3.getBucketLifecycleConfiguration(assets(account)).catch(() => ({ Rules: [] }))).Rules,
    path: 'lifecycle',
    desired: [{ id: 'tidy', prefix: '', noncurrentDays: 30, abortUploadDays: 7 }],
    actual: [],
  },
  {
    ...{ name: 'the bucket allowed to be public', address: 's3:bucket/assets', status: 'drifted' },
    make: ({ s3 }, account) =>
      s3.putPublicAccessBlock({
        ...assets(account),
        PublicAccessBlockConfiguration: {
          ...{ BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: false },
        },
      }),
    read: async ({ s3 }, account) => (await s3.getPublicAccessBlock(assets(account))).PublicAccessBlockConfiguration,
    ...{ path: 'publicAccessBlock.restrictPublicBuckets', desired: true, actual: false },
  },
  {
    ...{ name: "a stranger's policy put on the bucket", address: 's3:bucket-policy/assets', status: 'drifted' },
    make: ({ s3 }, account) =>
      s3.putBucketPolicy({ ...assets(account), Policy: JSON.stringify(bucketPolicy(account)) }),
    read: async ({ s3 }, account) => {
      const { Policy } = await s3.getBucketPolicy(assets(account)).catch(() => ({ Policy: null }))
      return Policy
    },
    path: 'policy',
    desired: null,
    actual: expect.objectContaining({ Statement: [expect.objectContaining({ Sid: 'Everybody', Principal: '*' })] }),
  },
]

export const FILES: readonly Drift[] = [...SYSTEM, ...BUCKET]

import { expect, it } from 'vitest'
import { OURS, subnetIds } from './ours.ts'
import { at } from './raw.ts'
import type { Stack } from './stack.ts'

/** Issue 4, item 3: files that all web servers share. */
export function filesStand(open: () => Stack): void {
  it('keeps shared files encrypted and backed up, cheaper when nobody reads them', async () => {
    const { efs } = open().raw
    const { FileSystems = [] } = await efs.describeFileSystems({})
    expect(FileSystems).toMatchObject([
      { LifeCycleState: 'available', Encrypted: true, ThroughputMode: 'elastic', PerformanceMode: 'generalPurpose' },
    ])
    const { FileSystemId, FileSystemArn } = at(FileSystems, 'efs:file-system/main')
    const { LifecyclePolicies } = await efs.describeLifecycleConfiguration({ FileSystemId })
    expect(LifecyclePolicies).toContainEqual({ TransitionToIA: 'AFTER_30_DAYS' })
    expect((await efs.describeBackupPolicy({ FileSystemId })).BackupPolicy).toEqual({ Status: 'ENABLED' })
    const { Policy = '' } = await efs.describeFileSystemPolicy({ FileSystemId })
    // A refusal alone: what IAM allows to a role is allowed, and nobody else is let in.
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: { AWS: '*' }, Action: '*', Resource: FileSystemArn },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ])
  })

  it('has a door to them in the private subnet of each zone, and one folder behind it', async () => {
    const { raw } = open()
    const { FileSystems } = await raw.efs.describeFileSystems({})
    const { FileSystemId } = at(FileSystems, 'efs:file-system/main')
    const { MountTargets = [] } = await raw.efs.describeMountTargets({ FileSystemId })
    const doors = MountTargets.map(({ SubnetId, AvailabilityZoneName }) => `${SubnetId} ${AvailabilityZoneName}`)
    const [a, b] = await subnetIds(raw, ['private-a', 'private-b'])
    expect(doors.sort()).toEqual([`${a} us-east-1a`, `${b} us-east-1b`].sort())
    const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: OURS })
    for (const { MountTargetId, LifeCycleState } of MountTargets) {
      expect(LifeCycleState).toBe('available')
      const guard = await raw.efs.describeMountTargetSecurityGroups({ MountTargetId })
      expect(guard.SecurityGroups).toEqual([at(SecurityGroups, 'ec2:security-group/files').GroupId])
    }
    const { AccessPoints = [] } = await raw.efs.describeAccessPoints({ FileSystemId })
    expect(AccessPoints).toMatchObject([
      {
        ...{ LifeCycleState: 'available', PosixUser: { Uid: 1000, Gid: 1000 } },
        RootDirectory: { Path: '/products', CreationInfo: { OwnerUid: 1000, OwnerGid: 1000, Permissions: '0755' } },
      },
    ])
  })
}

import { expect } from 'vitest'
import { toRecord } from '../../../src/aws/ownership.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { fileSystem } from '../../../src/resources/efs/file-system.ts'
import { keepsTheContract } from '../../support/contract.ts'
import { ourTags } from '../ec2/parts.ts'
import { FILES, retag, settled } from './ground.ts'

const address = 'efs:file-system/files'

keepsTheContract({
  address,
  graph(_world, variant) {
    const graph = new Graph()
    graph.layer('Data').add(fileSystem, 'files', {
      ...FILES,
      encrypted: variant !== 'replaced',
      ...(variant === 'changed' ? { transitionToIa: null, transitionToPrimary: 'AFTER_1_ACCESS' } : {}),
    })
    return graph
  },
  async verify(world, FileSystemId, variant) {
    const { raw } = world
    await settled(world, FileSystemId)
    const { FileSystems = [] } = await raw.efs.describeFileSystems({ FileSystemId })
    expect(FileSystems).toMatchObject([
      { Encrypted: true, PerformanceMode: 'generalPurpose', ThroughputMode: 'elastic', LifeCycleState: 'available' },
    ])
    expect(toRecord(FileSystems[0]?.Tags)).toMatchObject(ourTags(world, address))
    const { LifecyclePolicies } = await raw.efs.describeLifecycleConfiguration({ FileSystemId })
    expect(LifecyclePolicies).toEqual(
      variant === 'changed'
        ? [{ TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' }]
        : [{ TransitionToIA: 'AFTER_30_DAYS' }],
    )
    const { BackupPolicy } = await raw.efs.describeBackupPolicy({ FileSystemId })
    expect(BackupPolicy).toEqual({ Status: 'ENABLED' })
  },
  drifts: {
    throughputMode: async (world, id) =>
      world.raw.efs.updateFileSystem({ ...(await settled(world, id)), ThroughputMode: 'bursting' }),
    transitionToIa: async (world, id) =>
      world.raw.efs.putLifecycleConfiguration({ ...(await settled(world, id)), LifecyclePolicies: [] }),
    transitionToPrimary: async (world, id) =>
      world.raw.efs.putLifecycleConfiguration({
        ...(await settled(world, id)),
        LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }, { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' }],
      }),
    automaticBackups: async (world, id) =>
      world.raw.efs.putBackupPolicy({ ...(await settled(world, id)), BackupPolicy: { Status: 'DISABLED' } }),
    tags: retag,
  },
  vanish: ({ raw }, FileSystemId) => raw.efs.deleteFileSystem({ FileSystemId }),
  gone: ({ raw }, FileSystemId) =>
    raw.efs.describeFileSystems({ FileSystemId }).then(
      () => false,
      () => true,
    ),
  replaced: 'blocked',
})

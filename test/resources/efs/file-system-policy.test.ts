import { expect } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { fileSystemPolicy } from '../../../src/resources/efs/file-system-policy.ts'
import { keepsTheContract } from '../../support/contract.ts'
import { addFiles } from './ground.ts'

const policy = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Sid: 'OnlyWithTls', Effect: 'Deny', Principal: { AWS: '*' }, Action: [Action], Resource: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
})
const CHANGED = 'elasticfilesystem:ClientMount'

keepsTheContract({
  address: 'efs:file-system-policy/files',
  graph(_world, variant) {
    const graph = new Graph()
    const data = graph.layer('Data')
    const [files, other] = [addFiles(data), addFiles(data, 'other')]
    data.add(fileSystemPolicy, 'files', {
      fileSystemId: (variant === 'replaced' ? other : files).ref('id'),
      policy: policy(variant === 'changed' ? CHANGED : '*'),
    })
    return graph
  },
  async verify({ raw }, FileSystemId, variant) {
    const { Policy } = await raw.efs.describeFileSystemPolicy({ FileSystemId })
    expect(JSON.parse(Policy ?? '')).toEqual(policy(variant === 'changed' ? CHANGED : '*'))
  },
  drifts: {
    policy: ({ raw }, FileSystemId) =>
      raw.efs.putFileSystemPolicy({ FileSystemId, Policy: JSON.stringify(policy('elasticfilesystem:ClientWrite')) }),
  },
  vanish: ({ raw }, FileSystemId) => raw.efs.deleteFileSystemPolicy({ FileSystemId }),
  gone: ({ raw }, FileSystemId) =>
    raw.efs.describeFileSystemPolicy({ FileSystemId }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

import type { PolicyDocument } from '../../aws/policy.ts'
import type { Handle } from '../../engine/graph.ts'
import type { Wired } from '../../engine/ref.ts'
import { type AccessPointOut, accessPoint } from '../../resources/efs/access-point.ts'
import { type FileSystemOut, fileSystem } from '../../resources/efs/file-system.ts'
import { fileSystemPolicy } from '../../resources/efs/file-system-policy.ts'
import { mountTarget } from '../../resources/efs/mount-target.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'

export interface Files {
  readonly system: Handle<FileSystemOut>
  readonly products: Handle<AccessPointOut>
  /** What has to stand before anybody can mount them. */
  readonly doors: readonly Handle<unknown>[]
}

/** Who the web servers are to the file system: all of them the same user, whoever asks. */
const USER = { uid: 1000, gid: 1000 }

/** Files that all web servers share: encrypted, backed up, mounted with TLS, cheaper when nobody reads them. */
export function files({ graph }: Draft, net: Network, groups: Groups): Files {
  const data = graph.layer('Data')
  const system = data.add(fileSystem, 'main', {
    ...{ encrypted: true, performanceMode: 'generalPurpose', throughputMode: 'elastic' },
    ...{ transitionToIa: 'AFTER_30_DAYS', transitionToPrimary: 'AFTER_1_ACCESS', automaticBackups: true },
  })
  const policy = data.add(fileSystemPolicy, 'main', {
    fileSystemId: system.ref('id'),
    policy: tlsOnly(system),
  })
  const products = data.add(accessPoint, 'products', {
    ...{ fileSystemId: system.ref('id'), path: '/products' },
    ...{ owner: { ...USER, permissions: '0755' }, posixUser: USER },
  })
  const targets = net.zones.map(({ letter, closed }) =>
    data.add(mountTarget, letter, {
      ...{ fileSystemId: system.ref('id'), subnetId: closed.ref('id') },
      securityGroupIds: [groups.files.ref('id')],
    }),
  )
  return { system, products, doors: [policy, ...targets] }
}

/** With a policy nobody is let in who is not named: whoever IAM allows, through a mount target, and with TLS. */
const tlsOnly = (system: Handle<FileSystemOut>): Wired<PolicyDocument> => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: { AWS: '*' }, Action: '*' },
      Resource: system.ref('arn'),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
})

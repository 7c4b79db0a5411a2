import { imageFor } from '../../aws/facts.ts'
import type { Handle } from '../../engine/graph.ts'
import { type InstanceOut, instance } from '../../resources/ec2/instance.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'
import { instanceIdentity, managedPolicy } from './trust.ts'

/** The way in to the private database. It has no key pair: each session's key comes by EC2 Instance Connect. */
export function bastion(draft: Draft, net: Network, groups: Groups): Handle<InstanceOut> {
  const { graph, config, facts } = draft
  const [zone] = net.zones
  if (!zone) throw new Error('A bastion needs a zone to stand in.')
  const profile = instanceIdentity(draft, 'bastion', 'Bastion', {
    managedPolicies: [managedPolicy(draft, 'AmazonSSMManagedInstanceCore')],
    inlinePolicies: {},
  })
  const { instanceType } = config.bastion
  return graph.layer('Access').add(
    instance,
    'bastion',
    {
      ...{ imageId: imageFor(facts, instanceType), instanceType, instanceProfileArn: profile.ref('arn') },
      ...{ subnetId: zone.open.ref('id'), securityGroupIds: [groups.bastion.ref('id')], publicIp: true },
      ...{ detailedMonitoring: true, metadata: { httpTokens: 'required', hopLimit: 1 } },
      rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
      ...{ userData: '', terminationProtection: false },
    },
    net.publicWay,
  )
}

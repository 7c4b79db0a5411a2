import { iamNameOf, iamPathOf } from '../../aws/names.ts'
import type { PolicyDocument } from '../../aws/policy.ts'
import type { Handle } from '../../engine/graph.ts'
import type { Wired } from '../../engine/ref.ts'
import { type InstanceProfileOut, instanceProfile } from '../../resources/iam/instance-profile.ts'
import { type RoleSpec, role } from '../../resources/iam/role.ts'
import type { Draft } from '../blueprint.ts'

type Conditions = Readonly<Record<string, Readonly<Record<string, string>>>>

const assumedBy = (service: string, conditions?: Conditions): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
      ...(conditions === undefined ? {} : { Condition: conditions }),
    },
  ],
})

/** A service works for many accounts: only on behalf of this one may it take the role (the confused deputy). */
export const assumedByService = (service: string, account: string, more: Conditions = {}): PolicyDocument =>
  assumedBy(service, { StringEquals: { 'aws:SourceAccount': account }, ...more })

/** What AWS itself keeps: `AmazonSSMManagedInstanceCore`, `service-role/AmazonRDSEnhancedMonitoringRole`. */
export const managedPolicy = ({ facts }: Draft, name: string): string =>
  `arn:${facts.partition}:iam::aws:policy/${name}`

type Rights = Pick<{ readonly [K in keyof RoleSpec]: Wired<RoleSpec[K]> }, 'managedPolicies' | 'inlinePolicies'>

/** Who an instance is: a role and the profile that carries it, both under the stack's path. */
export function instanceIdentity(
  draft: Draft,
  what: string,
  about: string,
  rights: Rights,
): Handle<InstanceProfileOut> {
  const { graph, facts, stack } = draft
  const security = graph.layer('Security')
  const [name, path] = [iamNameOf(stack, what, facts.region), iamPathOf(stack, facts.region)]
  const identity = security.add(role, what, {
    ...{ name, path, description: `${about} of ${stack}`, trust: assumedBy('ec2.amazonaws.com') },
    ...rights,
  })
  return security.add(instanceProfile, what, { name, path, roleName: identity.ref('name') })
}

import { expect } from 'vitest'
import { iamPathOf } from '../../../src/aws/names.ts'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { role } from '../../../src/resources/iam/role.ts'
import { keepsTheContract } from '../../support/contract.ts'

const trust: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

keepsTheContract({
  address: 'iam:instance-profile/web',
  graph({ stack, region }, variant) {
    const graph = new Graph()
    const security = graph.layer('Security')
    const path = iamPathOf(stack, region)
    const bare = { path, description: '', trust, managedPolicies: [], inlinePolicies: {} }
    const web = security.add(role, 'web', { name: `${stack}-web`, ...bare })
    const other = security.add(role, 'other', { name: `${stack}-other`, ...bare })
    security.add(instanceProfile, 'web', {
      name: `${stack}-${variant === 'replaced' ? 'another' : 'web'}`,
      path,
      roleName: (variant === 'changed' ? other : web).ref('name'),
    })
    return graph
  },
  async verify({ raw, stack }, InstanceProfileName, variant) {
    const { InstanceProfile: profile } = await raw.iam.getInstanceProfile({ InstanceProfileName })
    expect(profile?.Roles?.map(({ RoleName }) => RoleName)).toEqual([
      `${stack}-${variant === 'changed' ? 'other' : 'web'}`,
    ])
    expect(profile?.Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: stack }]))
  },
  drifts: {
    roleName: async ({ raw, stack }, InstanceProfileName) => {
      await raw.iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: `${stack}-web` })
      await raw.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: `${stack}-other` })
    },
    tags: ({ raw }, InstanceProfileName) =>
      raw.iam.tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: 'team', Value: 'theirs' }] }),
  },
  async vanish({ raw, stack }, InstanceProfileName) {
    await raw.iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: `${stack}-web` })
    await raw.iam.deleteInstanceProfile({ InstanceProfileName })
  },
  gone: ({ raw }, InstanceProfileName) =>
    raw.iam.getInstanceProfile({ InstanceProfileName }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

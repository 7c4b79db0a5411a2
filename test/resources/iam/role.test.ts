import { expect } from 'vitest'
import { iamPathOf } from '../../../src/aws/names.ts'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { type RoleSpec, role } from '../../../src/resources/iam/role.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const trust = (service: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
})

const may = (action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'It', Effect: 'Allow', Action: [action], Resource: ['*'] }],
})

const SSM = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'
const WATCH = 'arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy'

const first: Omit<RoleSpec, 'name' | 'path'> = {
  description: 'What the web servers may do.',
  trust: trust('ec2.amazonaws.com'),
  managedPolicies: [WATCH, SSM],
  inlinePolicies: { logs: may('logs:PutLogEvents'), assets: may('s3:GetObject') },
}

const changed: Omit<RoleSpec, 'name' | 'path'> = {
  description: '',
  trust: trust('lambda.amazonaws.com'),
  managedPolicies: [SSM],
  inlinePolicies: { assets: may('s3:ListBucket') },
}

const documentOf = (text: string | undefined) => JSON.parse(decodeURIComponent(text ?? ''))

const wantedIn = (variant: string) => (variant === 'changed' ? changed : first)

keepsTheContract({
  address: 'iam:role/web',
  graph(world: World, variant) {
    const graph = new Graph()
    const name = `${world.stack}-${variant === 'replaced' ? 'other' : 'web'}`
    const path = iamPathOf(world.stack, world.region)
    graph.layer('Security').add(role, 'web', { name, path, ...wantedIn(variant) })
    return graph
  },
  async verify({ raw, stack, region, account }, RoleName, variant) {
    const wanted = wantedIn(variant)
    const { Role } = await raw.iam.getRole({ RoleName })
    expect(Role?.Arn).toBe(`arn:aws:iam::${account}:role/ecom-infra/${stack}/${region}/${RoleName}`)
    expect(Role?.Description ?? '').toBe(wanted.description)
    expect(documentOf(Role?.AssumeRolePolicyDocument)).toEqual(wanted.trust)
    expect(Role?.Tags).toEqual(expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: stack }]))
    const { AttachedPolicies } = await raw.iam.listAttachedRolePolicies({ RoleName })
    expect(AttachedPolicies?.map(({ PolicyArn }) => PolicyArn).sort()).toEqual([...wanted.managedPolicies].sort())
    const { PolicyNames = [] } = await raw.iam.listRolePolicies({ RoleName })
    expect([...PolicyNames].sort()).toEqual(Object.keys(wanted.inlinePolicies).sort())
    for (const [PolicyName, document] of Object.entries(wanted.inlinePolicies)) {
      const { PolicyDocument } = await raw.iam.getRolePolicy({ RoleName, PolicyName })
      expect(documentOf(PolicyDocument)).toEqual(document)
    }
  },
  drifts: {
    description: ({ raw }, RoleName) => raw.iam.updateRole({ RoleName, Description: 'Mine now.' }),
    trust: ({ raw }, RoleName) =>
      raw.iam.updateAssumeRolePolicy({
        RoleName,
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
        }),
      }),
    managedPolicies: async ({ raw }, RoleName) => {
      await raw.iam.detachRolePolicy({ RoleName, PolicyArn: SSM })
      await raw.iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })
    },
    inlinePolicies: async ({ raw }, RoleName) => {
      await raw.iam.putRolePolicy({ RoleName, PolicyName: 'logs', PolicyDocument: JSON.stringify(may('iam:*')) })
      await raw.iam.putRolePolicy({ RoleName, PolicyName: 'backdoor', PolicyDocument: JSON.stringify(may('*')) })
      await raw.iam.deleteRolePolicy({ RoleName, PolicyName: 'assets' })
    },
    tags: ({ raw }, RoleName) => raw.iam.tagRole({ RoleName, Tags: [{ Key: 'team', Value: 'theirs' }] }),
  },
  async vanish({ raw }, RoleName) {
    const { AttachedPolicies = [] } = await raw.iam.listAttachedRolePolicies({ RoleName })
    for (const { PolicyArn } of AttachedPolicies) await raw.iam.detachRolePolicy({ RoleName, PolicyArn })
    const { PolicyNames = [] } = await raw.iam.listRolePolicies({ RoleName })
    for (const PolicyName of PolicyNames) await raw.iam.deleteRolePolicy({ RoleName, PolicyName })
    await raw.iam.deleteRole({ RoleName })
  },
  gone: ({ raw }, RoleName) =>
    raw.iam.getRole({ RoleName }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})

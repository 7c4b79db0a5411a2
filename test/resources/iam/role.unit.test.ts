import { IAMClient } from '@aws-sdk/client-iam'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyDocument } from '../../../src/aws/policy.ts'
import { diff } from '../../../src/engine/diff.ts'
import type { AnyType, Asked, Found } from '../../../src/engine/resource.ts'
import { type RoleOut, type RoleSpec, role } from '../../../src/resources/iam/role.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'iam:role/web'
const path = '/ecom-infra/shop-dev/us-east-1/'
const arn = `arn:aws:iam::123456789012:role${path}web`
const terms = { deleteData: false, snapshotName: null }
const may = (action: string | readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
})
const spec: RoleSpec = {
  ...{ name: 'web', path, description: '', trust: may('sts:AssumeRole') },
  managedPolicies: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'],
  inlinePolicies: { logs: may('logs:*') },
}
const live: Found<RoleSpec, RoleOut> = { address, id: 'web', ours: true, spec, tags: {}, out: { name: 'web', arn } }
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: { name: 'web' }, ...one })
const inAws = (change: object = {}) => ({
  Role: {
    ...{ RoleName: 'web', Path: path, Arn: arn, RoleId: 'AROAX', CreateDate: new Date(0) },
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(spec.trust)),
    Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }],
    ...change,
  },
})
const none = () => fail('NoSuchEntityException', 'The role with name web cannot be found.', 404)

const { answers, called, inputsOf } = scripted(IAMClient)
beforeEach(() => answers({}))

describe('reading', () => {
  test('goes by the path, over all pages, and by the asked names that are elsewhere', async () => {
    answers({
      ListRoles: (_, nth) =>
        nth === 1
          ? { Roles: [{ RoleName: 'one' }], IsTruncated: true, Marker: 'm' }
          : { Roles: [{ RoleName: 'two' }], IsTruncated: false },
      GetRole: ({ RoleName }) => inAws({ RoleName }),
    })
    const found = await role.read(fakeCtx(), [asked({})])
    expect(found.map(({ id }) => id)).toEqual(['one', 'two', 'web'])
    expect(inputsOf('ListRoles')).toMatchObject([{ PathPrefix: path }, { PathPrefix: path, Marker: 'm' }])
  })

  test('the unique id in place of the ARN does not get into what is published', async () => {
    answers({ GetRole: () => inAws({ Arn: 'AROAX' }) })
    const [found] = await role.read(fakeCtx(), [asked({})])
    expect(found?.out).toEqual({ name: 'web', arn })
  })

  test('one under our name without our tag is not ours', async () => {
    for (const Tags of [[], [{ Key: 'ecom-infra:stack', Value: 'other' }]]) {
      answers({ GetRole: () => inAws({ Tags }) })
      expect(await role.read(fakeCtx(), [asked({ token: 't' })])).toMatchObject([{ address, ours: false }])
    }
    answers({ GetRole: () => inAws({ Tags: [] }) })
    expect(await role.read(fakeCtx(), [asked({ id: 'web' })])).toMatchObject([{ ours: true }])
  })

  test.each(['GetRole', 'ListAttachedRolePolicies', 'ListRolePolicies', 'GetRolePolicy'])(
    'gone by the time of %s is gone',
    async (operation) => {
      answers({
        ListRoles: () => ({ Roles: [{ RoleName: 'web' }] }),
        GetRole: () => inAws(),
        ListRolePolicies: () => ({ PolicyNames: ['logs'] }),
        [operation]: none,
      })
      expect(await role.read(fakeCtx(), [])).toEqual([])
    },
  )

  test('policies are compared by what they mean', async () => {
    answers({
      GetRole: () => inAws(),
      ListAttachedRolePolicies: () => ({
        AttachedPolicies: [...spec.managedPolicies].reverse().map((PolicyArn) => ({ PolicyArn })),
      }),
      ListRolePolicies: () => ({ PolicyNames: ['logs'] }),
      GetRolePolicy: () => ({ PolicyDocument: encodeURIComponent(JSON.stringify(may(['logs:*']))) }),
    })
    const [found] = await role.read(fakeCtx(), [asked({})])
    expect(found && diff(role as unknown as AnyType, spec, {}, found)).toEqual([])
  })
})

describe('making', () => {
  test('a principal that IAM does not know yet is waited for', async () => {
    const passing = (_: unknown, nth: number) =>
      nth < 3 ? fail('MalformedPolicyDocumentException', 'Invalid principal in policy: "AWS":"x"') : {}
    answers({ CreateRole: passing, UpdateAssumeRolePolicy: passing })
    expect(await role.create(fakeCtx(), address, spec, 't')).toBe('web')
    await role.sync?.(fakeCtx(), spec, live, new Set(['trust'] as const))
    expect(called().filter((one) => one === 'UpdateAssumeRolePolicy')).toHaveLength(3)
    expect(inputsOf('CreateRole')[2]).toMatchObject({
      Path: path,
      Tags: expect.arrayContaining([{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]),
    })
  })

  test('a policy that is wrong is refused at once', async () => {
    answers({ CreateRole: () => fail('MalformedPolicyDocumentException', 'Syntax errors in policy.') })
    await expect(role.create(fakeCtx(), address, spec, 't')).rejects.toThrow('Syntax')
    expect(called()).toHaveLength(1)
  })

  test('is ready when it has its ARN', async () => {
    answers({ GetRole: (_, nth) => (nth === 1 ? none() : inAws({ Arn: nth === 2 ? 'AROAX' : arn })) })
    await role.ready?.(fakeCtx(), 'web')
    expect(called()).toHaveLength(3)
  })

  test('only what differs is attached, detached, put and deleted, in spite of the delay of a new role', async () => {
    const have = {
      ...live,
      spec: {
        ...spec,
        managedPolicies: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/Evil'],
        inlinePolicies: { logs: may('*'), evil: may('*') },
      },
    }
    answers({
      AttachRolePolicy: (_, nth) =>
        nth === 1 ? none() : nth === 2 ? fail('ConcurrentModificationException', 'busy', 409) : {},
      DetachRolePolicy: none,
      DeleteRolePolicy: none,
    })
    await role.sync?.(fakeCtx(), spec, have, new Set(['managedPolicies', 'inlinePolicies'] as const))
    expect(called()).toEqual([
      ...['AttachRolePolicy', 'AttachRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy'],
      ...['PutRolePolicy', 'DeleteRolePolicy'],
    ])
    expect(inputsOf('AttachRolePolicy')[0]?.PolicyArn).toBe('arn:aws:iam::aws:policy/B')
    expect(inputsOf('DetachRolePolicy')[0]?.PolicyArn).toBe('arn:aws:iam::aws:policy/Evil')
    expect(inputsOf('PutRolePolicy')[0]?.PolicyName).toBe('logs')
    expect(inputsOf('DeleteRolePolicy')[0]?.PolicyName).toBe('evil')
  })
})

describe('deleting', () => {
  test('lets go of profiles and policies, whoever attached them, and is patient', async () => {
    answers({
      ListInstanceProfilesForRole: () => ({ InstanceProfiles: [{ InstanceProfileName: 'theirs' }] }),
      ListAttachedRolePolicies: () => ({ AttachedPolicies: [{ PolicyArn: 'arn:x' }] }),
      ListRolePolicies: () => ({ PolicyNames: ['inline'] }),
      DeleteRole: (_, nth) => (nth === 1 ? fail('DeleteConflictException', 'Cannot delete entity', 409) : {}),
      GetRole: (_, nth) => (nth < 3 ? inAws() : none()),
    })
    await role.destroy(fakeCtx(), live, terms)
    const round = [
      ...['ListInstanceProfilesForRole', 'RemoveRoleFromInstanceProfile', 'ListAttachedRolePolicies'],
      ...['DetachRolePolicy', 'ListRolePolicies', 'DeleteRolePolicy', 'DeleteRole'],
    ]
    expect(called()).toEqual([...round, ...round, 'GetRole', 'GetRole', 'GetRole'])
  })

  test('gone already is gone', async () => {
    answers({ ListInstanceProfilesForRole: none, GetRole: none })
    await role.destroy(fakeCtx(), live, terms)
  })
})

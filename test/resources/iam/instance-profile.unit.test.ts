import { IAMClient } from '@aws-sdk/client-iam'
import { beforeEach, expect, test } from 'vitest'
import type { Asked } from '../../../src/engine/resource.ts'
import { instanceProfile } from '../../../src/resources/iam/instance-profile.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'iam:instance-profile/web'
const path = '/ecom-infra/shop-dev/us-east-1/'
const arn = `arn:aws:iam::123456789012:instance-profile${path}web`
const terms = { deleteData: false, snapshotName: null }
const spec = { name: 'web', path, roleName: 'web' }
const live = { address, id: 'web', ours: true, spec, tags: {}, out: { name: 'web', arn } } as const
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: { name: 'web' }, ...one })
const inAws = (change: object = {}) => ({
  InstanceProfile: {
    ...{ InstanceProfileName: 'web', Path: path, Arn: arn, Roles: [{ RoleName: 'web' }] },
    Tags: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }],
    ...change,
  },
})
const none = () => fail('NoSuchEntityException', 'Instance Profile web cannot be found.', 404)

const { answers, called, inputsOf } = scripted(IAMClient)
beforeEach(() => answers({}))

test('reads by path over all pages, and leaves out what an emulator adds', async () => {
  answers({
    ListInstanceProfiles: (_, nth) =>
      nth === 1
        ? { InstanceProfiles: [{ InstanceProfileName: 'one', Path: path }], IsTruncated: true, Marker: 'm' }
        : { InstanceProfiles: [{ InstanceProfileName: 'stranger', Path: '/ecom-infra/other/us-east-1/' }] },
    GetInstanceProfile: ({ InstanceProfileName }) => inAws({ InstanceProfileName, Arn: 'AIPAX' }),
  })
  const found = await instanceProfile.read(fakeCtx(), [asked({})])
  expect(found.map(({ id }) => id)).toEqual(['one', 'web'])
  expect(found[1]).toMatchObject({ ours: true, spec, out: { name: 'web', arn } })
})

test('one under our name without our tag is not ours; one that is gone in between is gone', async () => {
  answers({ GetInstanceProfile: () => inAws({ Tags: [] }) })
  expect(await instanceProfile.read(fakeCtx(), [asked({ token: 't' })])).toMatchObject([{ ours: false }])
  answers({
    ListInstanceProfiles: () => ({ InstanceProfiles: [{ InstanceProfileName: 'web', Path: path }] }),
    GetInstanceProfile: none,
  })
  expect(await instanceProfile.read(fakeCtx(), [])).toEqual([])
})

test('the old role goes out first, and a new one that is not known yet is waited for', async () => {
  answers({
    GetInstanceProfile: () => inAws({ Roles: [{ RoleName: 'old' }] }),
    AddRoleToInstanceProfile: (_, nth) =>
      nth < 3 ? fail('NoSuchEntityException', 'The role with name web cannot be found.', 404) : {},
  })
  await instanceProfile.sync?.(fakeCtx(), spec, live, new Set(['roleName'] as const))
  const add = 'AddRoleToInstanceProfile'
  expect(called()).toEqual(['GetInstanceProfile', 'RemoveRoleFromInstanceProfile', add, add, add])
  expect(inputsOf('RemoveRoleFromInstanceProfile')).toEqual([{ InstanceProfileName: 'web', RoleName: 'old' }])
})

test('is ready when it has its ARN', async () => {
  answers({ GetInstanceProfile: (_, nth) => (nth === 1 ? none() : inAws({ Arn: nth === 2 ? 'AIPAX' : arn })) })
  await instanceProfile.ready?.(fakeCtx(), 'web')
  expect(called()).toHaveLength(3)
})

test('is emptied, deleted and waited for; gone already is gone', async () => {
  answers({
    GetInstanceProfile: (_, nth) => (nth < 4 ? inAws() : none()),
    DeleteInstanceProfile: (_, nth) => (nth === 1 ? fail('DeleteConflictException', 'must remove roles', 409) : {}),
  })
  await instanceProfile.destroy(fakeCtx(), live, terms)
  const round = ['GetInstanceProfile', 'RemoveRoleFromInstanceProfile', 'DeleteInstanceProfile']
  expect(called()).toEqual([...round, ...round, 'GetInstanceProfile', 'GetInstanceProfile'])
  answers({ GetInstanceProfile: none, DeleteInstanceProfile: none })
  await instanceProfile.destroy(fakeCtx(), live, terms)
})

import { expect, test } from 'vitest'
import { rightFor } from '../../src/aws/rights.ts'
import { callName } from '../../src/aws/service.ts'
import { SWEEP_ACTIONS, sweep } from '../../src/aws/sweep/index.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { actionOf } from '../support/iam-actions.ts'
import { fail } from '../support/scripted.ts'
import { arnOf, emptyAccount, hints, services, Tags } from './sweep-services.ts'

const { ec2, iam, kms, rds, dynamodb, efs, elbv2, tagging } = services
emptyAccount()

const denied = (action: string) => () =>
  fail('AccessDeniedException', `User: u is not authorized to perform: ${action} with an explicit deny`, 403)

const actionsIn = ({ unseen }: Awaited<ReturnType<typeof sweep>>) => unseen.map(({ action }) => action)

test('whichever listing is denied is told by the right that was lacking, and the sweep goes on', async () => {
  // What stands in a network is only asked for while it stands.
  const standing = { DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }) }
  ec2.answers(standing)
  await sweep(fakeCtx())
  const calls = Object.entries(services).flatMap(([name, service]) =>
    [...new Set(service.called())].map((operation) => ({ name: name as keyof typeof services, operation })),
  )
  expect(calls.length).toBeGreaterThan(35)
  for (const { name, operation } of calls) {
    const action = actionOf(`${name}:${operation}`)
    for (const service of Object.values(services)) service.answers({})
    services[name].answers({ ...(name === 'ec2' ? standing : {}), [operation]: denied(action) })
    expect(actionsIn(await sweep(fakeCtx())), action).toEqual([action])
    // Where AWS does not name it, the operation does.
    expect(SWEEP_ACTIONS).toContain(rightFor('', callName(name, operation)))
  }
})

test('one that is denied hides nothing that its neighbours in the same service show', async () => {
  const action = 'iam:ListPolicies'
  iam.answers({
    ListRoles: () => ({ Roles: [{ RoleName: 'web', Path: '/ecom-infra/shop-dev/us-east-1/' }] }),
    ListPolicies: denied(action),
  })
  kms.answers({
    ListAliases: denied('kms:ListAliases'),
    ListKeys: () => ({ Keys: [{ KeyId: 'key-1' }] }),
    ListResourceTags: () => ({ Tags: [{ TagKey: 'ecom-infra:stack', TagValue: 'shop-dev' }] }),
    DescribeKey: () => ({ KeyMetadata: { KeyId: 'key-1', KeyState: 'Enabled' } }),
  })
  const swept = await sweep(fakeCtx())
  expect(swept.leftovers).toMatchObject([{ type: 'iam:role', id: 'web' }, { id: 'key-1' }])
  expect(actionsIn(swept).toSorted()).toEqual([action, 'kms:ListAliases'])
})

test('nor what is known already of the thing that is asked for', async () => {
  tagging.answers(hints(arnOf('elasticloadbalancing', 'listener/app/web/1/2')))
  elbv2.answers({ DescribeListeners: denied('elasticloadbalancing:DescribeListeners') })
  efs.answers({
    DescribeFileSystems: () => ({ FileSystems: [{ FileSystemId: 'fs-1', LifeCycleState: 'available', Tags }] }),
    DescribeMountTargets: denied('elasticfilesystem:DescribeMountTargets'),
  })
  dynamodb.answers({
    ListTables: () => ({ TableNames: ['shop-dev-sessions'] }),
    ListTagsOfResource: () => ({ Tags }),
    DescribeTable: denied('dynamodb:DescribeTable'),
  })
  const swept = await sweep(fakeCtx())
  expect(swept.leftovers.map(({ id }) => id)).toEqual(['shop-dev-sessions', 'fs-1'])
  expect(actionsIn(swept).toSorted()).toEqual([
    ...['dynamodb:DescribeTable', 'elasticfilesystem:DescribeMountTargets'],
    'elasticloadbalancing:DescribeListeners',
  ])
})

test('a key of ours whose state may not be read is no proof', async () => {
  kms.answers({
    ListKeys: () => ({ Keys: [{ KeyId: 'key-1' }] }),
    ListResourceTags: () => ({ Tags: [{ TagKey: 'ecom-infra:stack', TagValue: 'shop-dev' }] }),
    DescribeKey: denied('kms:DescribeKey'),
  })
  expect(actionsIn(await sweep(fakeCtx()))).toEqual(['kms:DescribeKey'])
})

test('what is asked again and again is told once', async () => {
  ec2.answers({ DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }), DescribeTags: denied('ec2:DescribeTags') })
  rds.answers({ DescribeDBSnapshots: denied('rds:DescribeDBSnapshots') })
  expect(actionsIn(await sweep(fakeCtx())).toSorted()).toEqual(['ec2:DescribeTags', 'rds:DescribeDBSnapshots'])
})

import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, expect, test } from 'vitest'
import { hintedAddresses, hintedArns, tagsShown } from '../../src/aws/tagged.ts'
import type { Asked } from '../../src/engine/resource.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { fail, scripted } from '../support/scripted.ts'

const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => tagging.answers({}))

const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/ecom-infra/shop-dev/web/access'
const asker: Asked = { address: 'logs:log-group/access', id: null, token: null, spec: null }
const whole = fakeCtx().tags(asker.address)
const own = { from: 'the service' }

function shows(tags: Readonly<Record<string, string>>, ResourceARN = arn) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  tagging.answers({ GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN, Tags }] }) })
}

/** What is shown, and how often the service itself was asked. */
async function shown(ctx = fakeCtx({ wide: true }), by: Asked | undefined = asker) {
  let asks = 0
  const ask = async () => {
    asks++
    return own
  }
  return { tags: await tagsShown(ctx, { arn, asker: by, ask }), asks }
}

test('what the tagging API shows as it should be needs no asking, with foreign tags as they are', async () => {
  shows({ ...whole, theirs: 'x' })
  expect(await shown()).toEqual({ tags: { ...whole, theirs: 'x' }, asks: 0 })
  shows(whole, `${arn}:*`)
  expect(await shown()).toMatchObject({ asks: 0 })
})

test('one listing is enough for a look', async () => {
  shows(whole)
  const ctx = fakeCtx({ wide: true })
  await Promise.all([shown(ctx), shown(ctx), shown(ctx)])
  expect(tagging.inputsOf('GetResources')).toHaveLength(1)
})

test.each([
  ['it shows another value', { ...whole, owner: 'somebody' }],
  ['it lacks one of ours', { 'ecom-infra:stack': 'shop-dev' }],
])('%s: it may be late, so the service is asked', async (_, tags) => {
  shows(tags)
  expect(await shown()).toEqual({ tags: own, asks: 1 })
})

test('a tag that was given up and still shows is asked for', async () => {
  shows({ ...whole, old: 'x' })
  expect(await shown(fakeCtx({ wide: true, retired: ['old'] }))).toMatchObject({ asks: 1 })
})

test('not shown, not asked for by anybody, or forbidden: the service is asked', async () => {
  expect(await shown()).toMatchObject({ asks: 1 })
  expect(await shown(fakeCtx({ wide: true }), undefined)).toMatchObject({ asks: 1 })
  tagging.answers({ GetResources: () => fail('AccessDeniedException') })
  expect(await shown()).toMatchObject({ asks: 1 })
})

test('a look at one thing does not ask for all', async () => {
  shows(whole)
  expect(await shown(fakeCtx())).toEqual({ tags: own, asks: 1 })
  expect(tagging.called()).toEqual([])
})

test('tells which addresses there are, and which ARNs of a kind; a look at one thing is told none', async () => {
  const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/shop-dev-sessions'
  shows({ 'ecom-infra:stack': 'shop-dev', 'ecom-infra:address': 'dynamodb:table/sessions' }, table)
  const ctx = fakeCtx({ wide: true })
  expect(await hintedAddresses(ctx)).toEqual(['dynamodb:table/sessions'])
  expect(await hintedArns(ctx, 'dynamodb', 'table/')).toEqual([table])
  expect(await hintedArns(ctx, 'sns')).toEqual([])
  expect(tagging.inputsOf('GetResources')).toHaveLength(1)
  expect(await hintedArns(fakeCtx(), 'dynamodb', 'table/')).toEqual([])
  shows({ 'ecom-infra:stack': 'shop-dev' })
  expect(await hintedAddresses(fakeCtx({ wide: true }))).toEqual([])
})

test('servers, files and balancers are asked for, too: the manifest may not know of them', async () => {
  await hintedAddresses(fakeCtx({ wide: true }))
  expect(tagging.inputsOf('GetResources')).toMatchObject([
    { ResourceTypeFilters: expect.arrayContaining(['ec2', 'elasticfilesystem', 'elasticloadbalancing']) },
  ])
})

import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api'
import { SNS } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
beforeAll(async () => {
  account = await freshAccount()
})
afterAll(() => account.close())

it('a page of the tagging API ends by the number of things, and by that of tags where it is asked for', async () => {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const place = { endpoint: account.url, region: 'us-east-1', credentials }
  const [topics, tagging] = [new SNS(place), new ResourceGroupsTaggingAPI(place)]
  const Tags = Array.from({ length: 40 }, (_, index) => ({ Key: `tag-${index}`, Value: 'x' }))
  for (const Name of ['a', 'b', 'c', 'd']) await topics.createTopic({ Name, Tags })
  const shown = async (limits: object) =>
    (await tagging.getResources({ ResourceTypeFilters: ['sns'], ...limits })).ResourceTagMappingList?.length
  expect(await shown({ ResourcesPerPage: 100 })).toBe(4)
  expect(await shown({ ResourcesPerPage: 3 })).toBe(3)
  expect(await shown({ TagsPerPage: 100 })).toBe(2)
})

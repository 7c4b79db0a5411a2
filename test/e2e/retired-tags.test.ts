import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { without } from './support/answers.ts'
import { astray, openStack, type Stack, status, up } from './support/stack.ts'
import { marked, serverTags, tagAsStranger } from './support/tagged.ts'

describe('a tag that is taken out of the config', () => {
  let stack: Stack
  const kindsWith = async (key: string) =>
    [...new Set((await marked(stack)).filter(({ tags }) => key in tags).map(({ kind }) => kind))].sort()

  beforeAll(async () => {
    stack = await openStack({ tags: { owner: 'web-team', campaign: 'spring' } })
    await up(stack)
    await tagAsStranger(stack, 'theirs')
    stack.configure({ tags: { owner: 'web-team' } })
  })
  afterAll(() => stack?.close())

  it('is seen on everything that has tags', async () => {
    expect(await kindsWith('campaign')).toEqual(await kindsWith('owner'))
    expect(await serverTags(stack)).toEqual(Array(3).fill(['campaign', 'owner']))
    const rows = (await status(stack, 3)).resources.filter(({ address }) => !address.startsWith('s3:bucket-policy/'))
    const gone = { path: 'tags.campaign', desired: null, actual: 'spring' }
    expect(rows.map(({ address, drift }) => [address, drift])).toEqual(rows.map(({ address }) => [address, [gone]]))
  })

  it('is not forgotten by a run that fails before it has gone everywhere', async () => {
    stack.account.proxy.intercept(without('logs', 'UntagResource'))
    await stack.json(['up', '--yes'], 1)
    stack.account.proxy.intercept(null)
    // The servers wait for their log groups.
    expect(await kindsWith('campaign')).toEqual(['asg', 'log group'])
  })

  it('goes everywhere, and a stranger keeps his', async () => {
    expect((await up(stack)).summary).toMatchObject({ updated: 4, created: 0, replaced: 0, deleted: 0 })
    expect(await kindsWith('campaign')).toEqual([])
    expect(await kindsWith('owner')).toContain('log group')
    expect(await serverTags(stack)).toEqual(Array(3).fill(['owner']))
    const tagged = ['asg', 'balancer', 'bucket', 'log group', 'role', 'subnet', 'vpc']
    expect(await kindsWith('theirs')).toEqual(tagged)
  })

  it('leaves nothing to do, and belongs to the stranger who puts it back', async () => {
    await tagAsStranger(stack, 'campaign')
    expect(astray(await status(stack))).toEqual([])
    expect((await up(stack)).apiCalls.mutating).toBe(0)
    expect(await kindsWith('campaign')).toHaveLength(7)
  })
})

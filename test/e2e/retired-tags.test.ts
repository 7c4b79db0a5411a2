import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { without } from './support/answers.ts'
import { taggable } from './support/inventory.ts'
import { astray, openStack, type Stack, status, up } from './support/stack.ts'
import { marked, serverTags, tagAsStranger } from './support/tagged.ts'

/** One thing of each service. */
const STRANGERS = [
  ...['alarm', 'asg', 'balancer', 'bucket', 'database', 'files', 'items', 'key', 'log group', 'role', 'subnet'],
  ...['topic', 'vpc'],
]

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
    const { resources } = await status(stack, 3)
    const gone = { path: 'tags.campaign', desired: null, actual: 'spring' }
    const tags = Object.fromEntries(resources.map(({ address, drift }) => [address, drift]))
    for (const address of taggable(resources)) expect(tags[address], address).toEqual([gone])
  })

  it('is not forgotten by a run that fails before it has gone everywhere', async () => {
    stack.account.proxy.intercept(without('logs', 'UntagResource'))
    await stack.json(['up', '--yes'], 1)
    stack.account.proxy.intercept(null)
    // What waits for a log group, and what waits for that.
    expect(await kindsWith('campaign')).toEqual([
      ...['alarm', 'asg', 'dashboard', 'database', 'flow log', 'log group', 'profile', 'role'],
    ])
  })

  it('goes everywhere, and a stranger keeps his', async () => {
    const rest = astray(await status(stack, 3)).length
    expect((await up(stack)).summary).toMatchObject({ updated: rest, created: 0, replaced: 0, deleted: 0 })
    expect(await kindsWith('campaign')).toEqual([])
    expect(await kindsWith('owner')).toContain('log group')
    expect(await serverTags(stack)).toEqual(Array(3).fill(['owner']))
    expect(await kindsWith('theirs')).toEqual(STRANGERS)
  })

  it('leaves nothing to do, and belongs to the stranger who puts it back', async () => {
    await tagAsStranger(stack, 'campaign')
    expect(astray(await status(stack))).toEqual([])
    expect((await up(stack)).apiCalls.mutating).toBe(0)
    expect(await kindsWith('campaign')).toEqual(STRANGERS)
  })
})

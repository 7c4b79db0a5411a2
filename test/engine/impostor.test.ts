import { beforeEach, describe, expect, test } from 'vitest'
import { GENERATION } from '../../src/engine/generation.ts'
import type { Thing } from './cloud.ts'
import { graphOf, spec, World } from './world.ts'

/** Its name and its other immutable fields are not those of the one that it was copied from. */
const copied = (world: World, from: Thing): Thing =>
  world.cloud.add({ ...from, name: 'a copy', spec: { ...from.spec, zone: 'copied' } })

describe('a copy with all our tags, of a thing whose old and new may live side by side', () => {
  let world: World
  let first: Thing
  const group = (zone: string, size = 1) =>
    graphOf((part) => void part.add(world.types.group, 'a', spec({ zone, size })))
  const told = async (zone: string) => (await world.plan(group(zone))).steps[0]

  beforeEach(async () => {
    world = new World()
    await world.done(group('a'))
    const [made] = world.cloud.living
    if (!made) throw new Error('nothing was made')
    first = made
  })

  test('beside the one that is wanted is named with it, and never guessed', async () => {
    const copy = copied(world, first)
    expect(await told('a')).toMatchObject({
      action: 'blocked',
      reason: `two live resources carry this address: ${first.id} and ${copy.id}. Delete the one that is not in use.`,
    })
    await expect(world.up(group('a', 2))).rejects.toThrow('is blocked')
    expect(world.cloud.living.map(({ id }) => id)).toEqual([first.id, copy.id])
    expect(world.cloud.count('destroy')).toBe(0)
  })

  test('beside the one that is to be replaced, too', async () => {
    const copy = copied(world, first)
    const step = await told('b')
    expect(step).toMatchObject({ action: 'blocked', live: null })
    expect(step?.reason).toContain(`${first.id} and ${copy.id}`)
  })

  test('two of them: all three are named', async () => {
    const ids = [first, copied(world, first), copied(world, first)].map(({ id }) => id).join(' and ')
    expect((await told('a'))?.reason).toBe(
      `3 live resources carry this address: ${ids}. Delete those that are not in use.`,
    )
  })

  test('alone is neither replaced nor left aside', async () => {
    const copy = copied(world, first)
    world.cloud.vanish(first.id)
    expect(await told('a')).toMatchObject({
      action: 'blocked',
      reason: `${copy.id} carries this address, but is not as this tool made it (\`${GENERATION}\` does not fit it). Delete it, or take its \`ecom-infra:\` tags off.`,
    })
  })

  test('the one that we made may be replaced', async () => {
    expect(await told('b')).toMatchObject({ action: 'replace', mode: 'create-first', live: { id: first.id } })
  })

  test.each([
    ['without', {}],
    ['with another', { [GENERATION]: 'ffffff' }],
  ])('the one that is wanted, %s generation on it, is repaired', async (_, generation) => {
    const { [GENERATION]: was, ...rest } = first.tags
    world.cloud.change(first.id, { tags: { ...rest, ...generation } })
    expect(await told('a')).toMatchObject({ action: 'update', live: { id: first.id }, older: [] })
    await world.done(group('a'))
    expect(world.cloud.get(first.id).tags[GENERATION]).toBe(was)
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { GENERATION } from '../../src/engine/generation.ts'
import { Graph } from '../../src/engine/graph.ts'
import type { Thing } from './cloud.ts'
import { failing, fair } from './weather.ts'
import { graphOf, type KindName, spec, World } from './world.ts'

const ADVICE = 'It is no longer wanted: take the `ecom-infra:` tags off what has to stay, or delete what may go.'

describe('two live things of an address that is wanted no more', () => {
  let world: World
  const nothing = new Graph()
  const one = (kind: KindName, zone = 'a') => graphOf((part) => void part.add(world.types[kind], 'a', spec({ zone })))
  const ids = () => world.cloud.living.map(({ id }) => id)

  async function made(kind: KindName): Promise<Thing> {
    await world.done(one(kind))
    const [thing] = world.cloud.living
    if (!thing) throw new Error('nothing was made')
    return thing
  }

  /** Tags can be copied. Its name cannot, nor can all that its name was made of. */
  const copied = (from: Thing, zone = 'copied') =>
    world.cloud.add({ ...from, name: `a copy in ${zone}`, spec: { ...from.spec, zone } })

  async function refused(): Promise<void> {
    const before = ids()
    await expect(world.up(nothing)).rejects.toThrow('is blocked')
    expect(ids()).toEqual(before)
    expect(world.cloud.count('destroy')).toBe(0)
  }

  beforeEach(() => {
    world = new World()
  })

  test('are told once, by both ids, and neither is touched', async () => {
    const ours = await made('vpc')
    const copy = copied(ours)
    const { steps } = await world.plan(nothing)
    const reason = `two live resources carry this address: ${ours.id} and ${copy.id}. ${ADVICE}`
    expect(steps).toMatchObject([{ address: 'net:vpc/a', action: 'blocked', reason, node: null, older: [] }])
    await refused()
  })

  test('are shown as the one that is remembered, whichever is listed first', async () => {
    const copy = copied(await made('vpc'))
    const memo = world.disk.resources.get('net:vpc/a')
    if (!memo) throw new Error('it is not remembered')
    world.disk.resources = new Map([['net:vpc/a', { ...memo, id: copy.id }]])
    expect((await world.plan(nothing)).steps).toMatchObject([{ live: { id: copy.id } }])
  })

  test('are refused even where data may be deleted', async () => {
    copied(await made('base'))
    const { steps } = await world.plan(nothing, { consent: { deleteData: true } })
    expect(steps).toMatchObject([{ action: 'blocked', reason: expect.stringContaining('two live resources') }])
  })

  test('are three, when they are', async () => {
    const ours = await made('vpc')
    const all = [ours, copied(ours), copied(ours)].map(({ id }) => id).join(' and ')
    expect((await world.plan(nothing)).steps[0]?.reason).toBe(`3 live resources carry this address: ${all}. ${ADVICE}`)
  })

  test('are none any more once the other carries our tags no longer: ours goes, and it stays', async () => {
    const copy = copied(await made('vpc'))
    world.cloud.change(copy.id, { tags: { theirs: 'yes' } })
    await world.done(nothing)
    expect(ids()).toEqual([copy.id])
  })

  test('are no twins where one of them has failed: both go', async () => {
    const copy = copied(await made('vpc'))
    copy.failed = 'no capacity'
    await world.done(nothing)
    expect(ids()).toEqual([])
  })

  test('are no twins where both are generations of ours, left by a replacement that was cut off: both go', async () => {
    await made('group')
    world.cloud.weather = failing(({ verb }) => verb === 'destroy', 'denied')
    await world.up(one('group', 'b'))
    world.cloud.weather = fair()
    expect(ids()).toHaveLength(2)
    expect((await world.plan(nothing)).steps.map(({ action }) => action)).toEqual(['delete', 'delete'])
    await world.done(nothing)
    expect(ids()).toEqual([])
  })

  test.each([
    ['with the tags of ours', 'copied', {}],
    ['with another generation, which does not fit it', 'copied', { [GENERATION]: 'ffffff' }],
    ['of the very same generation', 'a', {}],
  ])('are twins where old and new may live side by side, but one is a copy %s', async (_, zone, generation) => {
    const ours = await made('group')
    const copy = copied(ours, zone)
    world.cloud.change(copy.id, { tags: { ...copy.tags, ...generation } })
    expect((await world.plan(nothing)).steps).toMatchObject([
      { action: 'blocked', reason: expect.stringContaining(`${ours.id} and ${copy.id}`) },
    ])
    await refused()
  })
})

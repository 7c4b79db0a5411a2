import { describe, expect, test } from 'vitest'
import { planned, type Write } from './planned.ts'
import { actions, graphOf, spec, World } from './world.ts'

describe('what one replacement brings with it', () => {
  test('those that live in it, first to last, and create-first becomes delete-first inside', async () => {
    const stack =
      (zone: string): Write =>
      (part, { types }) => {
        const home = part.add(types.vpc, 'a', spec({ zone }))
        const group = part.add(types.group, 'a', spec({ homes: [home.ref('id')] }))
        part.add(types.fleet, 'a', spec({ loose: [group.ref('label')] }))
      }
    const { steps } = await planned(stack('a'), stack('b'))
    expect(steps.map(({ action, mode }) => [action, mode])).toEqual([
      ['replace', 'delete-first'],
      ['replace', 'delete-first'],
      ['update', null],
    ])
    expect(steps[1]?.reason).toBe('AWS does not let homes change after creation')
  })

  test('those that hold it, though they could be changed', async () => {
    const stack =
      (zone: string): Write =>
      (part, { types }) => {
        const gate = part.add(types.gate, 'a', spec({ zone }))
        part.add(types.fleet, 'a', spec({ targets: [gate.ref('id')] }))
      }
    const { steps } = await planned(stack('a'), stack('b'))
    expect(steps[1]).toMatchObject({ action: 'replace', reason: 'it stands in the way of replacing net:gate/a' })
  })

  test('not those that only now come to hold it', async () => {
    const stack =
      (zone: string, holding: boolean): Write =>
      (part, { types }) => {
        const gate = part.add(types.gate, 'a', spec({ zone }))
        part.add(types.fleet, 'a', spec({ targets: holding ? [gate.ref('id')] : [] }))
      }
    expect(actions(await planned(stack('a', false), stack('b', true)))['app:fleet/a']).toBe('update')
  })

  test('nobody, when the new one is made first: those that hold it are changed', async () => {
    const stack =
      (zone: string): Write =>
      (part, { types }) => {
        const group = part.add(types.group, 'a', spec({ zone }))
        part.add(types.fleet, 'a', spec({ targets: [group.ref('id')] }))
      }
    expect(actions(await planned(stack('a'), stack('b')))).toEqual({
      'net:group/a': 'replace',
      'app:fleet/a': 'update',
    })
  })

  test('who only lets go of it is not replaced, unless it needs what comes back', async () => {
    const before: Write = (part, { types }) => {
      const home = part.add(types.vpc, 'a', spec())
      const gate = part.add(types.gate, 'a', spec({ homes: [home.ref('id')] }))
      part.add(types.fleet, 'a', spec({ targets: [gate.ref('id')] }))
    }
    const next =
      (loose: boolean): Write =>
      (part, { types }) => {
        const home = part.add(types.vpc, 'a', spec({ zone: 'b' }))
        part.add(types.gate, 'a', spec({ homes: [home.ref('id')] }))
        part.add(types.fleet, 'a', spec(loose ? { loose: [home.ref('label')] } : {}))
      }
    expect(actions(await planned(before, next(false)))['app:fleet/a']).toBe('update')
    expect(actions(await planned(before, next(true)))['app:fleet/a']).toBe('replace')
  })

  test('an older generation that is still there is an update, until it is gone', async () => {
    const world = new World()
    const group = (zone: string) => graphOf((part) => void part.add(world.types.group, 'a', spec({ zone })))
    await world.done(group('a'))
    const [old] = world.cloud.living
    await world.up(group('b'), { killAt: 1e9 })
    const fresh = world.cloud.living[0]
    if (!old || !fresh) throw new Error('nothing was made')
    world.cloud.things.set(old.id, { ...old, goneAt: null })
    const { steps } = await world.plan(group('b'))
    expect(steps[0]).toMatchObject({ action: 'update', live: { id: fresh.id }, older: [{ id: old.id }] })
    expect(steps[0]?.reason).toBe(`an earlier one is still there: ${old.id}`)
    await world.done(group('b'))
    expect(world.cloud.living.map(({ id }) => id)).toEqual([fresh.id])
  })
})

import { screen } from '@inquirer/testing/vitest'
import { describe, expect, test } from 'vitest'
import { Declined, Interrupted } from '../../src/engine/errors.ts'
import { confirm, typeToConfirm } from '../../src/ui/prompts.ts'

const NAME = { what: 'delete it all', expected: 'shop-dev' }

/** The first question appears only after the prompts were loaded. */
async function shows(words: string): Promise<void> {
  await expect.poll(() => screen.getScreen(), { interval: 5 }).toContain(words)
}

async function answer(text: string): Promise<void> {
  if (text !== '') screen.type(text)
  screen.keypress('enter')
}

describe('a yes or no', () => {
  test.each([
    ['y', true],
    ['yes', true],
    ['n', false],
    ['', false],
  ])('"%s" is %s', async (text, expected) => {
    const asked = confirm('Apply this plan?')
    await shows('Apply this plan? (y/N)')
    await answer(text)
    expect(await asked).toBe(expected)
  })

  test('Ctrl-C is an interrupt', async () => {
    const asked = confirm('Apply this plan?')
    const caught = asked.catch((error: unknown) => error)
    await shows('Apply')
    screen.keypress({ name: 'c', ctrl: true })
    expect(await caught).toEqual(new Interrupted('SIGINT'))
  })
})

describe('a signal from outside', () => {
  test.each([
    ['a yes or no', (signal: AbortSignal) => confirm('Apply this plan?', { signal }), 'Apply'],
    ['a typed confirmation', (signal: AbortSignal) => typeToConfirm(NAME, { signal }), 'Type shop-dev'],
  ])('ends %s with what it is, and none is begun after it', async (_, ask, words) => {
    const stop = new AbortController()
    const asked = ask(stop.signal).catch((error: unknown) => error)
    await shows(words)
    stop.abort(new Interrupted('SIGTERM'))
    expect(await asked).toEqual(new Interrupted('SIGTERM'))
    await expect(ask(stop.signal)).rejects.toEqual(new Interrupted('SIGTERM'))
  })
})

describe('a typed confirmation', () => {
  test.each(['shop-dev', ' shop-dev '])('"%s" is taken', async (text) => {
    const asked = typeToConfirm(NAME)
    await shows('Type shop-dev to delete it all:')
    await answer(text)
    await expect(asked).resolves.toBeUndefined()
  })

  test.each(['', 'shop', 'SHOP-DEV', 'yes'])('"%s" is a no', async (text) => {
    const asked = typeToConfirm(NAME).catch((error: unknown) => error)
    await shows('Type shop-dev')
    await answer(text)
    expect(await asked).toEqual(new Declined('That was not shop-dev: nothing was changed.'))
  })

  test('Ctrl-C is an interrupt', async () => {
    const asked = typeToConfirm(NAME).catch((error: unknown) => error)
    await shows('Type shop-dev')
    screen.keypress({ name: 'c', ctrl: true })
    expect(await asked).toBeInstanceOf(Interrupted)
  })
})

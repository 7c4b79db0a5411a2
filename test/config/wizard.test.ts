import { screen } from '@inquirer/testing/vitest'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/problem.ts'
import { askConfig, askYesNo } from '../../src/config/wizard.ts'
import { Interrupted } from '../../src/engine/errors.ts'

const suggested = { blueprint: 'ecommerce', name: 'store', environment: 'dev', region: 'eu-west-1' }

/** The first question appears only after the prompts were loaded. */
async function shows(words: string): Promise<void> {
  await expect.poll(() => screen.getScreen(), { interval: 5 }).toContain(words)
}

async function enter(text = ''): Promise<void> {
  if (text !== '') screen.type(text)
  screen.keypress('enter')
}

describe('the wizard', () => {
  test('Enter all the way gives what was suggested, and all defaults', async () => {
    const answer = askConfig({ given: {}, suggested })
    for (const words of ['Blueprint', 'Name', 'Environment', 'Region']) {
      await shows(words)
      await enter()
    }
    const config = await answer
    expect(config).toMatchObject({ ...suggested, web: { minSize: 1, maxSize: 2 }, access: { sshCidrs: [] } })
  })

  test('shows which blueprints there will be, and lets none of them be taken', async () => {
    const answer = askConfig({ given: { name: 'shop', environment: 'dev', region: 'us-east-1' }, suggested })
    await shows('Blueprint')
    expect(screen.getScreen()).toContain('three-tier (not in this version)')
    screen.keypress('down')
    await enter()
    await shows('disabled')
    screen.keypress('up')
    await enter()
    expect((await answer).blueprint).toBe('ecommerce')
  })

  test('what a flag has said is not asked', async () => {
    const answer = askConfig({ given: { blueprint: 'ecommerce', name: 'shop', region: 'us-west-2' }, suggested })
    await shows('Environment: which one of several, as dev, test or prod (dev)')
    await enter('prod')
    expect(await answer).toMatchObject({ name: 'shop', environment: 'prod', region: 'us-west-2' })
  })

  test('a wrong answer is told at once, by the rule of the config, and can be put right', async () => {
    const answer = askConfig({ given: { blueprint: 'ecommerce', environment: 'dev', region: 'us-east-1' }, suggested })
    await shows("Name: goes into every resource's name (store)")
    await enter('Shop')
    await shows('"Shop" is not a valid name; allowed: 2-20 of a-z 0-9 and single inner hyphens')
    for (const _ of 'Shop') screen.keypress('backspace')
    await enter('shop')
    expect((await answer).name).toBe('shop')
  })

  test('a region of the shell that is none is not offered', async () => {
    const answer = askConfig({
      given: { blueprint: 'ecommerce', name: 'shop', environment: 'dev' },
      suggested: { ...suggested, region: 'mars' },
    })
    await shows('us-east-1')
    await enter()
    expect((await answer).region).toBe('us-east-1')
  })

  test('a wrong flag is refused before the first question', async () => {
    await expect(askConfig({ given: { region: 'mars' }, suggested })).rejects.toBeInstanceOf(ConfigError)
  })

  test.each([
    ['Blueprint', {}],
    ['Name', { blueprint: 'ecommerce' }],
    ['Environment', { blueprint: 'ecommerce', name: 'shop' }],
    ['Region', { blueprint: 'ecommerce', name: 'shop', environment: 'dev' }],
  ])('Ctrl-C at %s ends it with 130', async (words, given) => {
    const answer = askConfig({ given, suggested })
    const ended = expect(answer).rejects.toBeInstanceOf(Interrupted)
    await shows(words)
    screen.keypress({ name: 'c', ctrl: true })
    await ended
    await expect(answer).rejects.toMatchObject({ exit: 130 })
  })
})

test('yes or no: Enter is no', async () => {
  const no = askYesNo('Overwrite it?')
  await shows('Overwrite it?')
  await enter()
  expect(await no).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { fieldName } from '../../../src/config/finding.ts'
import { QUESTIONS } from '../../../src/config/wizard/questions.ts'
import { asAsked, TITLES } from '../../../src/config/wizard/words.ts'
import { FLAGS, somebody } from './person.ts'

test('titles are those of the questions', () => {
  const asked = new Map(QUESTIONS.map(({ path, title }) => [fieldName(path), title]))
  for (const [field, title] of Object.entries(TITLES)) expect(asked.get(field)).toBe(title)
})

test('what is nothing in YAML is what is typed for it here', () => {
  expect(asAsked('"x" is no address; allowed: null, or one')).toBe('"x" is no address; allowed: none, or one')
  expect(asAsked('"null" is no address; allowed: annulled')).toBe('"null" is no address; allowed: annulled')
})

describe('a complaint speaks the language of the questions', () => {
  test('of other answers by their titles', async () => {
    const person = somebody()
    void person.ask(FLAGS).catch(() => undefined)
    await person.enter({ to: 'Fewest servers', given: FLAGS })
    await person.answer('Fewest servers', '5')
    await person.answer('Most servers', 'backspace', '3')
    await person.shows(/is less than "Fewest servers", 5/)
  })

  test('of the zones that this region has, however many are wished for', async () => {
    const given = { ...FLAGS, region: 'il-central-1' }
    const person = somebody()
    void person.ask(given).catch(() => undefined)
    await person.enter({ to: 'Zones', given })
    await person.answer('Zones', 'backspace', '9')
    await person.shows('9 is more than il-central-1 has: 3')
  })

  test('of an e-mail address that is none', async () => {
    const person = somebody()
    void person.ask(FLAGS).catch(() => undefined)
    await person.enter({ to: 'Alarm e-mail', given: FLAGS })
    await person.answer('Alarm e-mail', 'ops')
    await person.shows(/allowed: none, or/)
  })
})

test('what storage costs is left out where nobody knows it', async () => {
  const given = { ...FLAGS, region: 'me-west-1' }
  const person = somebody()
  void person.ask(given).catch(() => undefined)
  await person.enter({ to: 'Storage', given })
  await person.shows('grows, never shrinks')
  expect(person.screen).not.toContain('100 cost')
})
